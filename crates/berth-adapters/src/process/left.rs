//! Tools that outlive Berth: a file in the folder that a tool works in says which process group it
//! is, for as long as it runs. Where Berth was killed meanwhile, whoever deletes that folder ends
//! the group first; otherwise it would go on writing, and make the folder again.

use std::path::{Path, PathBuf};

use berth_core::error::Result;

use crate::host::system;
use crate::private;

/// Name of the file. It holds the label of the group's leader, see [`crate::host::owner`].
const FILE: &str = ".running";

/// A tool that runs, until [`Running::ended`].
#[derive(Debug)]
pub struct Running(PathBuf);

impl Running {
    /// Writes down that the group with this leader works in this folder, which must be there.
    pub fn note(folder: &Path, leader: u32) -> Result<Self> {
        let path = folder.join(FILE);
        private::replace(&path, system::label_of(leader).as_bytes())?;
        Ok(Self(path))
    }

    /// The tool has ended, and so has everything that it started.
    pub fn ended(self) -> Result<()> {
        private::remove(&self.0)
    }
}

/// Ends what still works in a folder, and waits until it has ended.
pub fn end(folder: &Path) {
    #[cfg(unix)]
    if let Ok(label) = std::fs::read_to_string(folder.join(FILE)) {
        unix::end(&label);
    }
    // Windows deletes no folder that somebody works in: the deletion fails, and is named.
    #[cfg(not(unix))]
    let _ = folder;
}

#[cfg(unix)]
mod unix {
    use std::time::{Duration, Instant};

    use crate::host::owner::{Owner, Seen};
    use crate::host::system;

    /// How long a group that was killed may take to be gone. Nothing of it writes any more then;
    /// what is waited for is only that its parent notices.
    const LIMIT: Duration = Duration::from_secs(3);

    pub fn end(label: &str) {
        let Some(owner) = Owner::parse(label) else {
            return;
        };
        let Ok(group) = libc::pid_t::try_from(owner.pid) else {
            return;
        };
        // A number is not given again while a group of that number is there. So it is ours unless
        // another process has it now, and never after a restart of the machine or elsewhere.
        let ours = match system::look(owner.pid) {
            Seen::Gone => true,
            Seen::Since(start) => start == owner.start,
            Seen::Hidden => false,
        };
        if group <= 1 || owner.boot != system::boot() || !ours {
            return;
        }
        let began = Instant::now();
        // The first signal ends them; the others tell when they are gone.
        while signal(group) && began.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether there was still something to end.
    fn signal(group: libc::pid_t) -> bool {
        // SAFETY: killpg has no memory effects; whose group it is was looked at before.
        #[allow(unsafe_code)]
        let sent = unsafe { libc::killpg(group, libc::SIGKILL) };
        sent == 0
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn what_a_dead_tool_started_is_ended_with_the_folder() {
        use std::io::Read;
        use std::os::unix::process::CommandExt;
        let home = tempfile::tempdir().expect("a folder");
        // Its leader ends at once; what it has started holds the pipe.
        let mut child = Command::new("sh")
            .args(["-c", "sleep 600 & echo up"])
            .process_group(0)
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let note = Running::note(home.path(), child.id()).expect("noted");
        child.wait().expect("ended");
        end(home.path());
        let mut said = String::new();
        let mut pipe = child.stdout.take().expect("a pipe");
        pipe.read_to_string(&mut said).expect("nobody has it open");
        assert_eq!(said, "up\n");
        note.ended().expect("removed");
        end(home.path());
    }

    #[test]
    fn a_number_that_somebody_else_has_now_is_left_alone() {
        use std::os::unix::process::CommandExt;
        let home = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("sleep")
            .arg("600")
            .process_group(0)
            .spawn()
            .expect("started");
        let label = system::label_of(child.id());
        let mut parts: Vec<&str> = label.splitn(3, ':').collect();
        parts[1] = "1";
        std::fs::write(home.path().join(FILE), parts.join(":")).expect("written");
        end(home.path());
        assert!(child.try_wait().expect("asked").is_none(), "it runs");
        child.kill().expect("ended");
        child.wait().expect("ended");
    }
}
