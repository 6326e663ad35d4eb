//! What has to be true of an installed server beside its handshake, and what was seen of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::Error;

/// Most characters of a line that is shown.
pub const LINE_SHOWN: usize = 500;

/// What has to be true, as it was agreed to. It is sealed with the launch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Criterion {
    /// Identifier inside the entry.
    pub id: String,
    /// What is true where it is met.
    pub title: String,
    /// What helps where it is not met.
    pub help: Option<String>,
    /// Whether a server that does not meet it counts as one that does not work.
    pub required: bool,
    /// How it is looked at.
    pub look: Look,
}

/// How a criterion is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Look {
    /// The server's user may write there.
    Writable {
        /// Where.
        at: Spot,
    },
    /// Files allow no more than this.
    Mode {
        /// Which; `*` stands for any part of a name.
        at: Spot,
        /// The most that they may allow: permission bits.
        at_most: u32,
        /// Whether it is fine that there is none.
        may_be_missing: bool,
    },
    /// The last lines of a log match nothing of this.
    Log {
        /// The file; what the server printed while it was verified, where there is none.
        at: Option<Spot>,
        /// Regular expression.
        pattern: String,
        /// How many of the last lines.
        lines: u32,
    },
    /// A program of the variant ends with 0.
    Command {
        /// The program.
        program: OwnProgram,
        /// Regular expression that none of its lines may match.
        without: Option<String>,
    },
}

impl Look {
    /// What is looked at, in one line.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Writable { at } => format!("can be written: {}", at.path()),
            Self::Mode { at, at_most, .. } => {
                format!("mode at most {at_most:04o}: {}", at.path())
            }
            Self::Log { at, pattern, .. } => {
                let file = at.as_ref().map_or("standard error", Spot::path);
                format!("nothing like {pattern}: {file}")
            }
            Self::Command { program, without } => match without {
                Some(without) => {
                    format!(
                        "ends with 0, and nothing like {without}: {}",
                        program.shown()
                    )
                }
                None => format!("ends with 0: {}", program.shown()),
            },
        }
    }
}

/// A program of a variant, run beside its server with the same environment, secrets and
/// confinement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OwnProgram {
    /// Absolute path of one in the installation's folder, or what a container calls it.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Seconds that it may take.
    pub seconds: u32,
}

impl OwnProgram {
    /// The program and its arguments, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.args);
        let words = words.map(|word| crate::plan::command::quote(word));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A place in what a server keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum Spot {
    /// In a volume.
    Volume {
        /// The volume.
        volume: String,
        /// Where the container has the volume.
        target: String,
        /// The path inside the container.
        path: String,
    },
    /// In the folder that lasts.
    Folder {
        /// Absolute path of that folder.
        folder: String,
        /// Absolute path.
        path: String,
    },
}

impl Spot {
    /// The path as the server has it.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Volume { path, .. } | Self::Folder { path, .. } => path,
        }
    }

    /// The folder or volume that it is in, as the server has it.
    #[must_use]
    pub fn root(&self) -> &str {
        match self {
            Self::Volume { target, .. } => target,
            Self::Folder { folder, .. } => folder,
        }
    }
}

/// A criterion that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CriterionSeen {
    /// Identifier inside the entry.
    pub id: String,
    /// What is true where it is met.
    pub title: String,
    /// What helps where it is not met.
    pub help: Option<String>,
    /// Whether a server that does not meet it counts as one that does not work.
    pub required: bool,
    /// Whether it is met; `None` where it could not be looked at.
    pub met: Option<bool>,
    /// What was expected and seen.
    pub seen: Finding,
}

/// What was expected and seen, without the installation's secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// Who may write at a path.
    Writable {
        /// The path that was asked about.
        path: String,
        /// What was looked at: that, or the folder in which it would be made.
        looked_at: String,
        /// The server's user, `uid:gid`, where that was compared.
        user: Option<String>,
        /// The owner, `uid:gid`, where that was compared.
        owner: Option<String>,
        /// Permission bits, where they were compared.
        mode: Option<u32>,
    },
    /// The modes of files.
    Mode {
        /// The path, with its `*`.
        path: String,
        /// The most that they may allow.
        at_most: u32,
        /// How many there are.
        files: u32,
        /// The first of those that allow more.
        wrong: Vec<FileMode>,
    },
    /// The end of a log.
    Log {
        /// The file; `None` for what the server printed.
        path: Option<String>,
        /// What no line may match.
        pattern: String,
        /// How many lines were looked at.
        lines: u32,
        /// How many of them match.
        matching: u32,
        /// The last of those.
        last: Option<String>,
    },
    /// How a program ended.
    Command {
        /// The program and its arguments.
        command: String,
        /// Its exit code; `None` where it was ended because it took too long, or by a signal.
        exit: Option<i32>,
        /// The last line that it may not print, where it did.
        said: Option<String>,
        /// Its last lines, where that is not met.
        lines: Vec<String>,
    },
    /// It could not be looked at.
    Nothing {
        /// Why.
        error: Error,
    },
}

/// A file and what it allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileMode {
    /// Its path, as the server has it.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
}

impl CriterionSeen {
    /// One line of it for a log.
    #[must_use]
    pub fn line(&self) -> String {
        let said = match self.met {
            Some(true) => "yes",
            Some(false) => "no",
            None => "could not be looked at",
        };
        format!("{}: {said} ({})", self.title, self.seen.words())
    }
}

impl Finding {
    /// What was seen, in a few words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Writable {
                looked_at,
                user,
                owner,
                mode,
                ..
            } => match (user, owner, mode) {
                (Some(user), Some(owner), Some(mode)) => {
                    format!("{looked_at} is {owner}'s, mode {mode:04o}; the server is {user}")
                }
                _ => looked_at.clone(),
            },
            Self::Mode {
                path, files, wrong, ..
            } => match wrong.first() {
                Some(FileMode { path, mode }) => format!("{path} has mode {mode:04o}"),
                None => format!("{path}, of which there are {files}"),
            },
            Self::Log {
                path, lines, last, ..
            } => {
                let file = path.as_deref().unwrap_or("what it printed");
                match last {
                    Some(line) => format!("{file}: {line}"),
                    None => format!("{file}, {lines} lines"),
                }
            }
            Self::Command {
                command,
                said: Some(said),
                ..
            } => format!("{command}: {said}"),
            Self::Command { command, exit, .. } => match exit {
                Some(exit) => format!("{command} ended with {exit}"),
                None => format!("{command} did not end in time"),
            },
            Self::Nothing { error } => error.to_string(),
        }
    }
}
