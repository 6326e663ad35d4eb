//! Looks at the criteria and the logs of installed servers: in `berth`, which may read the vault, and
//! for others by way of it ([`ChildInspector`]).

mod folder;
mod volume;

use std::collections::BTreeSet;
use std::path::Path;

use async_trait::async_trait;
use berth_core::client::LauncherCommand;
use berth_core::criteria::{Inside, Written, look};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::logs::{LogAsked, LogEnd, end_of};
use berth_core::plan::VaultItem;
use berth_core::port::{Inspector, SecretReader, SessionLabels};
use berth_core::progress::Watch;
use berth_core::redact::without_secrets;
use berth_core::secret::Secret;
use berth_core::server::{CriterionSeen, FileMode, Installation, Launch, OwnProgram, Spot};

use self::volume::Volume;
use crate::docker::DockerEngine;
use crate::launcher::{Beside, Record};
use crate::services::{Asked, Input, Said, ask};

/// The hidden command of `berth` that looks at criteria: `criteria NAME`, with what the server
/// printed as JSON on its input.
pub const COMMAND: &str = "criteria";
/// The hidden command of `berth` that reads the end of a log: `log-end NAME`, with what is asked for
/// ([`LogAsked`]) as JSON on its input.
pub const LOG_COMMAND: &str = "log-end";
/// The hidden command of `berth` that takes an installation's secrets out of texts: `redact NAME`,
/// with the texts as JSON on its input.
pub const REDACT_COMMAND: &str = "redact";

/// Starts `berth` for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChildInspector;

#[async_trait]
impl Inspector for ChildInspector {
    async fn inspect(
        &self,
        name: &str,
        command: &LauncherCommand,
        printed: Vec<String>,
        watch: &Watch,
    ) -> Result<Vec<CriterionSeen>> {
        let input = serde_json::to_vec(&printed)
            .map_err(|error| Error::internal("lines have no JSON form").caused_by(&error))?;
        let asked = Asked {
            args: &[COMMAND, name],
            input: Input::Bytes(input),
            watch,
        };
        match ask(command, asked, |line| watch.line(line)).await? {
            Said::Seen { criteria } => Ok(criteria),
            _ => Err(Error::internal("berth did not say what it has seen")),
        }
    }

    async fn log_end(
        &self,
        name: &str,
        command: &LauncherCommand,
        wanted: &LogAsked,
        watch: &Watch,
    ) -> Result<LogEnd> {
        let input = serde_json::to_vec(wanted)
            .map_err(|error| Error::internal("a request has no JSON form").caused_by(&error))?;
        let asked = Asked {
            args: &[LOG_COMMAND, name],
            input: Input::Bytes(input),
            watch,
        };
        match ask(command, asked, |line| watch.line(line)).await? {
            Said::End { end } => Ok(end),
            _ => Err(Error::internal("berth did not say what it has read")),
        }
    }

    async fn redact(
        &self,
        name: &str,
        command: &LauncherCommand,
        texts: Vec<String>,
        watch: &Watch,
    ) -> Result<Vec<String>> {
        let count = texts.len();
        let input = serde_json::to_vec(&texts)
            .map_err(|error| Error::internal("lines have no JSON form").caused_by(&error))?;
        let asked = Asked {
            args: &[REDACT_COMMAND, name],
            input: Input::Bytes(input),
            watch,
        };
        match ask(command, asked, |line| watch.line(line)).await? {
            Said::Redacted { texts } if texts.len() == count => Ok(texts),
            _ => Err(Error::internal("berth did not say what is without secrets")),
        }
    }
}

/// What can be looked at of an installation on this computer.
pub struct Here<'a> {
    /// The installation.
    pub record: &'a Record,
    /// Berth's home.
    pub home: &'a Path,
    /// The person's home folder.
    pub user_home: &'a Path,
    /// The label of this process.
    pub owner: &'a str,
    /// The engine of its containers.
    pub engine: &'a DockerEngine,
    /// The vault.
    pub secrets: &'a dyn SecretReader,
}

impl Here<'_> {
    /// Looks at all of its criteria.
    pub async fn look(&self, printed: &[String], watch: &Watch) -> Result<Vec<CriterionSeen>> {
        let installation = &self.record.installation;
        let hidden = known(installation, self.secrets).await?;
        look(installation, printed, self, &hidden, watch).await
    }

    /// Reads the end of one of its logs.
    ///
    /// # Errors
    /// As [`end_of`]; what the vault says, because what cannot be hidden is not told.
    pub async fn log_end(&self, asked: &LogAsked, watch: &Watch) -> Result<LogEnd> {
        let installation = &self.record.installation;
        let hidden = known(installation, self.secrets).await?;
        end_of(installation, asked, self, &hidden, watch).await
    }

    /// The texts without its secrets.
    ///
    /// # Errors
    /// What the vault says. A secret that is not there is none that its server could repeat.
    pub async fn redact(&self, texts: &[String]) -> Result<Vec<String>> {
        let mut hidden = Vec::new();
        for item in items(&self.record.installation) {
            match self.secrets.get(&item).await {
                Ok(secret) => hidden.push(secret),
                Err(error) if matches!(error.code, ErrorCode::SecretMissing { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let all = texts.iter();
        Ok(all.map(|text| without_secrets(text, &hidden)).collect())
    }

    fn volume<'v>(&'v self, name: &'v str, target: &'v str) -> Result<Volume<'v>> {
        let installation = &self.record.installation;
        let Launch::Container(launch) = &installation.launch else {
            return Err(Error::internal("a program has no volumes"));
        };
        Ok(Volume {
            engine: self.engine,
            launch,
            labels: SessionLabels {
                installation: installation.name.clone(),
                generation: installation.generation.clone(),
                session: ulid::Ulid::generate().to_string(),
                home: self.home.display().to_string(),
                owner: self.owner.to_owned(),
            },
            name,
            target,
        })
    }
}

/// All secrets of an installation: what is told of it must not repeat one.
///
/// # Errors
/// `SecretMissing`, and what the vault says: what cannot be hidden is not told.
pub async fn known(installation: &Installation, vault: &dyn SecretReader) -> Result<Vec<Secret>> {
    let mut secrets = Vec::new();
    for item in items(installation) {
        secrets.push(vault.get(&item).await?);
    }
    Ok(secrets)
}

/// Where they are in the vault, each once.
fn items(installation: &Installation) -> BTreeSet<VaultItem> {
    let used = installation.secrets.iter();
    used.map(|used| VaultItem {
        name: installation.name.clone(),
        generation: installation.generation.clone(),
        input: used.input.clone(),
    })
    .collect()
}

#[async_trait]
impl Inside for Here<'_> {
    async fn writable(&self, at: &Spot) -> Result<Written> {
        match at {
            Spot::Volume { volume, target, .. } => self.volume(volume, target)?.writable(at).await,
            Spot::Folder { .. } => folder::writable(at),
        }
    }

    async fn files(&self, at: &Spot) -> Result<Vec<FileMode>> {
        match at {
            Spot::Volume { volume, target, .. } => self.volume(volume, target)?.files(at).await,
            Spot::Folder { .. } => folder::files(at),
        }
    }

    async fn lines(
        &self,
        at: &Spot,
        told: &mut (dyn for<'l> FnMut(&'l [u8]) + Send),
    ) -> Result<bool> {
        match at {
            Spot::Volume { volume, target, .. } => {
                self.volume(volume, target)?.lines(at, told).await
            }
            Spot::Folder { .. } => folder::lines(at, told),
        }
    }

    async fn run(
        &self,
        program: &OwnProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>> {
        let beside = Beside {
            record: self.record,
            home: self.home,
            user_home: self.user_home,
            owner: self.owner,
            engine: self.engine,
            secrets: self.secrets,
            job: None,
        };
        beside.run(program, told, watch).await
    }
}
