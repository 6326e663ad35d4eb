use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::VaultFacts;
use berth_core::plan::VaultItem;
use berth_core::port::Vault;
use berth_core::secret::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use super::wire::{Answer, RequestLine};

/// Seconds for one request: longer than the keychain's own limit, which has the better error.
const LIMIT_SECONDS: u32 = 75;

/// A vault that `berth` answers for.
#[derive(Clone, Debug)]
pub struct SidecarVault {
    program: PathBuf,
    args: Vec<String>,
    limit_seconds: u32,
}

impl SidecarVault {
    /// `program` is the launcher's absolute path; `args` make it serve ([`super::serve`]):
    /// `["--home", DIR, "vault-serve"]`.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, args: Vec<String>) -> Self {
        Self {
            program: program.into(),
            args,
            limit_seconds: LIMIT_SECONDS,
        }
    }

    /// The same with another limit.
    #[must_use]
    pub fn with_limit(mut self, seconds: u32) -> Self {
        self.limit_seconds = seconds;
        self
    }

    async fn ask(&self, request: &RequestLine<'_>, secret_length: usize) -> Result<Answer> {
        // Room for all of it: a vector that grows leaves copies behind.
        let mut line = Zeroizing::new(Vec::with_capacity(4_096 + secret_length * 6));
        serde_json::to_writer(&mut *line, request)
            .map_err(|error| Error::internal("a request has no JSON form").caused_by(&error))?;
        line.push(b'\n');
        let mut child = self.start()?;
        let limit = Duration::from_secs(self.limit_seconds.into());
        // Where the time is over the child is dropped, and killed by that.
        match tokio::time::timeout(limit, exchange(&mut child, &line)).await {
            Err(_) => Err(Error::new(ErrorCode::KeychainTimeout {
                seconds: self.limit_seconds,
            })),
            Ok(Err(error)) => Err(failed().caused_by(&error)),
            Ok(Ok(said)) => match serde_json::from_slice(&said.answer) {
                Ok(Answer::Failed { error }) => Err(error),
                Ok(answer) => Ok(answer),
                Err(error) => Err(failed()
                    .caused_by(&error)
                    .with_cause(format!("{}: {}", self.program.display(), said.status))
                    .with_cause(said.complaint)),
            },
        }
    }

    fn start(&self) -> Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(windows)]
        command.creation_flags(0x0800_0000); // CREATE_NO_WINDOW
        command.spawn().map_err(|error| {
            Error::new(ErrorCode::ProgramMissing {
                program: self.program.display().to_string(),
            })
            .caused_by(&error)
        })
    }

    async fn done(&self, request: &RequestLine<'_>, secret_length: usize) -> Result<()> {
        match self.ask(request, secret_length).await? {
            Answer::Done => Ok(()),
            _ => Err(failed()),
        }
    }
}

/// What the other process said.
struct Said {
    answer: Vec<u8>,
    complaint: String,
    status: std::process::ExitStatus,
}

async fn exchange(child: &mut Child, line: &[u8]) -> std::io::Result<Said> {
    let (mut stdin, mut stdout, mut stderr) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (mut answer, mut complaint) = (Vec::new(), Vec::new());
    let send = async {
        if let Some(mut stdin) = stdin.take() {
            // One that ended before it read the request has said why on its other streams.
            if let Err(error) = stdin.write_all(line).await
                && error.kind() != std::io::ErrorKind::BrokenPipe
            {
                return Err(error);
            }
        }
        Ok(())
    };
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
    tokio::try_join!(send, hear, overhear)?;
    Ok(Said {
        answer,
        complaint: String::from_utf8_lossy(&complaint).trim().to_owned(),
        status: child.wait().await?,
    })
}

fn failed() -> Error {
    Error::new(ErrorCode::KeychainFailed {
        operation: "be asked".to_owned(),
    })
}

#[async_trait]
impl Vault for SidecarVault {
    async fn probe(&self) -> Result<VaultFacts> {
        match self.ask(&RequestLine::Probe, 0).await? {
            Answer::Found { vault } => Ok(vault),
            _ => Err(failed()),
        }
    }

    async fn set(&self, item: &VaultItem, value: &Secret) -> Result<()> {
        let value = value.expose();
        self.done(&RequestLine::Set { item, value }, value.len())
            .await
    }

    async fn contains(&self, item: &VaultItem) -> Result<bool> {
        match self.ask(&RequestLine::Contains { item }, 0).await? {
            Answer::Contains { there } => Ok(there),
            _ => Err(failed()),
        }
    }

    async fn copy(&self, from: &VaultItem, to: &VaultItem) -> Result<()> {
        self.done(&RequestLine::Copy { from, to }, 0).await
    }

    async fn delete(&self, item: &VaultItem) -> Result<()> {
        self.done(&RequestLine::Delete { item }, 0).await
    }

    async fn create_passphrase_vault(&self, passphrase: &Secret) -> Result<()> {
        let passphrase = passphrase.expose();
        let request = RequestLine::CreatePassphraseVault { passphrase };
        self.done(&request, passphrase.len()).await
    }

    async fn unlock(&self, passphrase: &Secret) -> Result<()> {
        let passphrase = passphrase.expose();
        self.done(&RequestLine::Unlock { passphrase }, passphrase.len())
            .await
    }
}
