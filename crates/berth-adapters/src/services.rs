//! Brings services up in the program that may read the vault: `berth`, as its child.

use std::process::Stdio;

use async_trait::async_trait;
use berth_core::client::LauncherCommand;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{LogWanted, ServiceStarter};
use berth_core::progress::Watch;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

use crate::process::Group;

/// The hidden command of `berth` that brings services up: `services-up NAME`.
pub const UP_COMMAND: &str = "services-up";
/// The hidden command of `berth` that prints the end of a service's log: `services-log NAME SERVICE
/// LINES [--follow]`.
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
    /// It failed; nothing follows.
    Failed { error: Error },
}

/// Starts `berth` for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChildStarter;

#[async_trait]
impl ServiceStarter for ChildStarter {
    async fn up(&self, name: &str, command: &LauncherCommand, watch: &Watch) -> Result<()> {
        let args = [UP_COMMAND, name];
        let told = |text: String| watch.line(text);
        watch.until_cancelled(ask(command, &args, told)).await
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
        ask(command, &args, told).await
    }
}

/// Runs a command and hears what it says. Dropped before it has ended, it ends the program.
async fn ask(
    launcher: &LauncherCommand,
    args: &[&str],
    mut told: impl FnMut(String) + Send,
) -> Result<()> {
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
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group = Group::spawn(&mut command).map_err(|error| missing().caused_by(&error))?;
    let child = group.child();
    let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Error::internal("a child process has no pipes"));
    };
    let complaint = tokio::spawn(async move {
        let mut text = String::new();
        let _ = stderr.read_to_string(&mut text).await;
        text
    });
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str(&line) {
            Ok(Said::Line { text }) => told(text),
            Ok(Said::Done) => return Ok(()),
            Ok(Said::Failed { error }) => return Err(error),
            Err(error) => {
                return Err(Error::internal("a service's answer cannot be read").caused_by(&error));
            }
        }
    }
    let complaint = complaint.await.unwrap_or_default();
    Err(Error::internal("berth ended without an answer").with_cause(complaint.trim()))
}
