use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A new installation. Undone when it fails or is interrupted.
    Install,
    /// A new generation of an installed server. Undone to the old one when it fails.
    Reconfigure,
    /// Takes an installation away. Carried on, never undone, once it has begun.
    Remove,
    /// Registers an installed server at one more place. Undone when it fails.
    Connect,
    /// Takes one registration of an installed server away. Carried on once it has begun.
    Disconnect,
    /// Writes what an installed server keeps into a file. Undone when it fails.
    Backup,
    /// Replaces what an installed server keeps by what a file has. Undone when it fails.
    Restore,
    /// Does what its entry offers with an installed server. Undone where it fails and can be.
    Act,
    /// Only verifies.
    Verify,
}
