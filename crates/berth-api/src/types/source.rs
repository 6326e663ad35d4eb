use berth_core::source::FoundSource;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks where the project is that an input wants the source folder of.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct SourceFind {
    /// The entry.
    pub entry: String,
    /// The input's key; it is of kind `source`.
    pub input: String,
    /// Folders that the person works in (absolute paths), beside the usual places.
    #[serde(default)]
    pub folders: Vec<String>,
}

/// Asks what the `.env` file of a source folder has for an entry.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct SourceEnv {
    /// The entry.
    pub entry: String,
    /// The key of the input that asks for the folder.
    pub input: String,
    /// The folder: absolute path.
    pub folder: String,
}

/// Where it was found.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct SourcesFound {
    /// The folders: those that were used before, newest first, then the likeliest first.
    pub sources: Vec<FoundSource>,
    /// Whether all places were looked at. They are not once the search was stopped, took too long,
    /// or found more than helps.
    pub complete: bool,
}
