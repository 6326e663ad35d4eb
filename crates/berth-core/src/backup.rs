//! Backups of what servers keep in volumes: what a file says of itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::server::{DataPlace, Installation, Launch, Mount};

/// The secret of a job that writes or reads an encrypted file.
pub const PASSPHRASE: &str = "passphrase";

/// Fewest characters of a new file's passphrase: it leaves this computer, so people have all the time
/// in the world to guess.
pub const SHORTEST_PASSPHRASE: u32 = 12;

/// What a file says of itself before its content, to everybody who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Backup {
    /// Identifier: that of the job that wrote it.
    pub id: String,
    /// Name of the installation.
    pub name: String,
    /// Its entry.
    pub entry: String,
    /// Its variant.
    pub variant: String,
    /// Its version.
    pub version: String,
    /// When it was made (RFC 3339, UTC).
    pub created_at: String,
    /// Whether the content is encrypted.
    pub encrypted: bool,
    /// What it holds, in the order of the content.
    pub volumes: Vec<BackupVolume>,
}

/// A volume in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BackupVolume {
    /// Where the server sees it: by this it finds its place again.
    pub target: String,
    /// What is kept there, in plain words.
    pub holds: String,
    /// Whether keys are among it.
    pub holds_keys: bool,
}

/// The volumes that an installation works on now: their names, and what a backup says of them. None
/// for a stack: what its services keep belongs together, and each has a way of its own to write it down
/// while it runs.
#[must_use]
pub fn volumes(installation: &Installation) -> Vec<(String, BackupVolume)> {
    let Launch::Container(launch) = &installation.launch else {
        return Vec::new();
    };
    if launch.stack.is_some() {
        return Vec::new();
    }
    let place = |volume: &str| {
        installation.data.iter().find_map(|place| match place {
            DataPlace::Volume {
                name,
                holds,
                holds_keys,
            } if name == volume => Some((holds.clone(), *holds_keys)),
            _ => None,
        })
    };
    let mounts = launch.mounts.iter().filter_map(|mount| match mount {
        Mount::Volume { name, target } => {
            let (holds, holds_keys) = place(name)?;
            let target = target.clone();
            let volume = BackupVolume {
                target,
                holds,
                holds_keys,
            };
            Some((name.clone(), volume))
        }
        Mount::Bind { .. } | Mount::EngineSocket { .. } => None,
    });
    mounts.collect()
}
