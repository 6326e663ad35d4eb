//! Brings services up in the program that may read the vault: `berth`, as its child.

use std::process::Stdio;

use async_trait::async_trait;
use berth_core::client::LauncherCommand;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::logs::LogEnd;
use berth_core::port::{LogWanted, ServiceStarter};
use berth_core::progress::Watch;
use berth_core::server::CriterionSeen;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::process::Group;

/// The hidden command of `berth` that brings services up: `services-up NAME`. It ends with its
/// standard input.
pub const UP_COMMAND: &str = "services-up";
/// The hidden command of `berth` that prints the end of a service's log: `services-log NAME SERVICE
/// LINES [--follow]`. It ends with its standard input as well.
pub const LOG_COMMAND: &str = "services-log";

/// One line of what such a command says on its standard output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Said {
    /// What goes on, or a line of a log.
    Line { text: String },
    /// All went well; nothing follows.
    Done,
    /// What was seen of the criteria; nothing follows.
    Seen { criteria: Vec<CriterionSeen> },
    /// The end of a log; nothing follows.
    End { end: LogEnd },
    /// Texts without secrets; nothing follows.
    Redacted { texts: Vec<String> },
    /// It failed; nothing follows.
    Failed { error: Error },
}

/// Starts `berth` for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChildStarter;

#[async_trait]
impl ServiceStarter for ChildStarter {
    async fn up(&self, name: &str, command: &LauncherCommand, watch: &Watch) -> Result<()> {
        let asked = Asked {
            args: &[UP_COMMAND, name],
            // Nobody undoes what it makes after whoever asked has died.
            input: Input::Held,
            watch,
        };
        ask(command, asked, |text| watch.line(text)).await.map(drop)
    }

    async fn log(
        &self,
        command: &LauncherCommand,
        wanted: &LogWanted,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()> {
        let lines = wanted.lines.to_string();
        let mut args = vec![LOG_COMMAND, &wanted.name, &wanted.service, &lines];
        if wanted.follow {
            args.push("--follow");
        }
        let asked = Asked {
            args: &args,
            input: Input::Held,
            watch: &Watch::silent(),
        };
        ask(command, asked, told).await.map(drop)
    }
}

/// What stands on the input of a hidden command.
#[derive(Debug)]
pub enum Input {
    /// This, and then its end.
    Bytes(Vec<u8>),
    /// Nothing, and no end as long as this process lives.
    Held,
}

/// What a hidden command is asked.
pub struct Asked<'a> {
    /// Its name and arguments.
    pub args: &'a [&'a str],
    /// What stands on its input.
    pub input: Input,
    /// Cancelling asks it to end, so that it can clean up, and ends it a little later.
    pub watch: &'a Watch,
}

/// Runs a command and hears what it says, up to what is the last of it. Dropped before it has ended,
/// it ends the program.
pub async fn ask(
    launcher: &LauncherCommand,
    asked: Asked<'_>,
    told: impl FnMut(String) + Send,
) -> Result<Said> {
    let missing = || {
        Error::new(ErrorCode::ProgramMissing {
            program: launcher.program.clone(),
        })
    };
    let mut command = Command::new(&launcher.program);
    // What stands before `run NAME`: where Berth's home is.
    let home = launcher.args.len().saturating_sub(2);
    command
        .args(launcher.args.iter().take(home))
        .args(asked.args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group = Group::spawn(&mut command).map_err(|error| missing().caused_by(&error))?;
    let heard = hear(&mut group, asked.input, told);
    match asked.watch.until_cancelled(heard).await {
        Err(error) if error.is_cancelled() => {
            group
                .end()
                .await
                .map_err(|failed| missing().caused_by(&failed))?;
            Err(error)
        }
        heard => heard,
    }
}

async fn hear(
    group: &mut Group,
    input: Input,
    mut told: impl FnMut(String) + Send,
) -> Result<Said> {
    let child = group.child();
    let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Error::internal("a child process has no pipes"));
    };
    let mut stdin = child.stdin.take();
    if let Input::Bytes(bytes) = input
        && let Some(mut stdin) = stdin.take()
    {
        // One that ends before it has read everything says why.
        tokio::spawn(async move { stdin.write_all(&bytes).await });
    }
    // Otherwise it is closed with this future.
    let _held = stdin;
    let complaint = tokio::spawn(async move {
        let mut text = String::new();
        let _ = stderr.read_to_string(&mut text).await;
        text
    });
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str(&line) {
            Ok(Said::Line { text }) => told(text),
            Ok(Said::Failed { error }) => return Err(error),
            Ok(last) => return Ok(last),
            Err(error) => {
                return Err(Error::internal("a service's answer cannot be read").caused_by(&error));
            }
        }
    }
    let complaint = complaint.await.unwrap_or_default();
    Err(Error::internal("berth ended without an answer").with_cause(complaint.trim()))
}
