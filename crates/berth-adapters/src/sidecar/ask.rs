use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::VaultFacts;
use berth_core::plan::VaultItem;
use berth_core::port::Vault;
use berth_core::secret::Secret;
use zeroize::Zeroizing;

use super::exchange::{ChildProcess, Exchange};
use super::wire::{Answer, RequestLine};

/// Seconds for one request: longer than the keychain's own limit, which has the better error.
const LIMIT_SECONDS: u32 = 75;

/// A vault that `berth` answers for.
#[derive(Clone, Debug)]
pub struct SidecarVault {
    program: PathBuf,
    args: Vec<String>,
    limit_seconds: u32,
    exchange: Arc<dyn Exchange>,
}

impl SidecarVault {
    /// `program` is the launcher's absolute path; `args` make it serve ([`super::serve`]):
    /// `["--home", DIR, "vault-serve"]`. Started as this process's own child.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, args: Vec<String>) -> Self {
        Self {
            program: program.into(),
            args,
            limit_seconds: LIMIT_SECONDS,
            exchange: Arc::new(ChildProcess),
        }
    }

    /// The same with another way to start the program.
    #[must_use]
    pub fn by(mut self, exchange: Arc<dyn Exchange>) -> Self {
        self.exchange = exchange;
        self
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
        let limit = Duration::from_secs(self.limit_seconds.into());
        let exchange = self.exchange.exchange(&self.program, &self.args, &line);
        // Where the time is over the exchange is dropped, and the process ended by that.
        let said = match tokio::time::timeout(limit, exchange).await {
            Ok(said) => said?,
            Err(_) => {
                return Err(Error::new(ErrorCode::KeychainTimeout {
                    seconds: self.limit_seconds,
                }));
            }
        };
        match serde_json::from_slice(&said.answer) {
            Ok(Answer::Failed { error }) => Err(error),
            Ok(answer) => Ok(answer),
            Err(error) => Err(failed()
                .caused_by(&error)
                .with_cause(format!("{}: {}", self.program.display(), said.ended))
                .with_cause(said.complaint)),
        }
    }

    async fn done(&self, request: &RequestLine<'_>, secret_length: usize) -> Result<()> {
        match self.ask(request, secret_length).await? {
            Answer::Done => Ok(()),
            _ => Err(failed()),
        }
    }
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
