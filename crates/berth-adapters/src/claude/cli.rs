use std::path::Path;
use std::time::Duration;

use berth_core::client::{LauncherCommand, Place};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::plan::command::{self, CommandLine};
use berth_core::port::ClaudeHealth;
use berth_core::progress::Watch;

use crate::process::{Finished, run as run_tool};

/// How long the command line may take for a change: it starts nothing.
const CHANGE_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to look at a server: it starts it, and waits for `MCP_TIMEOUT`.
const LOOK_LIMIT: Duration = Duration::from_secs(150);
/// What it may wait for a server, in milliseconds. Its own default is 30 s, and a first start on
/// a busy machine can be slower.
const MCP_TIMEOUT: &str = "120000";

/// A command line and what it does, for errors.
pub struct Line {
    line: CommandLine,
    operation: String,
}

pub fn add(program: &Path, name: &str, place: &Place, launcher: &LauncherCommand) -> Line {
    let line = command::register(&program.to_string_lossy(), name, place, launcher);
    Line {
        line,
        operation: format!("register `{name}`"),
    }
}

pub fn remove(program: &Path, name: &str, place: &Place) -> Line {
    let line = command::unregister(&program.to_string_lossy(), name, place);
    Line {
        line,
        operation: format!("take out `{name}`"),
    }
}

/// Runs a change.
pub async fn run(line: &Line, place: &Place) -> Result<()> {
    let done = within(CHANGE_LIMIT, &line.line, place, &line.operation).await?;
    if done.success() {
        return Ok(());
    }
    let (operation, exit) = (line.operation.clone(), done.exit);
    Err(done.error(ErrorCode::ClaudeFailed { operation, exit }))
}

/// Asks what Claude Code thinks of a server.
pub async fn health(program: &Path, name: &str, place: &Place) -> Result<ClaudeHealth> {
    let line = CommandLine {
        program: program.to_string_lossy().into_owned(),
        args: ["mcp", "get", name].map(str::to_owned).to_vec(),
    };
    let done = within(LOOK_LIMIT, &line, place, "look at the server").await?;
    if !done.success() {
        return Ok(ClaudeHealth::Absent);
    }
    Ok(status(&done.stdout))
}

/// The line `  Status: ✔ Connected`. There is no other form of this answer, so its symbols are
/// read here and nowhere else; the words after them change between versions.
fn status(text: &str) -> ClaudeHealth {
    let status = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Status:"));
    match status.and_then(|status| status.trim().chars().next()) {
        Some('✔' | '✓') => ClaudeHealth::Connected,
        Some('⏸') => ClaudeHealth::PendingApproval,
        Some('✘' | '✗') => ClaudeHealth::Failed,
        _ => ClaudeHealth::Unclear,
    }
}

async fn within(
    limit: Duration,
    line: &CommandLine,
    place: &Place,
    operation: &str,
) -> Result<Finished> {
    let watch = Watch::silent();
    let ran = run_tool(
        line,
        |command| {
            command.env("NO_COLOR", "1").env("MCP_TIMEOUT", MCP_TIMEOUT);
            // Local and project scope are those of the working directory.
            if let Some(project) = &place.project {
                command.current_dir(project);
            } else if let Some(home) = dirs::home_dir() {
                command.current_dir(home);
            }
        },
        &watch,
    );
    tokio::time::timeout(limit, ran).await.unwrap_or_else(|_| {
        let operation = operation.to_owned();
        Err(Error::new(ErrorCode::ClaudeFailed {
            operation,
            exit: None,
        })
        .with_cause(format!("no answer within {} s", limit.as_secs())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_symbols_of_the_status_line() {
        let text = |status: &str| format!("t:\n  Scope: User config\n  Status: {status}\n");
        assert_eq!(status(&text("✔ Connected")), ClaudeHealth::Connected);
        assert_eq!(status(&text("✘ Failed to connect")), ClaudeHealth::Failed);
        assert_eq!(
            status(&text("⏸ Pending approval (run …)")),
            ClaudeHealth::PendingApproval
        );
        assert_eq!(status(&text("? something new")), ClaudeHealth::Unclear);
        assert_eq!(status(""), ClaudeHealth::Unclear);
    }
}
