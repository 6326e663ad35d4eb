use std::sync::Arc;

use async_trait::async_trait;
use berth_core::client::LauncherCommand;
use berth_core::criteria::{About, Inside, User, Written, glob, look, may_write};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::logs::{LogAsked, LogEnd, end_of};
use berth_core::plan::VaultItem;
use berth_core::port::{Inspector, SecretReader, Store as _};
use berth_core::progress::Watch;
use berth_core::redact::without_secrets;
use berth_core::secret::Secret;
use berth_core::server::{CriterionSeen, FileMode, Installation, OwnProgram, Spot, check_seal};

use super::mcp::can_start;
use super::{FakeVault, World};

/// Looks at criteria as `berth` would, from the installation's record: at what a [`World`] has in
/// `kept`, and at how its `programs` end.
pub struct FakeInspector(pub(super) Arc<World>);

/// Something that a server keeps, by its path as the server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Whose it is.
    pub uid: u32,
    /// What it allows.
    pub mode: u32,
    /// Its text; `None` for a folder.
    pub text: Option<String>,
}

/// The user of every server.
const USER: User = User {
    uid: 1000,
    gid: 1000,
};

impl FakeInspector {
    /// The record, as it was agreed to.
    fn installed(&self, name: &str) -> Result<Installation> {
        let installation = self.0.store.installation(name)?.ok_or_else(|| {
            Error::new(ErrorCode::NotInstalled {
                name: name.to_owned(),
            })
        })?;
        check_seal(&installation)?;
        Ok(installation)
    }

    /// The secrets of an installation.
    async fn known(&self, installation: &Installation) -> Result<Vec<Secret>> {
        let vault = FakeVault(self.0.clone());
        let mut hidden = Vec::new();
        for used in &installation.secrets {
            let item = VaultItem {
                name: installation.name.clone(),
                generation: installation.generation.clone(),
                input: used.input.clone(),
            };
            hidden.push(vault.get(&item).await?);
        }
        Ok(hidden)
    }
}

#[async_trait]
impl Inspector for FakeInspector {
    async fn inspect(
        &self,
        name: &str,
        _command: &LauncherCommand,
        printed: Vec<String>,
        watch: &Watch,
    ) -> Result<Vec<CriterionSeen>> {
        let installation = can_start(&self.0, name)?;
        let hidden = self.known(&installation).await?;
        look(&installation, &printed, self, &hidden, watch).await
    }

    async fn log_end(
        &self,
        name: &str,
        _command: &LauncherCommand,
        asked: &LogAsked,
        watch: &Watch,
    ) -> Result<LogEnd> {
        // Nothing is started: what the record says is enough.
        let installation = self.installed(name)?;
        let hidden = self.known(&installation).await?;
        end_of(&installation, asked, self, &hidden, watch).await
    }

    async fn redact(
        &self,
        name: &str,
        _command: &LauncherCommand,
        texts: Vec<String>,
        watch: &Watch,
    ) -> Result<Vec<String>> {
        watch.check()?;
        let installation = self.installed(name)?;
        let state = self.0.state();
        let kept = state.secrets.iter();
        let hidden: Vec<Secret> = kept
            .filter(|(item, _)| item.name == name && item.generation == installation.generation)
            .map(|(_, value)| Secret::new(value.as_str()))
            .collect();
        let all = texts.iter();
        Ok(all.map(|text| without_secrets(text, &hidden)).collect())
    }
}

#[async_trait]
impl Inside for FakeInspector {
    async fn writable(&self, at: &Spot) -> Result<Written> {
        let state = self.0.state();
        let mut path = at.path();
        loop {
            if let Some(kept) = state.kept.get(path) {
                let about = About {
                    uid: kept.uid,
                    gid: kept.uid,
                    mode: kept.mode,
                    is_folder: kept.text.is_none(),
                };
                return Ok(Written {
                    can: may_write(USER, &[], about),
                    looked_at: path.to_owned(),
                    compared: Some((USER, about)),
                });
            }
            if path == at.root() {
                // What nobody changed is the server's.
                return Ok(Written {
                    can: true,
                    looked_at: path.to_owned(),
                    compared: None,
                });
            }
            path = path.rsplit_once('/').map_or("", |(above, _)| above);
            if path.len() < at.root().len() {
                return Err(Error::new(ErrorCode::PathMissing {
                    path: at.root().to_owned(),
                }));
            }
        }
    }

    async fn files(&self, at: &Spot) -> Result<Vec<FileMode>> {
        let state = self.0.state();
        let kept = state.kept.iter();
        Ok(kept
            .filter(|(path, kept)| kept.text.is_some() && glob::fits(at.path(), path))
            .map(|(path, kept)| FileMode {
                path: path.clone(),
                mode: kept.mode,
            })
            .collect())
    }

    async fn lines(
        &self,
        at: &Spot,
        told: &mut (dyn for<'l> FnMut(&'l [u8]) + Send),
    ) -> Result<bool> {
        let kept = self.0.state().kept.get(at.path()).cloned();
        let text = kept.and_then(|kept| kept.text);
        let lines = text.as_deref().unwrap_or_default().lines();
        lines.for_each(|line| told(line.as_bytes()));
        Ok(text.is_some())
    }

    async fn run(
        &self,
        program: &OwnProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>> {
        watch.check()?;
        tokio::task::yield_now().await;
        let name = program.program.rsplit('/').next().unwrap_or_default();
        let (exit, said) = match self.0.state().programs.get(name) {
            Some(program) => program.clone(),
            None => (Some(0), Vec::new()),
        };
        said.into_iter().for_each(told);
        watch.check()?;
        Ok(exit)
    }
}
