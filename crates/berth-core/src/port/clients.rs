use async_trait::async_trait;

use crate::client::{ClientState, LauncherCommand, Place, Registration};
use crate::error::Result;

/// The clients. Claude Code: its JSON files are read for state, its command line writes. Claude
/// Desktop: its file is read and written.
#[async_trait]
pub trait Clients: Send + Sync {
    /// Finds Claude Code's program and reads what is registered: user scope, and local and project scope of
    /// the given project folders.
    async fn probe(&self, projects: &[String]) -> Result<ClientState>;

    /// Finds Claude Desktop and reads what is registered.
    async fn probe_desktop(&self) -> Result<ClientState>;

    /// Absolute path of Claude Desktop's configuration file, whether it is there or not.
    fn desktop_file(&self) -> Result<String>;

    /// What is registered under a name at a place, or `None`.
    async fn registration(&self, name: &str, place: &Place) -> Result<Option<Registration>>;

    /// Registers. Backs up the file, writes (for Claude Code through `claude mcp add-json`), reads
    /// back; what is not
    /// Berth's stays byte for byte. One that is there under the name is replaced.
    async fn register(&self, name: &str, place: &Place, command: &LauncherCommand) -> Result<()>;

    /// Takes a registration out. Missing is fine.
    async fn unregister(&self, name: &str, place: &Place) -> Result<()>;

    /// Puts back a registration as it was (also one that Berth did not make).
    async fn restore(&self, registration: &Registration) -> Result<()>;

    /// Asks Claude Code itself (`claude mcp get`), which starts the server. For its places only:
    /// Claude Desktop cannot be asked.
    async fn health(&self, name: &str, place: &Place) -> Result<ClientHealth>;
}

/// What `claude mcp get` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ClientHealth {
    Connected,
    /// A project's server that the person has not approved in Claude Code yet.
    PendingApproval,
    Failed,
    /// Claude Code does not know it.
    Absent,
    /// It said something that this version of Berth does not know.
    Unclear,
}
