use berth_core::secret::Secret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names an installation and a file: the backup that is to be written, or the one to restore from.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BackupRequest {
    /// The installation.
    pub name: String,
    /// Absolute path.
    pub file: String,
}

/// Carries out a backup, or a restoring, that was agreed to.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct BackupStart {
    /// What was asked for.
    pub request: BackupRequest,
    /// Fingerprint of the plan that was shown.
    pub consent: String,
    /// The file's passphrase; needed where the plan says that it is encrypted.
    #[serde(default)]
    pub passphrase: Option<Secret>,
}

/// Asks where a new file is to go.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SaveRequest {
    /// Title of the dialog.
    pub title: String,
    /// The name that is offered.
    pub file_name: String,
}
