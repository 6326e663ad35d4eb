//! Streams of events: answers that come in one, and what a server says by itself.

use std::sync::Arc;
use std::time::Duration;

use berth_core::error::Result;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Method, StatusCode};
use serde_json::Value;
use tokio::time::sleep;

use super::super::events::Events;
use super::super::session::{EVENTS, Session, is};
use super::{MESSAGE_LIMIT, Purpose, Refusal, Talk, protocol, too_long};

/// How long to wait before a stream is asked for again, unless the server says.
const AGAIN: Duration = Duration::from_secs(1);
/// The longest time to wait.
const AGAIN_LIMIT: Duration = Duration::from_secs(30);
/// How often a stream with an answer in it is asked for again without anything new in it.
const ATTEMPTS: u32 = 5;

/// Where a stream is.
struct Position {
    last: Option<Vec<u8>>,
    again: Duration,
    /// Attempts since anything new came.
    attempts: u32,
}

impl Default for Position {
    fn default() -> Self {
        Self {
            last: None,
            again: AGAIN,
            attempts: 0,
        }
    }
}

impl Talk {
    /// Delivers a stream until every one of `requests` is answered. One that breaks off before is
    /// continued, where the server numbers its events.
    pub(super) async fn stream(
        &self,
        body: Incoming,
        requests: &[Value],
        purpose: Purpose,
    ) -> Result<()> {
        let mut position = Position::default();
        let mut ended = self.events(body, purpose, &mut position).await;
        while self.waits_for(requests) {
            position.attempts += 1;
            if position.last.is_none() || position.attempts > ATTEMPTS {
                return ended.and(Err(protocol("a stream ended before its answer")));
            }
            sleep(position.again).await;
            let session = self.session();
            let headers = session.listening(position.last.as_deref());
            ended = match self.server.send(Method::GET, &headers, Bytes::new()).await {
                Ok(answer) if is_stream(&answer) => {
                    self.events(answer.into_body(), purpose, &mut position)
                        .await
                }
                Ok(answer) => {
                    let refusal = Refusal::read(answer).await;
                    return self.refused(refusal, requests).await;
                }
                Err(error) => Err(error),
            };
        }
        Ok(())
    }

    /// Delivers the events of one stream until it ends.
    async fn events(
        &self,
        mut body: Incoming,
        purpose: Purpose,
        position: &mut Position,
    ) -> Result<()> {
        let mut events = Events::default();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| self.server.unreachable().caused_by(&error))?;
            let Ok(bytes) = frame.into_data() else {
                continue;
            };
            let complete = events.feed(&bytes, MESSAGE_LIMIT).map_err(|_| too_long())?;
            for event in complete {
                position.attempts = 0;
                if event.id.is_some() {
                    // An empty one takes the last one back.
                    position.last = event.id.filter(|id| !id.is_empty());
                }
                if let Some(retry) = event.retry {
                    position.again = Duration::from_millis(retry).min(AGAIN_LIMIT);
                }
                // Without data it only sets these.
                self.deliver(event.data, purpose).await;
            }
        }
        Ok(())
    }

    /// Begins to listen for what the server says by itself, for as long as the session lasts.
    pub(super) fn listen(self: &Arc<Self>) {
        let talk = Arc::clone(self);
        let session = self.session();
        let work = self
            .stopped
            .clone()
            .run_until_cancelled_owned(async move { talk.listen_in(session).await });
        self.tasks.spawn(work);
    }

    async fn listen_in(self: &Arc<Self>, session: Session) {
        let mut position = Position::default();
        while self.session().number == session.number {
            let headers = session.listening(position.last.as_deref());
            let ended = match self.server.send(Method::GET, &headers, Bytes::new()).await {
                Ok(answer) if is_stream(&answer) => {
                    self.events(answer.into_body(), Purpose::Ordinary, &mut position)
                        .await
                }
                Ok(answer) if answer.status() == StatusCode::NOT_FOUND && session.has_id() => {
                    // Whatever is next said in the session finds the same, and begins again.
                    return;
                }
                // It has nothing to say by itself, or says it nowhere: that is its right.
                Ok(_) => return,
                // A server that is away may come back.
                Err(error) => Err(error),
            };
            position.attempts += 1;
            let factor = if ended.is_ok() {
                1
            } else {
                1 << position.attempts.min(5)
            };
            sleep((position.again * factor).min(AGAIN_LIMIT)).await;
        }
    }
}

fn is_stream(answer: &hyper::Response<Incoming>) -> bool {
    answer.status() == StatusCode::OK && is(answer.headers(), EVENTS)
}
