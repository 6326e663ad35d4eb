use std::sync::Arc;

use async_trait::async_trait;
use berth_core::backup::{Backup, PASSPHRASE};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{Backups, VolumeAt};
use berth_core::progress::{Progress, Watch};
use berth_core::secret::Secret;
use serde::{Deserialize, Serialize};

use super::World;

/// Backups in the files of a [`World`], of what its volumes hold.
pub struct FakeBackups(pub(super) Arc<World>);

/// A file. What is in it can be read by a test, so it is not for secrets.
#[derive(Serialize, Deserialize)]
struct File {
    backup: Backup,
    /// Tells the right passphrase.
    lock: Option<u64>,
    contents: Vec<String>,
}

fn lock(passphrase: &Secret) -> u64 {
    let bytes = passphrase.expose().bytes();
    bytes.fold(7, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn part(path: &str) -> String {
    format!("{path}.part")
}

impl FakeBackups {
    fn read(&self, path: &str) -> Result<File> {
        let state = self.0.state();
        let text = state.files.read(path).ok_or_else(|| {
            Error::new(ErrorCode::FileFailed {
                operation: "read".to_owned(),
                path: path.to_owned(),
            })
        })?;
        serde_json::from_str(text).map_err(|error| {
            Error::new(ErrorCode::BackupForeign {
                path: path.to_owned(),
            })
            .caused_by(&error)
        })
    }

    fn open(&self, path: &str, passphrase: Option<&Secret>) -> Result<File> {
        let file = self.read(path)?;
        match (file.lock, passphrase) {
            (Some(_), None) => Err(Error::new(ErrorCode::InputMissing {
                input: PASSPHRASE.to_owned(),
            })),
            (Some(expected), Some(given)) if lock(given) != expected => {
                Err(Error::new(ErrorCode::BackupLocked {
                    path: path.to_owned(),
                }))
            }
            _ if file.contents.len() != file.backup.volumes.len() => {
                Err(Error::new(ErrorCode::BackupDamaged {
                    path: path.to_owned(),
                }))
            }
            _ => Ok(file),
        }
    }

    fn fill(&self, at: &VolumeAt, content: Option<String>, watch: &Watch) -> Result<()> {
        watch.check()?;
        let mut state = self.0.state();
        state.engine.clone()?;
        if !state.images.values().any(|image| image.id == at.image) {
            return Err(Error::new(ErrorCode::ImageMissing {
                reference: at.image.clone(),
            }));
        }
        if !state.volumes.insert(at.volume.clone()) {
            return Err(Error::new(ErrorCode::EngineFailed {
                operation: "make a volume".to_owned(),
            })
            .with_cause(format!("`{}` exists", at.volume)));
        }
        if let Some(content) = content {
            state.contents.insert(at.volume.clone(), content);
        }
        Ok(())
    }
}

#[async_trait]
impl Backups for FakeBackups {
    async fn head(&self, file: &str) -> Result<Backup> {
        Ok(self.read(file)?.backup)
    }

    async fn write(
        &self,
        file: &str,
        backup: &Backup,
        volumes: &[VolumeAt],
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<u64> {
        watch.check()?;
        let locked = match (backup.encrypted, passphrase) {
            (true, None) => {
                return Err(Error::new(ErrorCode::InputMissing {
                    input: PASSPHRASE.to_owned(),
                }));
            }
            (encrypted, passphrase) => passphrase.filter(|_| encrypted).map(lock),
        };
        let text = {
            let mut state = self.0.state();
            state.engine.clone()?;
            let content = |at: &VolumeAt| state.contents.get(&at.volume).cloned();
            let whole = File {
                backup: backup.clone(),
                lock: locked,
                contents: volumes
                    .iter()
                    .map(|at| content(at).unwrap_or_default())
                    .collect(),
            };
            let text = serde_json::to_string(&whole)
                .map_err(|error| Error::internal("no JSON form").caused_by(&error))?;
            state.files.write(&part(file), &text);
            text
        };
        let done = text.len() as u64;
        watch.report(Progress::Bytes { done, total: 0 });
        tokio::task::yield_now().await;
        let mut state = self.0.state();
        let way = part(file);
        state.files.delete(&way, &way);
        watch.check()?;
        state.files.write(file, &text);
        Ok(done)
    }

    async fn discard(&self, file: &str, id: &str) -> Result<()> {
        let is_ours = self.read(file).is_ok_and(|found| found.backup.id == id);
        let mut state = self.0.state();
        let way = part(file);
        state.files.delete(&way, &way);
        if is_ours {
            state.files.delete(file, file);
        }
        Ok(())
    }

    async fn check(
        &self,
        file: &str,
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<Backup> {
        let found = self.open(file, passphrase)?;
        tokio::task::yield_now().await;
        watch.check()?;
        Ok(found.backup)
    }

    async fn restore(
        &self,
        file: &str,
        number: usize,
        to: &VolumeAt,
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<()> {
        let mut found = self.open(file, passphrase)?;
        let content = found.contents.swap_remove(number);
        self.fill(to, Some(content).filter(|it| !it.is_empty()), watch)?;
        tokio::task::yield_now().await;
        watch.check()
    }

    async fn copy(&self, from: &VolumeAt, to: &str, watch: &Watch) -> Result<()> {
        let content = self.0.state().contents.get(&from.volume).cloned();
        let new = VolumeAt {
            volume: to.to_owned(),
            ..from.clone()
        };
        self.fill(&new, content, watch)?;
        tokio::task::yield_now().await;
        watch.check()
    }
}
