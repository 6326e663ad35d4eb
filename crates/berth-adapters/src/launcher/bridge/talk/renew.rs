//! Sessions that a server has forgotten: because it was started again, or waited too long.
//!
//! The specification has the client begin a new one. Clients over standard streams cannot: to them
//! the session is the process. So the bridge does it for them, with their own `initialize`.

use std::sync::Arc;

use berth_core::error::Result;
use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::super::message::{INITIALIZED, Seen};
use super::super::session::Session;
use super::{Purpose, Refusal, Talk, lock, protocol};

/// What is said then. What the server remembered of the session is gone, and nobody else says so.
const FORGOTTEN: &str = "berth: The server no longer knew this session, so a new one was begun; \
                         what it remembered of the old one is gone.";

impl Talk {
    /// Whether a refusal means that the server has forgotten the session. 404 does, says the
    /// specification. Many servers say 400, which can mean anything: these are asked.
    pub(super) async fn is_forgotten(
        &self,
        session: &Session,
        refusal: &Refusal,
        requests: &[Value],
    ) -> bool {
        if !session.has_id() || refusal.answers(requests) {
            return false;
        }
        match refusal.status {
            StatusCode::NOT_FOUND => true,
            StatusCode::BAD_REQUEST => {
                let ping = json!({ "jsonrpc": "2.0", "id": "berth", "method": "ping" });
                let answer = self.post(ping.to_string().into(), session).await;
                answer.is_ok_and(|answer| {
                    matches!(
                        answer.status(),
                        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST
                    )
                })
            }
            _ => false,
        }
    }

    /// Begins a session after the one with this number, unless that was done meanwhile.
    pub(super) async fn renew(self: &Arc<Self>, number: u64) -> Result<()> {
        let _one_at_a_time = self.renewing.lock().await;
        if self.session().number != number {
            return Ok(());
        }
        let initialize = lock(&self.initialize).clone();
        let Some(line) = initialize else {
            return Err(protocol("it has forgotten a session that never began"));
        };
        let old = self.session();
        *lock(&self.session) = old.next();
        self.again(line).await.inspect_err(|_| {
            // The next request is refused like this one, and tries again.
            *lock(&self.session) = old;
        })?;
        self.output.say(FORGOTTEN);
        self.listen();
        Ok(())
    }

    async fn again(&self, line: Bytes) -> Result<()> {
        let requests = Seen::of(&line).requests;
        // Its answer is waited for as the client's own requests are.
        lock(&self.open).extend(requests.iter().map(|id| (id.to_string(), id.clone())));
        let begun = self.first(line, &requests, Purpose::BeginAgain).await;
        {
            let mut open = lock(&self.open);
            for id in &requests {
                open.remove(&id.to_string());
            }
        }
        begun?;
        if !self.session().is_agreed() {
            return Err(protocol("a session could not begin again"));
        }
        let told = json!({ "jsonrpc": "2.0", "method": INITIALIZED }).to_string();
        let answer = self.post(told.into(), &self.session()).await?;
        if answer.status().is_success() {
            return Ok(());
        }
        self.refused(Refusal::read(answer).await, &[]).await
    }
}
