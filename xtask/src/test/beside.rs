//! What is compiled for other platforms while the tests run. They wait for servers, packages and
//! windows about a fifth of their time; the compiler gets that time and no other.

use super::tally::Tally;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result};
use crate::interrupt::{Interrupt, Watched, end_group};
use crate::out;
use crate::paths::Paths;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Child;

/// Linux's scheduling policy for what runs only where a processor has nothing else to do,
/// sched(7): `SCHED_IDLE`. Its only priority is 0.
const IDLE: [&str; 2] = ["--idle", "0"];

/// `cargo xtask check-platforms`, started.
pub struct Beside {
    child: Child,
    log: PathBuf,
    // It is ended when this program is.
    _watched: Watched,
}

impl Beside {
    /// Starts it by `this`, the path of this very program; what it prints is kept in a file.
    pub fn start(paths: &Paths, interrupt: &Interrupt, this: &Path) -> Result<Self> {
        let logs = paths.target.join("test-logs");
        fs::create_dir_all(&logs).doing(|| format!("making {}", logs.display()))?;
        let log = logs.join("check-platforms.log");
        let file = File::create(&log).doing(|| format!("making {}", log.display()))?;
        let copy = file
            .try_clone()
            .doing(|| format!("using {}", log.display()))?;
        let cmd = Cmd::new(this).arg("check-platforms").under("chrt", &IDLE);
        let mut command = cmd.dir(&paths.root).build();
        command.stdout(file).stderr(copy);
        let child = interrupt.spawn("check-platforms", &mut command)?;
        let group = child.id();
        Ok(Self {
            child,
            log,
            _watched: interrupt.watch(move || end_group(group)),
        })
    }

    /// Waits for its end. It counts as no test; that it failed counts as one that failed.
    pub fn end(mut self) -> Result<Tally> {
        out::stage("what was compiled for other platforms meanwhile");
        let status = self
            .child
            .wait()
            .doing(|| "waiting for check-platforms".to_owned())?;
        let output = fs::read(&self.log).doing(|| format!("reading {}", self.log.display()))?;
        let text = String::from_utf8_lossy(&output);
        if status.success() {
            // What could not be had is said, as it is where this runs alone.
            for line in text
                .lines()
                .filter(|l| l.starts_with("==> ") || l.contains("NOT CHECKED"))
            {
                out::line(line.trim());
            }
            return Ok(Tally::default());
        }
        out::raw(&output);
        Ok(Tally::of_failure("check-platforms", &status))
    }
}
