use async_trait::async_trait;

use crate::client::{ClientState, LauncherCommand, Place, Registration};
use crate::error::Result;

/// Claude Code: its JSON files are read for state, its command line writes.
#[async_trait]
pub trait ClaudeCode: Send + Sync {
    /// Finds the program and reads what is registered: user scope, and local and project scope of
    /// the given project folders.
    async fn probe(&self, projects: &[String]) -> Result<ClientState>;

    /// What is registered under a name at a place, or `None`.
    async fn registration(&self, name: &str, place: &Place) -> Result<Option<Registration>>;

    /// Registers. Backs up the file, writes through `claude mcp add-json`, reads back; what is not
    /// Berth's stays byte for byte. One that is there under the name is replaced.
    async fn register(&self, name: &str, place: &Place, command: &LauncherCommand) -> Result<()>;

    /// Takes a registration out. Missing is fine.
    async fn unregister(&self, name: &str, place: &Place) -> Result<()>;

    /// Puts back a registration as it was (also one that Berth did not make).
    async fn restore(&self, registration: &Registration) -> Result<()>;

    /// Asks Claude Code itself (`claude mcp get`), which starts the server.
    async fn health(&self, name: &str, place: &Place) -> Result<ClaudeHealth>;
}

/// What `claude mcp get` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ClaudeHealth {
    Connected,
    /// A project's server that the person has not approved in Claude Code yet.
    PendingApproval,
    Failed,
    /// Claude Code does not know it.
    Absent,
    /// It said something that this version of Berth does not know.
    Unclear,
}
