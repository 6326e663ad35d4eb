use std::time::Duration;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{McpSession, ToolResult};
use berth_core::server::Tool;
use rmcp::RoleClient;
use rmcp::model::{CallToolRequestParams, ClientConfig, ErrorCode as RpcCode};
use rmcp::service::{RunningService, ServiceError};

use super::bridged;
use super::start::LastWords;
use crate::process::Group;

/// A server that answered.
pub struct Session {
    service: RunningService<RoleClient, ClientConfig>,
    group: Group,
    last_words: LastWords,
    answered_ms: u64,
    /// Time for all pages of the tools.
    limit: Duration,
}

impl Session {
    pub(super) fn new(
        service: RunningService<RoleClient, ClientConfig>,
        group: Group,
        last_words: LastWords,
        answered_ms: u64,
        limit: Duration,
    ) -> Self {
        Self {
            service,
            group,
            last_words,
            answered_ms,
            limit,
        }
    }

    fn failed(&self, what: &str, error: &ServiceError) -> Error {
        if let ServiceError::McpError(answer) = error
            && let Some(said) = bridged::error(answer)
        {
            return said;
        }
        let code = match error {
            ServiceError::TransportSend(_) | ServiceError::TransportClosed => {
                ErrorCode::ServerExited { exit: None }
            }
            _ => ErrorCode::ServerProtocol {
                what: format!("{what} failed"),
            },
        };
        self.last_words.add_to(Error::new(code).caused_by(error))
    }
}

#[async_trait]
impl McpSession for Session {
    fn answered_ms(&self) -> u64 {
        self.answered_ms
    }

    async fn tools(&mut self) -> Result<Vec<Tool>> {
        // A server without tools says so in its capabilities and need not know the method.
        let has_tools = self
            .service
            .peer_info()
            .is_none_or(|info| info.capabilities.tools.is_some());
        if !has_tools {
            return Ok(Vec::new());
        }
        // A server that greets and then says nothing more would be waited for without end.
        let tools = tokio::time::timeout(self.limit, self.service.list_all_tools())
            .await
            .map_err(|_| {
                let seconds = u32::try_from(self.limit.as_secs()).unwrap_or(u32::MAX);
                self.last_words
                    .add_to(Error::new(ErrorCode::ServerTimeout { seconds }))
            })?
            .map_err(|error| self.failed("tools/list", &error))?;
        Ok(tools
            .into_iter()
            .map(|tool| Tool {
                name: tool.name.into_owned(),
                description: tool
                    .description
                    .map(|text| text.into_owned())
                    .unwrap_or_default(),
                schema: serde_json::Value::Object((*tool.input_schema).clone()),
            })
            .collect())
    }

    async fn call(
        &mut self,
        tool: &str,
        arguments: serde_json::Map<String, serde_json::Value>,
    ) -> Result<ToolResult> {
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        let result = match self.service.call_tool(params).await {
            Ok(result) => result,
            // What servers answer for a name they do not have (specification, "Tools: Error
            // Handling"): -32602, and -32601 from those that route by name.
            Err(ServiceError::McpError(error))
                if matches!(
                    error.code,
                    RpcCode::INVALID_PARAMS | RpcCode::METHOD_NOT_FOUND
                ) && !self.tools().await?.iter().any(|known| known.name == tool) =>
            {
                return Err(Error::new(ErrorCode::ToolUnknown {
                    tool: tool.to_owned(),
                }));
            }
            Err(ServiceError::McpError(answer)) if bridged::error(&answer).is_some() => {
                return Err(self.failed("tools/call", &ServiceError::McpError(answer)));
            }
            Err(error @ ServiceError::McpError(_)) => {
                return Err(Error::new(ErrorCode::ToolFailed {
                    tool: tool.to_owned(),
                })
                .caused_by(&error));
            }
            Err(error) => return Err(self.failed("tools/call", &error)),
        };
        let raw = serde_json::to_value(&result).map_err(|error| {
            Error::internal("a tool's answer has no JSON form").caused_by(&error)
        })?;
        let text = result
            .content
            .iter()
            .filter_map(|part| part.as_text().map(|text| text.text.as_str()))
            .collect::<Vec<_>>()
            .join("\n");
        Ok(ToolResult {
            is_error: result.is_error.unwrap_or(false),
            text,
            raw,
        })
    }

    async fn close(mut self: Box<Self>) -> Result<()> {
        // Ending the service closes the server's stdin, which is how the specification ends a
        // session over stdio; the group is ended for what does not obey.
        if let Err(error) = self.service.cancel().await {
            tracing::debug!(%error, "the session's task had ended already");
        }
        ended(&mut self.group).await;
        Ok(())
    }
}

/// Waits for a server whose input was closed, and ends it where it does not end by itself.
pub(super) async fn ended(group: &mut Group) {
    let grace = Duration::from_secs(5);
    if tokio::time::timeout(grace, group.wait()).await.is_err()
        && let Err(error) = group.end().await
    {
        tracing::warn!(%error, "a server could not be ended");
    }
}
