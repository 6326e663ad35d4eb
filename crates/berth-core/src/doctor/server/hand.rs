//! The command line that tries a server by hand.

use crate::client::LauncherCommand;
use crate::facts::Platform;
use crate::plan::command::CommandLine;

/// What a client says first.
const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"by-hand","version":"1"}}}"#;

/// A line for a POSIX shell, or for `cmd.exe`. The input stays open for ten seconds: a client that
/// closes it has no more to ask, and the server ends.
pub fn by_hand(command: &LauncherCommand, platform: Platform) -> String {
    match platform {
        Platform::Windows => {
            let words = std::iter::once(&command.program).chain(&command.args);
            let quoted: Vec<String> = words
                .map(|word| match word.contains(' ') {
                    true => format!("\"{word}\""),
                    false => word.clone(),
                })
                .collect();
            // There is no other way to wait there without a console.
            format!(
                "(echo {INITIALIZE}& ping -n 11 127.0.0.1 >nul) | {}",
                quoted.join(" ")
            )
        }
        Platform::Linux | Platform::MacOs => {
            let line = CommandLine {
                program: command.program.clone(),
                args: command.args.clone(),
            };
            format!("(echo '{INITIALIZE}'; sleep 10) | {}", line.quoted())
        }
    }
}
