use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An item of the vault: one per installation's generation and input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct VaultItem {
    /// The installation, for people who look into their keychain.
    pub name: String,
    /// Its generation.
    pub generation: String,
    /// The input's key.
    pub input: String,
}

impl VaultItem {
    /// Where a secret that Berth made is kept with the data of a server that was removed. It is for
    /// the same entry only, whatever else gets that name.
    #[must_use]
    pub fn kept(name: &str, entry: &str, input: &str) -> Self {
        Self {
            name: name.to_owned(),
            generation: format!("kept-{entry}"),
            input: input.to_owned(),
        }
    }

    /// The user part of the keychain item (the service is `berth`): `name/generation/input`.
    #[must_use]
    pub fn account(&self) -> String {
        format!("{}/{}/{}", self.name, self.generation, self.input)
    }
}
