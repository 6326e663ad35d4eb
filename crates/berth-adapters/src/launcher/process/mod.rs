//! Starts a server that is a program of this computer.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

use berth_core::error::{Error, ErrorCode, Result};

/// Starts `program` with exactly this environment, in `folder`.
///
/// On Unix this process becomes the server: no memory, no latency, and every signal of the client
/// reaches it. Windows has no such thing: the server is a child that ends with this process, and
/// its exit code is the value.
pub(super) fn run(
    program: &str,
    args: &[String],
    folder: &str,
    environment: Vec<(OsString, OsString)>,
) -> Result<i32> {
    if !Path::new(folder).is_dir() {
        return Err(Error::new(ErrorCode::FolderMissing {
            path: folder.to_owned(),
        }));
    }
    let mut command = Command::new(program);
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(environment);
    #[cfg(unix)]
    let ended = unix::become_it(command);
    #[cfg(windows)]
    let ended = windows::run_in_job(command);
    ended.map_err(|error| failure(program, &error))
}

/// The program was there a moment ago. `NotFound` now means that what its first line names is not
/// (the Python of a virtual environment, say).
fn failure(program: &str, error: &io::Error) -> Error {
    let code = if error.kind() == io::ErrorKind::NotFound {
        ErrorCode::ProgramMissing {
            program: program.to_owned(),
        }
    } else {
        ErrorCode::FileFailed {
            operation: "start".to_owned(),
            path: program.to_owned(),
        }
    };
    Error::new(code).caused_by(error)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Only failures can be looked at from inside: otherwise this process is no longer this one.
    #[test]
    fn says_what_could_not_be_started() {
        let place = tempfile::tempdir().expect("a folder");
        let here = place.path().to_str().expect("text");
        let script = place.path().join("server");
        std::fs::write(&script, "#!/nonexistent/python\n").expect("written");
        let start = |program: &Path, folder: &str| {
            run(program.to_str().expect("text"), &[], folder, Vec::new())
                .expect_err("cannot be started")
                .name()
        };
        assert_eq!(start(&script, here), "file_failed", "not executable");
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("set");
        assert_eq!(start(&script, here), "program_missing", "no interpreter");
        assert_eq!(
            start(Path::new("/bin/sh"), "/nonexistent"),
            "folder_missing"
        );
    }
}
