//! Files of MCP clients: the launcher is what they start.

use std::path::Path;

use serde_json::{Value, json};

use super::Note;
use crate::client::{DirectAddress, LauncherCommand};
use crate::error::{Error, Result};

/// `.mcp.json`, as Claude Code writes it.
pub(super) fn mcp_json(name: &str, command: &LauncherCommand) -> Result<(String, Vec<Note>)> {
    let text = pretty(&json!({ "mcpServers": { name: command.to_json() } }))?;
    Ok((text, notes(command)))
}

/// The same with the server's address itself, where the client has that.
pub(super) fn mcp_json_direct(name: &str, address: DirectAddress) -> Result<(String, Vec<Note>)> {
    let asks = address.helper.is_some();
    let personal = address
        .helper
        .as_deref()
        .is_some_and(|it| !it.starts_with("berth headers "));
    let command = LauncherCommand {
        program: String::new(),
        args: Vec::new(),
        address: Some(address),
    };
    let text = pretty(&json!({ "mcpServers": { name: command.to_json() } }))?;
    let needs = asks.then_some(Note::NeedsBerth);
    let paths = personal.then_some(Note::PersonalPaths);
    Ok((text, needs.into_iter().chain(paths).collect()))
}

/// Claude Desktop's file; it starts programs only, and says so by leaving `type` out.
pub(super) fn claude_desktop(name: &str, command: &LauncherCommand) -> Result<(String, Vec<Note>)> {
    let text = pretty(&json!({ "mcpServers": { name: command.to_desktop_json() } }))?;
    Ok((text, notes(command)))
}

fn notes(command: &LauncherCommand) -> Vec<Note> {
    let personal = Path::new(&command.program).is_absolute() || command.args.len() > 2;
    let personal = personal.then_some(Note::PersonalPaths);
    std::iter::once(Note::NeedsBerth).chain(personal).collect()
}

fn pretty(value: &Value) -> Result<String> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::internal("an export has no JSON form").caused_by(&error))?;
    Ok(text + "\n")
}
