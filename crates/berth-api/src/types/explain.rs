use berth_core::secret::Secret;
use serde::Deserialize;
use ts_rs::TS;

/// Asks what an error that a person has pasted shows.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ExplainRequest {
    /// The entry whose server it is about.
    pub entry: String,
    /// The variant; without one, all of them count.
    #[serde(default)]
    pub variant: Option<String>,
    /// The text. Nobody knows what is in it, so it is treated as a secret: never printed, logged or
    /// stored.
    pub text: Secret,
}
