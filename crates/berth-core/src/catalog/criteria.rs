//! What an entry says has to be true of a server beside its handshake.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that is looked at whenever the server is verified, and shown beside what the handshake
/// says. The handshake decides whether a server works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionSpec {
    /// Identifier inside the entry: lower-case letters, digits and `-`.
    #[schemars(length(max = 64), regex(pattern = "^[a-z0-9][a-z0-9-]*$"))]
    pub id: String,
    /// What is true where it is met, a few words: "Its keys are readable by nobody else".
    pub title: String,
    /// What helps where it is not met.
    #[serde(default)]
    pub help: Option<String>,
    /// The variants that it is for; empty means all of them.
    #[serde(default)]
    pub variants: Vec<String>,
    /// Whether a server that does not meet it counts as one that does not work. Then an installation
    /// is undone.
    #[serde(default)]
    pub required: bool,
    /// How it is looked at.
    pub check: CriterionCheck,
}

impl CriterionSpec {
    /// Whether it is for this variant.
    #[must_use]
    pub fn is_for(&self, variant: &str) -> bool {
        self.variants.is_empty() || self.variants.iter().any(|id| id == variant)
    }
}

/// How a criterion is looked at. Paths are in what the variant keeps: in a container below the
/// target of a volume, otherwise below `{{berth.data}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum CriterionCheck {
    /// The server's user may write there. Where nothing is there yet, the folder counts in which it
    /// would be made.
    Writable {
        /// The path.
        path: String,
    },
    /// Files allow no more than this.
    Mode {
        /// The path; `*` stands for any part of a name.
        path: String,
        /// The most that they may allow, in octal and in quotation marks: `"0600"`.
        #[schemars(regex(pattern = "^0?[0-7]{3}$"))]
        at_most: String,
        /// Whether it is fine that there is none (yet).
        #[serde(default)]
        may_be_missing: bool,
    },
    /// The last lines of a log do not match a pattern.
    Log {
        /// The file; without it, what the server printed on standard error while it was verified.
        #[serde(default)]
        path: Option<String>,
        /// Regular expression that none of the lines matches.
        pattern: String,
        /// How many of the last lines are looked at.
        #[serde(default = "default_lines")]
        #[schemars(range(min = 1, max = 10_000))]
        lines: u32,
    },
    /// A program of the variant itself ends with 0, and says nothing that matches `without`.
    Command {
        /// The program and its arguments (templates). In a container it is looked for there;
        /// otherwise it is one of the scripts that were installed with the server.
        #[schemars(length(min = 1))]
        command: Vec<String>,
        /// Regular expression that none of the lines matches which it prints.
        #[serde(default)]
        without: Option<String>,
        /// Seconds that it may take.
        #[serde(default = "default_seconds")]
        #[schemars(range(min = 1, max = 120))]
        seconds: u32,
    },
}

const fn default_lines() -> u32 {
    200
}
const fn default_seconds() -> u32 {
    30
}
