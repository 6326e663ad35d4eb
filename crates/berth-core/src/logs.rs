//! The end of a log that an entry names: found in what the installation keeps, and told without its
//! secrets.
//!
//! An entry says which file it is; where that may be is the installation's record alone to say. So a
//! log is never read anywhere but in a volume, a mounted folder or the data folder of its own.

use std::collections::VecDeque;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::catalog::LogFormat;
use crate::criteria::{Inside, in_time, line};
use crate::error::{Error, ErrorCode, Result};
use crate::progress::Watch;
use crate::secret::Secret;
use crate::server::{DataPlace, Installation, Launch, Mount, Spot};

/// Most lines that are told.
pub const LINES_LIMIT: u32 = 2_000;
/// Most bytes of lines that are told together.
const BYTES_LIMIT: usize = 1 << 20;
/// Most characters of a line that are shown.
const LINE_SHOWN: usize = 4_000;
/// Most characters of a line's time, level or event.
const FIELD_SHOWN: usize = 120;
/// How an entry writes the folder that lasts.
const DATA: &str = "{{berth.data}}/";

/// What is asked for of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogAsked {
    /// The file, as the entry has it.
    pub path: String,
    /// How it is written.
    pub format: LogFormat,
    /// How many of its last lines.
    pub lines: u32,
}

/// The end of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogEnd {
    /// Whether the file is there. A server makes it when it first writes.
    pub there: bool,
    /// Its last lines, oldest first, without the installation's secrets.
    pub lines: Vec<LogEntry>,
    /// Whether it has lines before those.
    pub more: bool,
}

/// A line of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogEntry {
    /// The line.
    pub text: String,
    /// When it was written, as the line says it; `None` where it says nothing of the kind, as with
    /// the two below.
    pub time: Option<String>,
    /// How it went or how much it matters, as the line says it.
    pub level: Option<String>,
    /// What happened.
    pub event: Option<String>,
}

/// Where a log of an installation is; `None` where it is in nothing that the installation keeps.
#[must_use]
pub fn spot(installation: &Installation, path: &str) -> Option<Spot> {
    let leads_out = |path: &str| path.split('/').any(|part| matches!(part, "." | ".."));
    if leads_out(path) {
        return None;
    }
    match &installation.launch {
        Launch::Container(launch) => {
            let below = |target: &str| Path::new(path).starts_with(target);
            let (mount, target) = launch
                .mounts
                .iter()
                .filter_map(|mount| match mount {
                    Mount::Volume { target, .. } | Mount::Bind { target, .. } => {
                        below(target).then_some((mount, target.as_str()))
                    }
                    Mount::EngineSocket { .. } => None,
                })
                .max_by_key(|(_, target)| target.len())?;
            match mount {
                Mount::Volume { name, .. } => Some(Spot::Volume {
                    volume: name.clone(),
                    target: target.to_owned(),
                    path: path.to_owned(),
                }),
                Mount::Bind { source, .. } => Some(in_folder(source, path.strip_prefix(target)?)),
                Mount::EngineSocket { .. } => None,
            }
        }
        Launch::Process { .. } => {
            let rest = path.strip_prefix(DATA)?;
            let mut kept = installation.data.iter();
            kept.find_map(|place| match place {
                DataPlace::Folder { path } => Some(in_folder(path, rest)),
                DataPlace::Volume { .. } => None,
            })
        }
        Launch::Remote(_) => None,
    }
}

fn in_folder(folder: &str, rest: &str) -> Spot {
    let mut path = Path::new(folder).to_owned();
    path.extend(rest.split('/').filter(|part| !part.is_empty()));
    Spot::Folder {
        folder: folder.to_owned(),
        path: path.to_string_lossy().into_owned(),
    }
}

/// Reads the end of a log.
///
/// # Errors
/// `PathMissing` where the installation keeps nothing at that place, `Cancelled`, and what reading
/// fails with.
pub async fn end_of(
    installation: &Installation,
    asked: &LogAsked,
    inside: &dyn Inside,
    hidden: &[Secret],
    watch: &Watch,
) -> Result<LogEnd> {
    let missing = || {
        Error::new(ErrorCode::PathMissing {
            path: asked.path.clone(),
        })
    };
    let at = spot(installation, &asked.path).ok_or_else(missing)?;
    let most = asked.lines.min(LINES_LIMIT) as usize;
    let mut last: VecDeque<Vec<u8>> = VecDeque::new();
    let (mut bytes, mut more) = (0, false);
    let mut told = |line: &[u8]| {
        bytes += line.len();
        last.push_back(line.to_vec());
        while last.len() > most || bytes > BYTES_LIMIT {
            bytes -= last.pop_front().map_or(bytes, |line| line.len());
            more = true;
        }
    };
    let there = match in_time(inside.lines(&at, &mut told), watch).await {
        // Not even what holds it: nothing has run yet.
        Err(error) if matches!(error.code, ErrorCode::PathMissing { .. }) => false,
        there => there?,
    };
    let hidden = with_escaped(hidden);
    let lines = last.iter().map(|line| {
        let text = String::from_utf8_lossy(line);
        entry(text.trim_end_matches('\r'), asked.format, &hidden)
    });
    Ok(LogEnd {
        there,
        lines: lines.collect(),
        more,
    })
}

/// Secrets, and how they are written in JSON where that differs.
fn with_escaped(secrets: &[Secret]) -> Vec<Secret> {
    let escaped = secrets.iter().filter_map(|secret| {
        let json = serde_json::to_string(secret.expose()).ok()?;
        let inner = json.strip_prefix('"')?.strip_suffix('"')?;
        (inner != secret.expose()).then(|| Secret::new(inner))
    });
    secrets.iter().cloned().chain(escaped).collect()
}

fn entry(text: &str, format: LogFormat, hidden: &[Secret]) -> LogEntry {
    // Told apart before it is cut, after what is not to be seen was taken out.
    let whole = line(text, hidden, usize::MAX);
    let parsed = match format {
        LogFormat::Jsonl => serde_json::from_str::<Value>(&whole).ok(),
        LogFormat::Text => None,
    };
    let field = |keys: &[&str]| {
        let object = parsed.as_ref()?.as_object()?;
        let value = keys.iter().find_map(|key| object.get(*key))?;
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        Some(text.chars().take(FIELD_SHOWN).collect())
    };
    LogEntry {
        time: field(&["timestamp", "time", "ts", "@timestamp", "at", "date"]),
        level: field(&["level", "severity", "lvl", "result", "status", "outcome"]),
        event: field(&[
            "event",
            "event_type",
            "action",
            "type",
            "name",
            "message",
            "msg",
        ]),
        text: whole.chars().take(LINE_SHOWN).collect(),
    }
}

#[cfg(test)]
mod tests;
