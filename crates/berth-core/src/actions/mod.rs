//! Carries out a step of an action.
//!
//! It is done in the program that may read the vault, from the installation's sealed record: what is
//! told of it holds none of its secrets.

use std::collections::VecDeque;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::criteria::line;
use crate::error::{Error, ErrorCode, Result};
use crate::port::ToolResult;
use crate::progress::{Progress, Watch};
use crate::secret::Secret;
use crate::server::{Act, FolderProgram, OwnProgram};

/// Most characters of a line that is told.
const LINE_TOLD: usize = 2_000;
/// Most lines of a step that are told as they come.
const LINES_TOLD: usize = 10_000;
/// How many of the last lines are told beyond that, and kept for an error's causes.
const LAST_LINES: usize = 20;
/// How long a tool may take.
const TOOL_LIMIT: Duration = Duration::from_secs(600);

/// What an action's steps are done with.
#[async_trait]
pub trait Hands: Send + Sync {
    /// Runs a program beside the server to its end: its exit code, `None` where it was ended by a
    /// signal or because its time was over. It is ended when that is cancelled.
    async fn beside(
        &self,
        program: &OwnProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>>;

    /// Starts the server as a client does, calls one of its tools, and ends it.
    async fn call(
        &self,
        tool: &str,
        arguments: &Map<String, Value>,
        watch: &Watch,
    ) -> Result<ToolResult>;

    /// Runs a program of this computer to its end, as [`Hands::beside`] does.
    ///
    /// # Errors
    /// `CommandMissing`, `PathMissing`.
    async fn in_folder(
        &self,
        program: &FolderProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>>;
}

/// Does a step, or undoes it. What it prints or answers goes to the watch.
///
/// # Errors
/// `ProgramFailed`, `ToolFailed`, and what stands in the way.
pub async fn act(
    act: &Act,
    undo: bool,
    hands: &dyn Hands,
    hidden: &[Secret],
    watch: &Watch,
) -> Result<()> {
    let done = match (act, undo) {
        (Act::Command { program, .. }, false)
        | (
            Act::Command {
                undo: Some(program),
                ..
            },
            true,
        ) => {
            let mut lines = Lines::new(hidden, watch);
            let mut tell = |text: String| lines.tell(&text);
            let exit = hands.beside(program, &mut tell, watch).await;
            lines.ended(&program.shown(), exit)
        }
        (Act::Program { program }, false) => {
            let mut lines = Lines::new(hidden, watch);
            let mut tell = |text: String| lines.tell(&text);
            let exit = hands.in_folder(program, &mut tell, watch).await;
            lines.ended(&program.shown(), exit)
        }
        (Act::Tool { tool, arguments }, false) => call(hands, tool, arguments, hidden, watch).await,
        // Nothing undoes them.
        (_, true) => Ok(()),
    };
    done.map_err(|mut error| {
        for cause in &mut error.causes {
            *cause = line(cause, hidden, LINE_TOLD);
        }
        error
    })
}

async fn call(
    hands: &dyn Hands,
    tool: &str,
    arguments: &Map<String, Value>,
    hidden: &[Secret],
    watch: &Watch,
) -> Result<()> {
    let heard = hiding(watch, hidden);
    let called = async {
        match tokio::time::timeout(TOOL_LIMIT, hands.call(tool, arguments, &heard)).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::new(ErrorCode::ServerTimeout {
                seconds: u32::try_from(TOOL_LIMIT.as_secs()).unwrap_or(u32::MAX),
            })),
        }
    };
    let answer = watch.until_cancelled(called).await?;
    let text = readable(&answer.text);
    if answer.is_error {
        let tool = tool.to_owned();
        return Err(Error::new(ErrorCode::ToolFailed { tool }).with_cause(text));
    }
    let mut lines = Lines::new(hidden, watch);
    text.lines().for_each(|text| lines.tell(text));
    lines.rest();
    Ok(())
}

/// An answer that is JSON, line by line: programs write it without any.
fn readable(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => {
            serde_json::to_string_pretty(&value).unwrap_or_else(|_| text.to_owned())
        }
        _ => text.to_owned(),
    }
}

/// Passes on what is heard, without secrets.
fn hiding(watch: &Watch, hidden: &[Secret]) -> Watch {
    let (to, hidden) = (watch.clone(), hidden.to_vec());
    let report = move |progress: Progress| match progress {
        Progress::Line { text } => to.line(line(&text, &hidden, LINE_TOLD)),
        other => to.report(other),
    };
    Watch::new(report, watch.cancel().clone())
}

/// The lines of a step: the first of them as they come, and the last ones.
struct Lines<'a> {
    hidden: &'a [Secret],
    watch: &'a Watch,
    count: usize,
    last: VecDeque<String>,
}

impl<'a> Lines<'a> {
    fn new(hidden: &'a [Secret], watch: &'a Watch) -> Self {
        Self {
            hidden,
            watch,
            count: 0,
            last: VecDeque::new(),
        }
    }

    fn tell(&mut self, text: &str) {
        let text = line(text, self.hidden, LINE_TOLD);
        self.count += 1;
        if self.count <= LINES_TOLD {
            self.watch.line(text.clone());
        }
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(text);
    }

    /// Tells the end of what was too much.
    fn rest(&self) {
        let more = self.count.saturating_sub(LINES_TOLD);
        if more > LAST_LINES {
            self.watch.line("…");
        }
        let skip = self.last.len().saturating_sub(more);
        let end = self.last.iter().skip(skip);
        end.for_each(|text| self.watch.line(text.clone()));
    }

    /// What came of a program.
    fn ended(self, program: &str, exit: Result<Option<i32>>) -> Result<()> {
        self.rest();
        match exit? {
            Some(0) => Ok(()),
            exit => {
                let program = program.to_owned();
                let failed = Error::new(ErrorCode::ProgramFailed { program, exit });
                Err(self.last.into_iter().fold(failed, Error::with_cause))
            }
        }
    }
}

#[cfg(test)]
mod tests;
