use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::plan::command::CommandLine;
use berth_core::progress::Watch;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use super::left::Running;

/// How many of the last lines are kept for an error's causes.
const KEPT_LINES: usize = 20;
/// Longest line that is kept; tools print progress bars as endless lines.
const LINE_LIMIT: usize = 2_000;
/// How long a process may take to end once it was asked to.
const GRACE: Duration = Duration::from_secs(3);

/// A child process in a process group of its own, ended with everything it started.
#[derive(Debug)]
pub struct Group {
    child: Child,
}

impl Group {
    /// Starts a process that leads a new group.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        command.process_group(0);
        #[cfg(windows)]
        command.creation_flags(0x0800_0000); // CREATE_NO_WINDOW: no console flashes up.
        Ok(Self {
            child: command.kill_on_drop(true).spawn()?,
        })
    }

    /// The child, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the process to end.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks the group to end, waits a little, then ends it.
    pub async fn end(&mut self) -> io::Result<()> {
        self.signal(false);
        if tokio::time::timeout(GRACE, self.child.wait())
            .await
            .is_err()
        {
            self.signal(true);
            self.child.kill().await?;
        }
        Ok(())
    }

    #[cfg(unix)]
    fn signal(&self, now: bool) {
        let Some(pid) = self
            .child
            .id()
            .and_then(|id| libc::pid_t::try_from(id).ok())
        else {
            return;
        };
        let signal = if now { libc::SIGKILL } else { libc::SIGTERM };
        // SAFETY: killpg has no memory effects; the group is the one this process made, and its
        // leader has not been waited for, so the number cannot have been given to another.
        #[allow(unsafe_code)]
        unsafe {
            libc::killpg(pid, signal);
        }
    }

    #[cfg(not(unix))]
    fn signal(&self, _now: bool) {}
}

impl Drop for Group {
    fn drop(&mut self) {
        // A future that was dropped in the middle (cancel, failure) leaves nothing running.
        self.signal(true);
    }
}

/// How a tool ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; `None` when a signal ended it.
    pub exit: Option<i32>,
    /// The last lines that it printed, on either stream.
    pub tail: Vec<String>,
    /// Everything on stdout.
    pub stdout: String,
}

impl Finished {
    /// Whether it ended well.
    #[must_use]
    pub fn success(&self) -> bool {
        self.exit == Some(0)
    }

    /// An error with the last lines as its causes.
    #[must_use]
    pub fn error(&self, code: ErrorCode) -> Error {
        self.tail.iter().fold(Error::new(code), |error, line| {
            error.with_cause(line.clone())
        })
    }
}

/// [`run`] for a tool that works in a folder of Berth's own, which must be there: it is ended with
/// the folder ([`super::end_left`]) where this process is killed meanwhile.
pub async fn run_in(
    folder: &Path,
    line: &CommandLine,
    prepare: impl FnOnce(&mut Command),
    watch: &Watch,
) -> Result<Finished> {
    carry_out(Some(folder), line, prepare, watch).await
}

/// Runs a tool to its end. Its lines go to the watch; cancelling or dropping ends its whole group.
/// `prepare` sets the environment and the working directory.
pub async fn run(
    line: &CommandLine,
    prepare: impl FnOnce(&mut Command),
    watch: &Watch,
) -> Result<Finished> {
    carry_out(None, line, prepare, watch).await
}

async fn carry_out(
    folder: Option<&Path>,
    line: &CommandLine,
    prepare: impl FnOnce(&mut Command),
    watch: &Watch,
) -> Result<Finished> {
    let mut command = Command::new(&line.program);
    command.args(&line.args);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    prepare(&mut command);
    let mut group = Group::spawn(&mut command).map_err(|error| {
        Error::new(ErrorCode::ProgramMissing {
            program: line.program.clone(),
        })
        .caused_by(&error)
    })?;
    let leader = group.child().id();
    let running = folder
        .zip(leader)
        .map(|(folder, leader)| Running::note(folder, leader))
        .transpose()?;
    let stdout = group.child().stdout.take();
    let stderr = group.child().stderr.take();
    let mut tail = Tail::default();
    let ended = watch
        .until_cancelled(async {
            let out = lines(stdout, watch, true);
            let err = lines(stderr, watch, false);
            let (out, err) = tokio::join!(out, err);
            tail.stdout = out.all;
            tail.last = out.last.into_iter().chain(err.last).collect();
            group.wait().await.map_err(|error| {
                let program = line.program.clone();
                Error::new(ErrorCode::ProgramMissing { program }).caused_by(&error)
            })
        })
        .await;
    match ended {
        Ok(status) => {
            running.map_or(Ok(()), Running::ended)?;
            Ok(Finished {
                exit: status.code(),
                tail: tail.last,
                stdout: tail.stdout,
            })
        }
        Err(error) => {
            // The tool may be in the middle of a file: give it the time to end by itself.
            if let Err(failed) = group.end().await {
                tracing::warn!(%failed, program = line.program, "a tool could not be ended");
            }
            Err(error)
        }
    }
}

#[derive(Default)]
struct Tail {
    stdout: String,
    last: Vec<String>,
}

#[derive(Default)]
struct Stream {
    all: String,
    last: std::collections::VecDeque<String>,
}

async fn lines(stream: Option<impl AsyncRead + Unpin>, watch: &Watch, keep: bool) -> Stream {
    let mut kept = Stream::default();
    let Some(stream) = stream else { return kept };
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    // A stream that breaks ends like one that was closed: the exit code says what happened.
    while let Ok(1..) = reader.read_until(b'\n', &mut bytes).await {
        let text = String::from_utf8_lossy(&bytes);
        if keep {
            kept.all.push_str(&text);
        }
        // What stands after the last carriage return is what a terminal would show.
        let shown = text.trim_end().rsplit('\r').next().unwrap_or_default();
        if !shown.trim().is_empty() {
            let shown: String = shown.chars().take(LINE_LIMIT).collect();
            watch.line(shown.clone());
            if kept.last.len() == KEPT_LINES {
                kept.last.pop_front();
            }
            kept.last.push_back(shown);
        }
        bytes.clear();
    }
    kept
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::{Arc, Mutex};

    use berth_core::progress::Progress;
    use tokio_util::sync::CancellationToken;

    use super::*;

    fn sh(script: &str) -> CommandLine {
        CommandLine {
            program: "/bin/sh".to_owned(),
            args: vec!["-c".to_owned(), script.to_owned()],
        }
    }

    #[tokio::test]
    async fn gives_lines_and_the_exit_code() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let watch = Watch::new(
            move |progress| sink.lock().expect("no panic").push(progress),
            CancellationToken::new(),
        );
        let line = sh("echo one; echo two >&2; printf '10%%\\r90%%\\n'; exit 3");
        let done = run(&line, |_| {}, &watch).await.expect("it ran");
        assert_eq!(done.exit, Some(3));
        assert!(done.stdout.starts_with("one\n"));
        assert!(done.tail.contains(&"two".to_owned()) && done.tail.contains(&"90%".to_owned()));
        let seen = seen.lock().expect("no panic");
        let told = |text: &str| {
            seen.iter().any(|p| {
                *p == Progress::Line {
                    text: text.to_owned(),
                }
            })
        };
        assert!(told("one") && told("two") && told("90%"), "{seen:?}");
        assert!(
            !seen.iter().any(|p| format!("{p:?}").contains("10%")),
            "{seen:?}"
        );
    }

    #[tokio::test]
    async fn cancelling_ends_what_the_tool_started_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pid");
        let token = CancellationToken::new();
        let watch = Watch::new(|_| {}, token.clone());
        let script = format!("sleep 600 & echo $! > {}; wait", file.display());
        let line = sh(&script);
        let stop = async {
            loop {
                if std::fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')) {
                    return token.cancel();
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let (result, ()) = tokio::join!(run(&line, |_| {}, &watch), stop);
        assert!(result.expect_err("it was cancelled").is_cancelled());
        let pid = std::fs::read_to_string(&file).expect("a pid");
        let gone = || {
            std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
                .map_or(true, |stat| stat.contains(") Z"))
        };
        while !gone() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let line = CommandLine {
            program: "/no/such/tool".to_owned(),
            args: Vec::new(),
        };
        let error = run(&line, |_| {}, &Watch::silent())
            .await
            .expect_err("not there");
        assert_eq!(
            error.code,
            ErrorCode::ProgramMissing {
                program: "/no/such/tool".to_owned()
            }
        );
    }
}
