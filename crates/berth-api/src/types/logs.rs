use berth_core::catalog::LogFormat;
use berth_core::logs::LogEnd;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A log that an installed server keeps, as its entry names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogRow {
    /// Identifier inside the entry.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What is in it and what it is good for.
    pub about: String,
    /// How it is written.
    pub format: LogFormat,
    /// The file: as the container has it, or on this computer.
    pub path: String,
}

/// Asks for the end of a log.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LogRequest {
    /// The installation.
    pub name: String,
    /// The log.
    pub log: String,
    /// How many of its last lines.
    pub lines: u32,
}

/// The end of a log, without the installation's secrets.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LogPage {
    /// The log.
    pub log: LogRow,
    /// Its end.
    pub end: LogEnd,
}
