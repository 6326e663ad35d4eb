//! Servers with faults around them.

use async_trait::async_trait;
use berth_core::error::Result;
use berth_core::port::{Held, McpSession, McpStarter, StartRequest, ToolResult};
use berth_core::progress::Watch;
use berth_core::server::Tool;

use super::Faults;
use super::ports::Faulty;

#[async_trait]
impl McpStarter for Faulty<dyn McpStarter> {
    async fn start(&self, request: &StartRequest, watch: &Watch) -> Result<Box<dyn McpSession>> {
        let work = self.port.start(request, watch);
        let session = self.faults.around_async("mcp.start", work).await?;
        Ok(Box::new(FaultySession {
            session,
            faults: self.faults.clone(),
        }))
    }

    async fn hold(&self, request: &StartRequest) -> Result<Box<dyn Held>> {
        let work = self.port.hold(request);
        self.faults.around_async("mcp.hold", work).await
    }
}

struct FaultySession {
    session: Box<dyn McpSession>,
    faults: Faults,
}

#[async_trait]
impl McpSession for FaultySession {
    fn answered_ms(&self) -> u64 {
        self.session.answered_ms()
    }

    async fn tools(&mut self) -> Result<Vec<Tool>> {
        let work = self.session.tools();
        self.faults.around_async("mcp.tools", work).await
    }

    async fn call(
        &mut self,
        tool: &str,
        arguments: serde_json::Map<String, serde_json::Value>,
    ) -> Result<ToolResult> {
        let work = self.session.call(tool, arguments);
        self.faults.around_async("mcp.call", work).await
    }

    async fn close(self: Box<Self>) -> Result<()> {
        let Self { session, faults } = *self;
        faults.around_async("mcp.close", session.close()).await
    }
}
