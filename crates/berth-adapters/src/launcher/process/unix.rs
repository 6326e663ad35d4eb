use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Replaces this process. Signal mask and dispositions are the usual ones again, open files of
/// Berth are closed (all are opened close-on-exec), the three standard streams are the client's.
pub fn become_it(mut command: Command) -> io::Result<i32> {
    Err(command.exec())
}
