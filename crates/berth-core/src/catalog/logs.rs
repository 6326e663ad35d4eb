//! The logs that an entry's server writes into what it keeps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::When;
use crate::input::InputValues;

/// A file in which a server notes what happens: people can read its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogSpec {
    /// Identifier inside the entry: lower-case letters, digits and `-`.
    #[schemars(length(max = 64), regex(pattern = "^[a-z0-9][a-z0-9-]*$"))]
    pub id: String,
    /// A few words: "Audit log".
    pub title: String,
    /// What is in it and what it is good for, one sentence.
    pub about: String,
    /// The variants that have it; empty means all of them.
    #[serde(default)]
    pub variants: Vec<String>,
    /// An input that decides whether it is written.
    #[serde(default)]
    pub when: Option<When>,
    /// The file: in a container below the target of a volume or of a folder that is mounted,
    /// otherwise below `{{berth.data}}`.
    pub path: String,
    /// How it is written.
    #[serde(default)]
    pub format: LogFormat,
}

/// How a log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines of text.
    #[default]
    Text,
    /// A JSON object on each line.
    Jsonl,
}

impl LogSpec {
    /// Whether a variant with these values has it.
    #[must_use]
    pub fn is_for(&self, variant: &str, values: &InputValues) -> bool {
        let of_variant = self.variants.is_empty() || self.variants.iter().any(|id| id == variant);
        of_variant && self.when.as_ref().is_none_or(|when| when.is_met(values))
    }
}
