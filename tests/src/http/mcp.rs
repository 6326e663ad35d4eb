use std::collections::BTreeSet;
use std::io;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::{Exchange, lock};

/// An MCP server over HTTP that wants what the specification lets it want.
#[derive(Debug, Default)]
pub struct Mcp {
    token: Option<String>,
    sessions: Mutex<BTreeSet<String>>,
    begun: Mutex<u32>,
}

impl Mcp {
    /// One that needs no token.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that refuses all but this bearer token.
    #[must_use]
    pub fn with_token(token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..Self::default()
        }
    }

    /// Forgets every session.
    pub fn forget(&self) {
        lock(&self.sessions).clear();
    }

    /// The sessions that it knows.
    #[must_use]
    pub fn sessions(&self) -> usize {
        lock(&self.sessions).len()
    }

    /// Answers as a server with the tools `echo` and `whoami`.
    pub fn answer(&self, exchange: &mut Exchange<'_>) -> io::Result<()> {
        let request = &exchange.request;
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        if bearer.is_some() && request.header("authorization") != bearer.as_deref() {
            let refused = json!({ "error": { "message": "Authentication required" } });
            return exchange.json(401, &[], &refused);
        }
        if request.rpc() == "initialize" {
            return self.begin(exchange);
        }
        let Some(session) = request.header("mcp-session-id").map(str::to_owned) else {
            return exchange.json(400, &[], &problem("no session"));
        };
        if !lock(&self.sessions).contains(&session) {
            return exchange.json(404, &[], &problem("no such session"));
        }
        if request.header("mcp-protocol-version") != Some("2025-06-18") {
            return exchange.json(400, &[], &problem("no version"));
        }
        match request.method.as_str() {
            "POST" => {}
            "DELETE" => {
                lock(&self.sessions).remove(&session);
                return exchange.status(200);
            }
            _ => return exchange.status(405),
        }
        let accepts = request.header("accept").unwrap_or_default();
        if !accepts.contains("application/json") || !accepts.contains("text/event-stream") {
            return exchange.json(406, &[], &problem("not acceptable"));
        }
        if request.body.get("id").is_none() || request.body.get("method").is_none() {
            return exchange.status(202);
        }
        let arguments = request.body["params"]["arguments"].clone();
        let result = match (request.rpc(), request.body["params"]["name"].as_str()) {
            ("ping", _) => json!({}),
            ("tools/list", _) => json!({ "tools": [
                { "name": "echo", "description": "Says it again", "inputSchema": { "type": "object" } },
                { "name": "whoami", "description": "Says who asks", "inputSchema": { "type": "object" } },
            ] }),
            ("tools/call", Some("echo")) => said(arguments["text"].as_str().unwrap_or("")),
            ("tools/call", Some("whoami")) => said(&format!("in session {session}")),
            _ => {
                let id = request.body["id"].clone();
                let error = json!({ "code": -32601, "message": "unknown" });
                let answer = json!({ "jsonrpc": "2.0", "id": id, "error": error });
                return exchange.json(200, &[], &answer);
            }
        };
        exchange.result(&result)
    }

    fn begin(&self, exchange: &mut Exchange<'_>) -> io::Result<()> {
        if exchange.request.header("mcp-session-id").is_some() {
            return exchange.json(400, &[], &problem("a session in another one"));
        }
        let number = {
            let mut begun = lock(&self.begun);
            *begun += 1;
            *begun
        };
        let session = format!("session-{number}");
        lock(&self.sessions).insert(session.clone());
        let answer = json!({
            "jsonrpc": "2.0",
            "id": exchange.request.body["id"],
            "result": {
                "protocolVersion": "2025-06-18",
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "stand-in", "version": "1" },
            },
        });
        exchange.json(200, &[("Mcp-Session-Id", &session)], &answer)
    }
}

fn said(text: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": text }] })
}

fn problem(message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32000, "message": message } })
}
