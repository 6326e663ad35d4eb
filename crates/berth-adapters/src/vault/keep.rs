use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::VaultFacts;
use berth_core::plan::VaultItem;
use berth_core::secret::Secret;

/// One place that keeps secrets. [`super::Vaults`] chooses among them.
#[async_trait]
pub trait Keep: Send + Sync {
    /// Which one it is, or why it cannot be used now.
    async fn probe(&self) -> Result<VaultFacts>;

    /// Reads a value.
    async fn get(&self, item: &VaultItem) -> Result<Option<Secret>>;

    /// Stores a value, replacing one that is there.
    async fn set(&self, item: &VaultItem, value: &Secret) -> Result<()>;

    /// Whether there is a value.
    async fn contains(&self, item: &VaultItem) -> Result<bool>;

    /// Deletes a value. Missing is fine.
    async fn delete(&self, item: &VaultItem) -> Result<()>;
}

/// A value that has to be there.
pub async fn read(keep: &dyn Keep, item: &VaultItem) -> Result<Secret> {
    keep.get(item).await?.ok_or_else(|| {
        Error::new(ErrorCode::SecretMissing {
            name: item.name.clone(),
            input: item.input.clone(),
        })
    })
}

/// Copies a value.
pub async fn copy(keep: &dyn Keep, from: &VaultItem, to: &VaultItem) -> Result<()> {
    keep.set(to, &read(keep, from).await?).await
}
