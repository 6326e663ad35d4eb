//! A component's process: its output in a file, its end certain.

use crate::cmd::Cmd;
use crate::fail::{Doing, Failure, Result};
use crate::interrupt::{Interrupt, Watched};
use crate::setup::root;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A running program that is asked to end on drop, and waited for.
pub struct Part {
    name: &'static str,
    child: Child,
    log: PathBuf,
    as_root: bool,
    _watched: Watched,
}

impl Part {
    /// Starts it with stdout and stderr in `log`. The kernel ends it too when we are killed: this
    /// must be called from the main thread, whose death is the signal.
    pub fn start(
        name: &'static str,
        interrupt: &Interrupt,
        cmd: &Cmd,
        log: &Path,
        stdout: Option<Stdio>,
    ) -> Result<Self> {
        let shown = cmd.shown();
        let file = File::create(log).doing(|| format!("making {}", log.display()))?;
        let copy = file
            .try_clone()
            .doing(|| format!("using {}", log.display()))?;
        let mut command = cmd.build();
        command
            .stdout(stdout.unwrap_or_else(|| file.into()))
            .stderr(copy);
        let child = interrupt.spawn(&shown, &mut command)?;
        let id = child.id();
        let as_root = shown.starts_with("sudo ");
        let watched = interrupt.watch(move || {
            end(id, as_root);
            crate::interrupt::await_end(id);
        });
        Ok(Self {
            name,
            child,
            log: log.to_owned(),
            as_root,
            _watched: watched,
        })
    }

    /// Looks again and again until `ready` says so; a component that ends, or is not ready after a
    /// minute, is a failure that shows its log.
    pub fn until<T>(&mut self, mut ready: impl FnMut() -> Option<T>) -> Result<T> {
        let started = Instant::now();
        loop {
            if let Some(value) = ready() {
                return Ok(value);
            }
            let ended = self
                .child
                .try_wait()
                .doing(|| format!("looking at {}", self.name))?;
            if let Some(status) = ended {
                return Err(self.trouble(&format!("ended with {status}")));
            }
            if started.elapsed() > Duration::from_secs(60) {
                return Err(self.trouble("is not ready after a minute"));
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// The child's stdout, where it was asked for as a pipe.
    pub fn stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    fn trouble(&self, what: &str) -> Failure {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let from = log.lines().count().saturating_sub(30);
        let tail: Vec<&str> = log.lines().skip(from).collect();
        Failure(format!(
            "{} {what}. The end of its log:\n{}",
            self.name,
            tail.join("\n")
        ))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        end(self.child.id(), self.as_root);
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(20) {
            match self.child.try_wait() {
                Ok(None) => sleep(Duration::from_millis(20)),
                // Ended, or no child of ours any more: nothing is left to wait for.
                Ok(Some(_)) | Err(_) => return,
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// SIGTERM by pid. Through sudo where the component is not ours to signal.
fn end(id: u32, as_root: bool) {
    if as_root && !root::is_root() {
        let _ = Cmd::new("sudo")
            .args(["-n", "kill", "-TERM", &id.to_string()])
            .finish();
        return;
    }
    crate::interrupt::end_process(id);
}

/// The command with the kernel's promise to end it when our main thread is gone.
pub fn tied(cmd: Cmd) -> Cmd {
    cmd.under("setpriv", &["--pdeathsig", "TERM", "--"])
}
