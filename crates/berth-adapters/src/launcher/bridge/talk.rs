//! The messages between a client and a server: sent, answered, and what happens when they are not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, LOCATION};
use hyper::{Method, Response, StatusCode};
use serde_json::Value;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::message::{self, Seen};
use super::server::Server;
use super::session::{EVENTS, End, Session, is, is_json};
use super::streams::Output;
use crate::launcher::words;

mod listen;
mod renew;

/// Longest message of a server's, in bytes.
const MESSAGE_LIMIT: usize = 64 << 20;

/// How much of an answer that is none is read.
const REFUSAL_LIMIT: usize = 64 << 10;

/// Most characters of a server's own words in an error.
const WORDS_LIMIT: usize = 300;

/// How long what follows a notification waits until the server has it. The order counts: what a
/// client says after `initialized` must not arrive before it.
const ORDER_LIMIT: Duration = Duration::from_secs(2);

/// Everything that tasks of one bridge share.
pub(super) struct Talk {
    server: Server,
    output: Output,
    /// Requests of the client's that have no answer yet, by their identifier's JSON.
    open: Mutex<BTreeMap<String, Value>>,
    session: Mutex<Session>,
    /// The client's own `initialize`, to begin again with.
    initialize: Mutex<Option<Bytes>>,
    renewing: tokio::sync::Mutex<()>,
    /// What was said last on the client's error stream.
    said: Mutex<Option<ErrorCode>>,
    /// Tasks that carry requests of the client's, and all of them.
    requests: TaskTracker,
    tasks: TaskTracker,
    stopped: CancellationToken,
}

/// What is expected of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// It is the client's.
    Ordinary,
    /// It is the client's, and begins its session.
    Begin,
    /// It is the bridge's own: the client has had one like it.
    BeginAgain,
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Talk {
    pub fn new(server: Server, output: Output) -> Self {
        Self {
            server,
            output,
            open: Mutex::default(),
            session: Mutex::default(),
            initialize: Mutex::default(),
            renewing: tokio::sync::Mutex::default(),
            said: Mutex::default(),
            requests: TaskTracker::new(),
            tasks: TaskTracker::new(),
            stopped: CancellationToken::new(),
        }
    }

    /// Takes a line of the client's. An error means that no session could begin.
    pub async fn handle(self: &Arc<Self>, line: Bytes) -> Result<()> {
        let seen = Seen::of(&line);
        {
            let mut open = lock(&self.open);
            for id in &seen.taken_back {
                open.remove(&id.to_string());
            }
            open.extend(seen.requests.iter().map(|id| (id.to_string(), id.clone())));
        }
        if seen.initialize {
            *lock(&self.initialize) = Some(line.clone());
            let begun = self.begin(line, &seen.requests).await;
            if let Err(error) = &begun {
                self.fail(&seen.requests, error).await;
            }
            return begun;
        }
        let is_request = !seen.requests.is_empty();
        let talk = Arc::clone(self);
        let sent = self.spawn(async move {
            match talk.exchange(line, &seen.requests).await {
                Ok(()) if seen.initialized => talk.listen(),
                Ok(()) => {}
                Err(error) => {
                    talk.fail(&seen.requests, &error).await;
                    talk.say(&error);
                }
            }
        });
        if !is_request {
            let _ = timeout(ORDER_LIMIT, sent).await;
        }
        Ok(())
    }

    /// Until every request of the client's has its answer.
    pub async fn answered(&self) {
        self.requests.close();
        self.requests.wait().await;
    }

    /// Ends everything that is under way.
    pub async fn stop(&self) {
        self.stopped.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Lets the output end, once nothing is under way. What is left is to tell the server.
    pub fn close(talk: Arc<Self>) -> Option<End> {
        let talk = Arc::into_inner(talk)?;
        let session = lock(&talk.session).clone();
        Some(End {
            server: talk.server,
            session,
        })
    }

    fn spawn(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> tokio::task::JoinHandle<Option<()>> {
        let work = self.stopped.clone().run_until_cancelled_owned(work);
        self.requests.spawn(self.tasks.track_future(work))
    }

    fn session(&self) -> Session {
        lock(&self.session).clone()
    }

    /// Sends the client's `initialize` as it is, outside of any session.
    async fn begin(&self, line: Bytes, requests: &[Value]) -> Result<()> {
        let next = lock(&self.session).next();
        *lock(&self.session) = next;
        self.first(line, requests, Purpose::Begin).await
    }

    async fn first(&self, line: Bytes, requests: &[Value], purpose: Purpose) -> Result<()> {
        let session = self.session();
        let answer = self.post(line, &session).await?;
        if !answer.status().is_success() {
            let refusal = Refusal::read(answer).await;
            let asked = if purpose == Purpose::Begin {
                requests
            } else {
                &[]
            };
            return self.refused(refusal, asked).await;
        }
        lock(&self.session).take_id(answer.headers());
        self.take(answer, requests, purpose).await
    }

    /// Sends a line and delivers what comes back. A session that the server has forgotten is begun
    /// again first.
    async fn exchange(self: &Arc<Self>, line: Bytes, requests: &[Value]) -> Result<()> {
        let session = {
            // One that is being begun again is not one yet.
            let _renewed = self.renewing.lock().await;
            self.session()
        };
        let mut answer = self.post(line.clone(), &session).await?;
        if !answer.status().is_success() {
            let refusal = Refusal::read(answer).await;
            if !self.is_forgotten(&session, &refusal, requests).await {
                return self.refused(refusal, requests).await;
            }
            self.renew(session.number).await?;
            // It was not carried out, so it can be sent again.
            answer = self.post(line, &self.session()).await?;
            if !answer.status().is_success() {
                let refusal = Refusal::read(answer).await;
                return self.refused(refusal, requests).await;
            }
        }
        self.take(answer, requests, Purpose::Ordinary).await
    }

    async fn post(&self, line: Bytes, session: &Session) -> Result<Response<Incoming>> {
        let headers = session.posting();
        self.server.send(Method::POST, &headers, line).await
    }

    /// Delivers an answer: one message, a stream of them, or none.
    async fn take(
        &self,
        answer: Response<Incoming>,
        requests: &[Value],
        purpose: Purpose,
    ) -> Result<()> {
        let (head, body) = answer.into_parts();
        if is(&head.headers, EVENTS) {
            return self.stream(body, requests, purpose).await;
        }
        let text = Limited::new(body, MESSAGE_LIMIT).collect().await;
        let text = text.map_err(|error| {
            if error.is::<LengthLimitError>() {
                too_long()
            } else {
                self.server.unreachable().caused_by(error.as_ref())
            }
        })?;
        if is_json(&head.headers) {
            self.deliver(text.to_bytes().into(), purpose).await;
        }
        if self.waits_for(requests) {
            return Err(protocol("a request got no answer"));
        }
        Ok(())
    }

    /// Hands a message to the client.
    async fn deliver(&self, text: Vec<u8>, purpose: Purpose) {
        let seen = Seen::of(&text);
        let version = seen.version.filter(|_| purpose != Purpose::Ordinary);
        if let Some(version) = version {
            lock(&self.session).take_version(&version);
        }
        {
            let mut open = lock(&self.open);
            for id in &seen.answers {
                open.remove(&id.to_string());
            }
        }
        let is_own = purpose == Purpose::BeginAgain && !seen.answers.is_empty();
        let is_empty = text.iter().all(u8::is_ascii_whitespace);
        if !is_own && !is_empty {
            self.output.line(message::one_line(text)).await;
        }
    }

    fn waits_for(&self, requests: &[Value]) -> bool {
        let open = lock(&self.open);
        requests.iter().any(|id| open.contains_key(&id.to_string()))
    }

    /// Answers requests that the server did not answer: no client waits without end.
    async fn fail(&self, requests: &[Value], error: &Error) {
        for id in requests {
            let was_open = lock(&self.open).remove(&id.to_string());
            if was_open.is_some() {
                self.output.line(message::failure(id, error)).await;
            }
        }
    }

    fn say(&self, error: &Error) {
        let mut said = lock(&self.said);
        // A server that is down fails every request, for one reason or another.
        if said.as_ref() != Some(&error.code) {
            self.output.say(&words::line(error));
            *said = Some(error.code.clone());
        }
    }

    /// What a status that is no success means. A server's own answer is passed on as it is.
    async fn refused(&self, refusal: Refusal, requests: &[Value]) -> Result<()> {
        let status = refusal.status;
        let address = self.server.address();
        let code = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorCode::ServerRefused {
                address,
                status: status.as_u16(),
            },
            _ if refusal.answers(requests) => {
                self.deliver(refusal.body, Purpose::Ordinary).await;
                return Ok(());
            }
            _ => ErrorCode::ServerStatus {
                address,
                status: status.as_u16(),
            },
        };
        let error = Error::new(code);
        Err(match refusal.words() {
            Some(words) => error.with_cause(words),
            None => error,
        })
    }
}

/// An answer that is none.
struct Refusal {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Refusal {
    async fn read(answer: Response<Incoming>) -> Self {
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, REFUSAL_LIMIT).collect().await;
        Self {
            status: head.status,
            headers: head.headers,
            body: body.map(|body| body.to_bytes().into()).unwrap_or_default(),
        }
    }

    fn answers(&self, requests: &[Value]) -> bool {
        let seen = Seen::of(&self.body);
        seen.answers.iter().any(|id| requests.contains(id))
    }

    /// The server's own words, where it says any: an error's message, or a short text.
    fn words(&self) -> Option<String> {
        if self.status.is_redirection() {
            let location = self.headers.get(LOCATION)?.to_str().ok()?;
            let there = location.split(['?', '#']).next().unwrap_or_default();
            return Some(format!("it redirects to {there}"));
        }
        let said = match serde_json::from_slice::<Value>(&self.body) {
            Ok(value) => {
                let error = &value["error"];
                let texts = [&error["message"], &value["message"], error];
                texts.into_iter().find_map(Value::as_str)?.to_owned()
            }
            Err(_) if is(&self.headers, "text/plain") => {
                String::from_utf8_lossy(&self.body).into_owned()
            }
            Err(_) => return None,
        };
        let said = said.trim();
        (!said.is_empty()).then(|| said.chars().take(WORDS_LIMIT).collect())
    }
}

fn protocol(what: &str) -> Error {
    Error::new(ErrorCode::ServerProtocol {
        what: what.to_owned(),
    })
}

fn too_long() -> Error {
    protocol("a message is longer than 64 MiB")
}
