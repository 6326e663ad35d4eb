//! What a person can set, and what Berth remembers about this machine.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Settings; every field has a default, unknown fields of a newer version are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// Light, dark, or as the system has it.
    pub theme: Theme,
    /// The engine's endpoint, where it is not to be found by itself:
    /// `unix:///path`, `tcp://host:port`, `npipe:////./pipe/docker_engine`.
    pub engine_endpoint: Option<String>,
    /// Absolute path of the Claude Code program, where it is not in a usual place.
    pub claude_program: Option<String>,
    /// Which vault holds the secrets, once it has been chosen.
    pub vault: Option<crate::facts::VaultKind>,
    /// Project folders that were used before, newest first, at most ten.
    pub recent_projects: Vec<String>,
    /// Source folders that were used before, newest first, at most twenty.
    pub recent_sources: Vec<String>,
}

/// The window's colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// What the launcher cannot know by itself, because clients start it with a bare environment.
/// Written whenever the app or the command line found it to work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MachineNotes {
    /// The engine endpoint that answered last.
    pub engine_endpoint: Option<String>,
    /// The API version that was agreed on with that engine (`1.41`), so that a launcher need not
    /// ask again.
    pub engine_api: Option<String>,
    /// The session bus on which the keychain answered last (`DBUS_SESSION_BUS_ADDRESS`).
    pub session_bus: Option<String>,
}
