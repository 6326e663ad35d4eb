//! The doctor: what is wrong with this machine, what it means, and what fixes it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::client::Place;
use crate::error::Error;
use crate::facts::Probe;

mod diagnose;
mod server;

pub use diagnose::diagnose;
pub use server::{Diagnosis, ServerCheck, ServerCheckId, diagnose_server};

/// One diagnosis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Check {
    /// Stable identifier, also the address of its page.
    pub id: CheckId,
    /// How it stands.
    pub status: CheckStatus,
    /// What was seen, where it is worth telling: version, path, endpoint.
    pub seen: Vec<Seen>,
    /// What is wrong.
    pub error: Option<Error>,
    /// What can be clicked.
    pub fixes: Vec<Fix>,
}

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum CheckId {
    Engine,
    Vault,
    Claude,
    Launcher,
    Python,
    Node,
    Installations,
    Catalog,
}

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// Not known yet.
    Checking,
    /// As it should be.
    Good,
    /// Something works less well, or only some entries are affected.
    Limited,
    /// It must be mended before servers that need it can be installed.
    Bad,
    /// Not looked at: something before it has to be mended first.
    Skipped,
}

/// A label and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Seen {
    /// What: a key of the message catalogue (`endpoint`, `version`, `path`, `product`).
    pub what: String,
    /// The value.
    pub value: String,
}

/// What can be done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "fix", rename_all = "snake_case")]
pub enum Fix {
    /// Look again.
    Recheck {
        /// Which probe.
        probe: Probe,
    },
    /// Copy this command and run it in a terminal; Berth does not run it.
    CopyCommand {
        /// The command.
        command: String,
    },
    /// Open this page in the browser.
    OpenLink {
        /// `https://` address.
        url: String,
    },
    /// Make the encrypted vault with a passphrase.
    CreateVault,
    /// Unlock the encrypted vault.
    UnlockVault,
    /// Put the launcher on the PATH (a link in a folder of this person).
    LinkLauncher {
        /// Absolute path of the link.
        path: String,
    },
    /// Go to the settings.
    OpenSettings,
    /// Register a server at a place where it should be.
    Connect {
        /// The installation.
        name: String,
        /// The place.
        place: Place,
        /// Whether something else stands there under the name.
        replace: bool,
        /// Whether the client had the address itself.
        direct: bool,
    },
    /// Install a server again with the choices that it has.
    InstallAgain {
        /// The installation.
        name: String,
    },
    /// Store a secret of a server's.
    GiveSecret {
        /// The installation.
        name: String,
        /// The input.
        input: String,
    },
    /// Start the services of a server's.
    StartServices {
        /// The installation.
        name: String,
    },
}
