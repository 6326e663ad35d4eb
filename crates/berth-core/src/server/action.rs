//! What can be done with an installed server, as its entry offered it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::OwnProgram;
use crate::plan::command::CommandLine;

/// Something that can be done with an installed server, as it was when that was installed. It is
/// sealed with the launch: an entry that changes later changes nothing here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Action {
    /// Identifier inside the entry.
    pub id: String,
    /// What it does.
    pub title: String,
    /// What it means and what to do afterwards.
    pub help: Option<String>,
    /// What it changes; `None` where it only looks.
    pub changes: Option<String>,
    /// What is done, in order.
    pub steps: Vec<Act>,
}

impl Action {
    /// Whether it is agreed to each time. One that only looks does nothing that was not agreed to
    /// with the server: a program beside it may no more than the server, and Claude calls its tools.
    #[must_use]
    pub fn asks(&self) -> bool {
        let as_person = |act: &Act| matches!(act, Act::Program { .. });
        self.changes.is_some() || self.steps.iter().any(as_person)
    }
}

/// One step of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// A program beside the server, run as that is.
    Command {
        /// The program.
        program: OwnProgram,
        /// What undoes it.
        undo: Option<OwnProgram>,
    },
    /// A call of one of its tools.
    Tool {
        /// The tool.
        tool: String,
        /// Its arguments.
        #[ts(type = "Record<string, unknown>")]
        arguments: serde_json::Map<String, serde_json::Value>,
    },
    /// A program of this computer, run as the person.
    Program {
        /// The program.
        program: FolderProgram,
    },
}

/// A program of this computer that runs in a folder of the person's, as the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FolderProgram {
    /// Absolute path of the folder.
    pub folder: String,
    /// Its name, to be found on the PATH.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Seconds that it may take.
    pub seconds: u32,
}

impl FolderProgram {
    /// The program and its arguments, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        let line = CommandLine {
            program: self.program.clone(),
            args: self.args.clone(),
        };
        line.quoted()
    }
}
