//! What the consent sheet shows of a step: everything, untruncated, secrets as dots.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What one step will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StepPreview {
    /// The step's kind, a key of the message catalogue for its title: `pull_image`.
    pub kind: String,
    /// What it is about, for that title: the image, the package, the input's key.
    pub subject: String,
    /// Commands, files, flags and mounts, exactly.
    pub lines: Vec<PreviewLine>,
}

/// One line of a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "line", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum PreviewLine {
    /// A command, quoted as a shell would need it; Berth runs it without a shell.
    Command { text: String },
    /// A file or folder that is made or changed.
    Writes { path: String },
    /// A file or folder that is deleted.
    Deletes { path: String },
    /// Something of the keychain that is written; the value is shown as dots.
    Keychain { item: String },
    /// A flag of the container, as `docker run` would be given it.
    Flag { text: String },
    /// A folder or volume that is visible inside.
    Mount {
        source: String,
        target: String,
        read_only: bool,
    },
    /// Where it connects to.
    Network { text: String },
    /// Anything else, as text.
    Text { text: String },
}
