use berth_core::secret::Secret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names a secret of an installation.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SecretRef {
    /// The installation.
    pub name: String,
    /// The input's key.
    pub input: String,
}

/// A secret of an installation; never its value.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SecretRow {
    /// The installation.
    pub name: String,
    /// The entry's title.
    pub server: String,
    /// The input's key.
    pub input: String,
    /// The input's title.
    pub title: String,
    /// Environment variables that the server gets it in.
    pub env: Vec<String>,
    /// Where to get a new value.
    pub link: Option<String>,
    /// Whether the vault has it; `None` while the vault cannot say.
    pub stored: Option<bool>,
}

/// Stores or replaces a secret. The value goes in and never comes out.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SecretSet {
    /// Which one.
    #[serde(flatten)]
    pub secret: SecretRef,
    /// The value.
    pub value: Secret,
}

/// The passphrase of the encrypted vault.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct VaultPassphrase {
    /// The passphrase.
    pub passphrase: Secret,
}
