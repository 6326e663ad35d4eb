//! How steps of registering are shown.

use crate::client::{Client, Place, Scope};

/// The kind of a step of registering: of Claude Desktop's there is another title.
pub(super) fn of_client(kind: &'static str, place: &Place) -> &'static str {
    match (kind, place.client) {
        ("register", Client::ClaudeDesktop) => "register_desktop",
        ("unregister", Client::ClaudeDesktop) => "unregister_desktop",
        (kind, _) => kind,
    }
}

/// The file of a place of Claude Code.
pub(super) fn config_of(scope: Scope, project: Option<&str>) -> String {
    match (scope, project) {
        (Scope::Project, Some(project)) => format!("{project}/.mcp.json"),
        (Scope::Local, Some(project)) => format!("~/.claude.json ({project})"),
        _ => "~/.claude.json".to_owned(),
    }
}
