use async_trait::async_trait;

use crate::client::LauncherCommand;
use crate::error::Result;
use crate::progress::Watch;
use crate::server::Tool;

/// Starts a registered command as a client would.
#[async_trait]
pub trait McpStarter: Send + Sync {
    /// Starts it with a bare environment (HOME, PATH and what the platform cannot do without),
    /// sends `initialize` and waits for the answer. Lines on stdout that are not JSON are
    /// tolerated and reported as log lines, like everything on stderr.
    async fn start(&self, request: &StartRequest, watch: &Watch) -> Result<Box<dyn McpSession>>;

    /// Starts it in the same way and says nothing to it, so that one whose handshake fails can be
    /// looked at.
    async fn hold(&self, request: &StartRequest) -> Result<Box<dyn Held>>;
}

/// A server that was started and is not spoken with.
#[async_trait]
pub trait Held: Send {
    /// Whether it has ended by itself.
    fn has_ended(&mut self) -> bool;

    /// Ends it as [`McpSession::close`] does.
    async fn end(self: Box<Self>);
}

/// What to start.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// The command.
    pub command: LauncherCommand,
    /// Working directory: the project's folder, where there is one.
    pub folder: Option<String>,
    /// Seconds that the answer to `initialize` may take.
    pub startup_seconds: u32,
}

/// A server that answered `initialize`.
#[async_trait]
pub trait McpSession: Send {
    /// Milliseconds from the start to the answer.
    fn answered_ms(&self) -> u64;

    /// All pages of `tools/list`.
    async fn tools(&mut self) -> Result<Vec<Tool>>;

    /// Calls a tool.
    async fn call(
        &mut self,
        tool: &str,
        arguments: serde_json::Map<String, serde_json::Value>,
    ) -> Result<ToolResult>;

    /// Ends it: stdin closed, then after a while terminated.
    async fn close(self: Box<Self>) -> Result<()>;
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult {
    /// Whether the server says that it failed.
    pub is_error: bool,
    /// The text parts, joined by line breaks.
    pub text: String,
    /// The whole result as the protocol has it.
    pub raw: serde_json::Value,
}
