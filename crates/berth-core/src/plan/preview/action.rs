//! What is shown of an action's steps.

use super::{PreviewLine, text};
use crate::client::LauncherCommand;
use crate::plan::command;
use crate::server::Act;

/// Kind, subject and lines.
pub fn preview(act: &Act, launcher: &LauncherCommand) -> (&'static str, String, Vec<PreviewLine>) {
    match act {
        Act::Command { program, undo } => {
            let run = |text| PreviewLine::Command { text };
            let mut lines = vec![run(program.shown())];
            let undone =
                |undo: &crate::server::OwnProgram| PreviewLine::Undo { text: undo.shown() };
            lines.extend(undo.iter().map(undone));
            ("act_command", program.program.clone(), lines)
        }
        Act::Tool { tool, arguments } => {
            let start = command::start(launcher).quoted();
            let arguments = serde_json::Value::from(arguments.clone());
            let lines = vec![
                PreviewLine::Command { text: start },
                text(format!("tools/call {tool} {arguments}")),
            ];
            ("act_tool", tool.clone(), lines)
        }
        Act::Program { program } => {
            let lines = vec![
                PreviewLine::Command {
                    text: program.shown(),
                },
                text(format!("in {}", program.folder)),
            ];
            ("act_program", program.shown(), lines)
        }
    }
}
