use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::backup::Backup;
use crate::error::Result;
use crate::progress::Watch;
use crate::secret::Secret;

/// A volume, and what it takes to get at it: engines open volumes by way of containers only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VolumeAt {
    /// The installation whose volume it is.
    pub installation: String,
    /// The volume's name.
    pub volume: String,
    /// Identifier of an image that is on this computer. Nothing of it is started.
    pub image: String,
}

/// Files with what volumes hold (`docs/backup-format.md`). What is in a volume is moved in a stream,
/// with owners, modes and links, and reported in bytes. Cancelling ends the work and leaves nothing
/// behind but what is said.
#[async_trait]
pub trait Backups: Send + Sync {
    /// What a file says of itself, to everybody. It is not checked.
    ///
    /// # Errors
    /// `BackupForeign`, `FileFailed`.
    async fn head(&self, file: &str) -> Result<Backup>;

    /// Writes the volumes, in the order of the backup's, into a new file of this person's only; its
    /// size. The file has its name once it is whole; until then there is a part beside it. Where it
    /// is to be encrypted, there has to be a passphrase.
    ///
    /// # Errors
    /// `FileThere`, `FileFailed`, and what the engine says.
    async fn write(
        &self,
        file: &str,
        backup: &Backup,
        volumes: &[VolumeAt],
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<u64>;

    /// Deletes the part of a file that was not finished, and the file if it is the backup of this
    /// identifier. Missing is fine.
    async fn discard(&self, file: &str, id: &str) -> Result<()>;

    /// Reads a whole file; afterwards it is known that every byte of it is as it was written.
    ///
    /// # Errors
    /// `BackupForeign`, `BackupDamaged`, `BackupLocked`, `FileFailed`.
    async fn check(&self, file: &str, passphrase: Option<&Secret>, watch: &Watch)
    -> Result<Backup>;

    /// Makes a volume that does not exist, with what the file has as its volume of this number (the
    /// first is 0). After a failure it can be there in part.
    ///
    /// # Errors
    /// As [`Backups::check`], and what the engine says.
    async fn restore(
        &self,
        file: &str,
        number: usize,
        to: &VolumeAt,
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<()>;

    /// Makes the volume `to`, which does not exist, with everything that is in another one. After a
    /// failure it can be there in part.
    async fn copy(&self, from: &VolumeAt, to: &str, watch: &Watch) -> Result<()>;
}
