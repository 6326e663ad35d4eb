use std::fmt;
use std::path::Path;
use std::process::Stdio;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

/// What the other process said.
#[derive(Debug, Default)]
pub struct Said {
    /// Its standard output: one line where all is well.
    pub answer: Vec<u8>,
    /// Its standard error.
    pub complaint: String,
    /// How it ended, for the report.
    pub ended: String,
}

/// Starts the other process for one request. The app does it through tauri-plugin-shell, everything
/// else as its own child.
#[async_trait]
pub trait Exchange: fmt::Debug + Send + Sync {
    /// Starts the program, gives it the line on standard input, and waits for what it says.
    /// The process is ended when the future is dropped.
    ///
    /// # Errors
    /// `program_missing` where it cannot be started, `keychain_failed` where its streams break. One
    /// that ends without an answer is no error here.
    async fn exchange(&self, program: &Path, args: &[String], line: &[u8]) -> Result<Said>;
}

/// The program as a child of this process.
#[derive(Clone, Copy, Debug)]
pub struct ChildProcess;

#[async_trait]
impl Exchange for ChildProcess {
    async fn exchange(&self, program: &Path, args: &[String], line: &[u8]) -> Result<Said> {
        let mut command = Command::new(program);
        command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(windows)]
        command.creation_flags(0x0800_0000); // CREATE_NO_WINDOW
        let mut child = command.spawn().map_err(|error| {
            Error::new(ErrorCode::ProgramMissing {
                program: program.display().to_string(),
            })
            .caused_by(&error)
        })?;
        let stdin = child.stdin.take();
        let send = async {
            if let Some(mut stdin) = stdin {
                // One that ended before it read the request has said why on its other streams.
                if let Err(error) = stdin.write_all(line).await
                    && error.kind() != std::io::ErrorKind::BrokenPipe
                {
                    return Err(error);
                }
            }
            Ok(())
        };
        let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
        let (mut answer, mut complaint) = (Vec::new(), Vec::new());
        let hear = async {
            match stdout.as_mut() {
                Some(stdout) => stdout.read_to_end(&mut answer).await,
                None => Ok(0),
            }
        };
        let overhear = async {
            match stderr.as_mut() {
                Some(stderr) => stderr.read_to_end(&mut complaint).await,
                None => Ok(0),
            }
        };
        let heard = tokio::try_join!(send, hear, overhear);
        heard.map_err(|error| broken().caused_by(&error))?;
        let status = child.wait().await;
        Ok(Said {
            answer,
            complaint: String::from_utf8_lossy(&complaint).trim().to_owned(),
            ended: status
                .map_err(|error| broken().caused_by(&error))?
                .to_string(),
        })
    }
}

fn broken() -> Error {
    Error::new(ErrorCode::KeychainFailed {
        operation: "be asked".to_owned(),
    })
}
