use std::sync::Arc;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{VaultFacts, VaultKind};
use berth_core::plan::VaultItem;
use berth_core::port::{SecretReader, Vault};
use berth_core::secret::Secret;

use super::World;

/// A vault whose values are in a [`World`].
pub struct FakeVault(pub(super) Arc<World>);

impl FakeVault {
    fn check(&self) -> Result<()> {
        self.0.state().vault.clone().map(|_| ())
    }
}

fn missing(item: &VaultItem) -> Error {
    Error::new(ErrorCode::SecretMissing {
        name: item.name.clone(),
        input: item.input.clone(),
    })
}

#[async_trait]
impl Vault for FakeVault {
    async fn probe(&self) -> Result<VaultFacts> {
        self.0.state().vault.clone()
    }

    async fn set(&self, item: &VaultItem, value: &Secret) -> Result<()> {
        self.check()?;
        self.0
            .state()
            .secrets
            .insert(item.clone(), value.expose().to_owned());
        Ok(())
    }

    async fn contains(&self, item: &VaultItem) -> Result<bool> {
        self.check()?;
        Ok(self.0.state().secrets.contains_key(item))
    }

    async fn copy(&self, from: &VaultItem, to: &VaultItem) -> Result<()> {
        self.check()?;
        let mut state = self.0.state();
        let value = state
            .secrets
            .get(from)
            .cloned()
            .ok_or_else(|| missing(from))?;
        state.secrets.insert(to.clone(), value);
        Ok(())
    }

    async fn delete(&self, item: &VaultItem) -> Result<()> {
        self.check()?;
        self.0.state().secrets.remove(item);
        Ok(())
    }

    async fn create_passphrase_vault(&self, _passphrase: &Secret) -> Result<()> {
        self.0.state().vault = Ok(VaultFacts {
            kind: VaultKind::Passphrase,
            product: "Encrypted vault".to_owned(),
        });
        Ok(())
    }

    async fn unlock(&self, passphrase: &Secret) -> Result<()> {
        self.create_passphrase_vault(passphrase).await
    }
}

#[async_trait]
impl SecretReader for FakeVault {
    async fn get(&self, item: &VaultItem) -> Result<Secret> {
        self.check()?;
        let state = self.0.state();
        let value = state.secrets.get(item).ok_or_else(|| missing(item))?;
        Ok(Secret::new(value.clone()))
    }
}
