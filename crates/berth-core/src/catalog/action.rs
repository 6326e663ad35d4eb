//! What an entry offers to do with its installed server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that can be done with an installed server, step by step, when a person asks for it.
/// What is done is fixed here; only the inputs' values differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionSpec {
    /// Identifier inside the entry: lower-case letters, digits and `-`.
    #[schemars(length(max = 64), regex(pattern = "^[a-z0-9][a-z0-9-]*$"))]
    pub id: String,
    /// What it does, a few words that begin with a verb: "Make new signing keys".
    pub title: String,
    /// What it means and what to do afterwards; shown before.
    #[serde(default)]
    pub help: Option<String>,
    /// The variants that it is for; empty means all of them.
    #[serde(default)]
    pub variants: Vec<String>,
    /// What it changes, so that it is agreed to before: "its signing keys". Without it, it only
    /// looks.
    #[serde(default)]
    pub changes: Option<String>,
    /// What is done, in order. Where a step fails, those before it are undone in reverse.
    #[schemars(length(min = 1, max = 16))]
    pub steps: Vec<ActSpec>,
}

impl ActionSpec {
    /// Whether it is for this variant.
    #[must_use]
    pub fn is_for(&self, variant: &str) -> bool {
        self.variants.is_empty() || self.variants.iter().any(|id| id == variant)
    }
}

/// One step of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ActSpec {
    /// Runs a program of the variant's own beside the server, as the server runs: with the same
    /// environment, secrets and confinement. It has to end with 0. `BERTH_JOB` is in its environment,
    /// the same text for all steps and undos of one run, and another one for each run.
    Command {
        /// The program and its arguments (templates). In a container it is looked for there;
        /// otherwise it is one of the scripts that were installed with the server.
        #[schemars(length(min = 1))]
        command: Vec<String>,
        /// What undoes it, whether it was done in whole, in part or not at all, once or again: it is
        /// run where this step or a later one fails or is cancelled, or Berth was ended meanwhile.
        #[serde(default)]
        #[schemars(length(min = 1))]
        undo: Option<Vec<String>>,
        /// Seconds that each may take.
        #[serde(default = "default_seconds")]
        #[schemars(range(min = 1, max = 3600))]
        seconds: u32,
    },
    /// Starts the server as a client does and calls one of its tools; what it answers is shown.
    Tool {
        /// The tool.
        tool: String,
        /// Its arguments.
        #[serde(default)]
        #[ts(type = "Record<string, unknown>")]
        arguments: serde_json::Map<String, serde_json::Value>,
    },
    /// Runs a program of this computer in a folder of the person's, as the person: nothing confines
    /// it. It has to end with 0.
    Program {
        /// The input with the folder.
        input: String,
        /// The program's name; it is looked for on the PATH.
        program: String,
        /// Its arguments, word for word.
        #[serde(default)]
        arguments: Vec<String>,
        /// Seconds that it may take.
        #[serde(default = "default_program_seconds")]
        #[schemars(range(min = 1, max = 14_400))]
        seconds: u32,
    },
}

const fn default_seconds() -> u32 {
    60
}
const fn default_program_seconds() -> u32 {
    1_800
}
