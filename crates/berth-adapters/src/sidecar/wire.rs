use berth_core::error::Error;
use berth_core::facts::VaultFacts;
use berth_core::plan::VaultItem;
use berth_core::secret::Secret;
use serde::{Deserialize, Serialize};

/// A request as the serving side reads it. [`RequestLine`] is its twin that can be written.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Request {
    Probe,
    Set { item: VaultItem, value: Secret },
    Contains { item: VaultItem },
    Copy { from: VaultItem, to: VaultItem },
    Delete { item: VaultItem },
    CreatePassphraseVault { passphrase: Secret },
    Unlock { passphrase: Secret },
}

/// A request as the asking side writes it: a [`Secret`] does not write itself.
#[derive(Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum RequestLine<'a> {
    Probe,
    Set {
        item: &'a VaultItem,
        value: &'a str,
    },
    Contains {
        item: &'a VaultItem,
    },
    Copy {
        from: &'a VaultItem,
        to: &'a VaultItem,
    },
    Delete {
        item: &'a VaultItem,
    },
    CreatePassphraseVault {
        passphrase: &'a str,
    },
    Unlock {
        passphrase: &'a str,
    },
}

/// An answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Done,
    Found { vault: VaultFacts },
    Contains { there: bool },
    Failed { error: Error },
}
