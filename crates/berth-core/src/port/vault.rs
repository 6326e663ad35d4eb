use async_trait::async_trait;

use crate::error::Result;
use crate::facts::VaultFacts;
use crate::plan::VaultItem;
use crate::secret::Secret;

/// Where secrets live. Everything has a time limit: a locked keychain that shows its prompt makes
/// `KeychainTimeout` ("waiting for the keychain"), never an endless wait.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Which vault this is and whether it can be used now: [`crate::error::ErrorCode`]
    /// `KeychainMissing`, `KeychainLocked`, `KeychainTimeout` or `PassphraseNeeded` if not.
    async fn probe(&self) -> Result<VaultFacts>;

    /// Stores a value, replacing one that is there.
    async fn set(&self, item: &VaultItem, value: &Secret) -> Result<()>;

    /// Whether there is a value, without reading it out.
    async fn contains(&self, item: &VaultItem) -> Result<bool>;

    /// Copies a value to another item without it leaving the vault's process.
    async fn copy(&self, from: &VaultItem, to: &VaultItem) -> Result<()>;

    /// Deletes a value. Missing is fine.
    async fn delete(&self, item: &VaultItem) -> Result<()>;

    /// Makes the encrypted vault with this passphrase and chooses it. Fails where one exists.
    async fn create_passphrase_vault(&self, passphrase: &Secret) -> Result<()>;

    /// Unlocks the encrypted vault for this login session.
    async fn unlock(&self, passphrase: &Secret) -> Result<()>;
}

/// The reading half of a vault, for the launcher alone: the window and the command line never get
/// a secret back.
#[async_trait]
pub trait SecretReader: Send + Sync {
    /// Reads a value; `SecretMissing` where there is none. It never shows a prompt: a vault that
    /// is locked fails with `KeychainLocked` or `PassphraseNeeded`.
    async fn get(&self, item: &VaultItem) -> Result<Secret>;
}
