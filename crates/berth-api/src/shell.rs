//! What the shell around the window needs of the list of commands: their names for its build
//! script, and the capability that lets the main window call them and nothing else.

use crate::commands::NAMES;

/// The stream of events is a command of the shell, because only it knows the window's channel.
const EVENTS: &str = "events_subscribe";

/// Where [`commands`] belongs, from the repository's root.
pub const COMMANDS_FILE: &str = "src-tauri/commands.in";

/// Where [`capability`] belongs, from the repository's root.
pub const CAPABILITY_FILE: &str = "src-tauri/capabilities/main.json";

/// A Rust array expression of every name, for `include!`.
#[must_use]
pub fn commands() -> String {
    let names: String = all().map(|name| format!("    \"{name}\",\n")).collect();
    format!("[\n{names}]\n")
}

/// The main window's capability.
#[must_use]
pub fn capability() -> String {
    let permissions: Vec<String> = all()
        .map(|name| format!("    \"allow-{}\"", name.replace('_', "-")))
        .collect();
    format!(
        r#"{{
  "$schema": "../../gen/schemas/desktop-schema.json",
  "identifier": "main",
  "description": "What the main window may call: Berth's own commands and nothing of any plugin.",
  "windows": [
    "main"
  ],
  "permissions": [
{}
  ]
}}
"#,
        permissions.join(",\n")
    )
}

fn all() -> impl Iterator<Item = &'static str> {
    NAMES.iter().copied().chain([EVENTS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_capability_is_json_and_allows_every_command_once() {
        let value: serde_json::Value =
            serde_json::from_str(&capability()).expect("the capability is JSON");
        let permissions = value["permissions"].as_array().expect("a list");
        assert_eq!(permissions.len(), NAMES.len() + 1);
        assert_eq!(permissions[0], "allow-app-info");
        assert_eq!(permissions[NAMES.len()], "allow-events-subscribe");
    }
}
