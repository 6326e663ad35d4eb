//! What a server and the bridge have agreed on: the session's identifier and the protocol's
//! version.

use berth_core::error::Result;
use bytes::Bytes;
use hyper::Method;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::server::Server;

/// The session's identifier, which the server gives and gets back with every request.
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
/// The version that was agreed on.
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
/// Where a broken stream of events is to go on.
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

const JSON: &str = "application/json";
pub(super) const EVENTS: &str = "text/event-stream";

/// A session, as it is now.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    /// Counts the sessions that were begun.
    pub number: u64,
    headers: HeaderMap,
}

impl Session {
    /// The session after this one, of which nothing is known yet.
    pub fn next(&self) -> Self {
        Self {
            number: self.number + 1,
            headers: HeaderMap::new(),
        }
    }

    /// Whether the server counts on the identifier that it gave.
    pub fn has_id(&self) -> bool {
        self.headers.contains_key(SESSION)
    }

    /// Whether the server has agreed to a version.
    pub fn is_agreed(&self) -> bool {
        self.headers.contains_key(VERSION)
    }

    /// Takes the identifier out of the answer to `initialize`.
    pub fn take_id(&mut self, answer: &HeaderMap) {
        if let Some(id) = answer.get(SESSION) {
            let mut id = id.clone();
            // Whoever has it can speak in this session.
            id.set_sensitive(true);
            self.headers.insert(SESSION, id);
        }
    }

    /// Notes the version that the answer to `initialize` agrees to.
    pub fn take_version(&mut self, version: &str) {
        if let Ok(version) = HeaderValue::from_str(version) {
            self.headers.insert(VERSION, version);
        }
    }

    /// The headers of a message.
    pub fn posting(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, text/event-stream"),
        );
        headers
    }

    /// The headers of a request for events, after the one with this identifier.
    pub fn listening(&self, last: Option<&[u8]>) -> HeaderMap {
        let mut headers = self.headers.clone();
        headers.insert(ACCEPT, HeaderValue::from_static(EVENTS));
        let last = last.and_then(|id| HeaderValue::from_bytes(id).ok());
        headers.extend(last.map(|id| (LAST_EVENT, id)));
        headers
    }
}

/// A session that is to be ended at its server.
pub(super) struct End {
    pub server: Server,
    pub session: Session,
}

impl End {
    /// Says so, where the server gave the session an identifier. It may not care.
    pub async fn send(self) -> Result<()> {
        if self.session.has_id() {
            let headers = self.session.headers.clone();
            self.server
                .send(Method::DELETE, &headers, Bytes::new())
                .await?;
        }
        Ok(())
    }
}

/// Whether an answer is of this media type, whatever parameters it has.
pub(super) fn is(headers: &HeaderMap, kind: &str) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case(kind))
}

/// Whether an answer is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    is(headers, JSON)
}
