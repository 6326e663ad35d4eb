use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use berth_core::error::Result;
use berth_core::facts::{VaultFacts, VaultKind};
use berth_core::plan::VaultItem;
use berth_core::port::{SecretReader, Store, Vault};
use berth_core::secret::Secret;
use berth_core::settings::{MachineNotes, Settings};

use super::keep::{self, Keep};
use crate::keychain::{KeychainOptions, KeychainVault};
use crate::passphrase::PassphraseVault;

/// The vault that was chosen: the keychain, unless the settings say the encrypted vault. They are
/// read for every call, because another process may have chosen.
pub struct Vaults {
    home: PathBuf,
    store: Arc<dyn Store>,
}

impl Vaults {
    /// `home` is Berth's.
    #[must_use]
    pub fn new(home: &Path, store: Arc<dyn Store>) -> Self {
        Self {
            home: home.to_owned(),
            store,
        }
    }

    fn chosen(&self) -> Result<Box<dyn Keep>> {
        Ok(match self.store.settings()?.vault {
            Some(VaultKind::Passphrase) => Box::new(self.passphrase()),
            Some(VaultKind::Keychain) | None => Box::new(self.keychain()?),
        })
    }

    fn keychain(&self) -> Result<KeychainVault> {
        let bus = self.store.machine_notes()?.session_bus;
        Ok(KeychainVault::new(
            &self.home,
            &KeychainOptions::interactive(bus),
        ))
    }

    fn passphrase(&self) -> PassphraseVault {
        PassphraseVault::new(&self.home)
    }

    /// A launcher is started without the bus's address: it is noted where the keychain answered.
    fn note_bus(&self, bus: Option<String>) -> Result<()> {
        let notes = self.store.machine_notes()?;
        if bus.is_some() && bus != notes.session_bus {
            self.store.put_machine_notes(&MachineNotes {
                session_bus: bus,
                ..notes
            })?;
        }
        Ok(())
    }
}

#[async_trait]
impl Vault for Vaults {
    async fn probe(&self) -> Result<VaultFacts> {
        if self.store.settings()?.vault == Some(VaultKind::Passphrase) {
            return self.passphrase().probe().await;
        }
        let found = self.keychain()?.find().await?;
        self.note_bus(found.session_bus)?;
        Ok(found.facts)
    }

    async fn set(&self, item: &VaultItem, value: &Secret) -> Result<()> {
        self.chosen()?.set(item, value).await
    }

    async fn contains(&self, item: &VaultItem) -> Result<bool> {
        self.chosen()?.contains(item).await
    }

    async fn copy(&self, from: &VaultItem, to: &VaultItem) -> Result<()> {
        keep::copy(self.chosen()?.as_ref(), from, to).await
    }

    async fn delete(&self, item: &VaultItem) -> Result<()> {
        self.chosen()?.delete(item).await
    }

    async fn create_passphrase_vault(&self, passphrase: &Secret) -> Result<()> {
        self.passphrase().create(passphrase).await?;
        let settings = self.store.settings()?;
        self.store.put_settings(&Settings {
            vault: Some(VaultKind::Passphrase),
            ..settings
        })
    }

    async fn unlock(&self, passphrase: &Secret) -> Result<()> {
        self.passphrase().unlock(passphrase).await
    }
}

/// The launcher's reading half of the vault that was chosen.
pub struct LaunchReader(Box<dyn Keep>);

impl LaunchReader {
    /// From what the launcher read of Berth's state. Nothing is opened yet.
    #[must_use]
    pub fn new(home: &Path, settings: &Settings, notes: &MachineNotes) -> Self {
        Self(match settings.vault {
            Some(VaultKind::Passphrase) => Box::new(PassphraseVault::new(home)),
            Some(VaultKind::Keychain) | None => Box::new(KeychainVault::new(
                home,
                &KeychainOptions::launcher(notes.session_bus.clone()),
            )),
        })
    }
}

#[async_trait]
impl SecretReader for LaunchReader {
    async fn get(&self, item: &VaultItem) -> Result<Secret> {
        keep::read(self.0.as_ref(), item).await
    }
}
