//! A client that speaks over its standard streams, and a server that is reached over HTTP
//! (MCP's "Streamable HTTP" transport): what the one says in lines, the other is sent in requests.
//!
//! This knows an address and headers, and nothing of what runs there. Messages go through as they
//! are; of each no more is read than whether it asks or answers. Requests run side by side, so that
//! a slow call holds up neither a ping nor a cancel.

mod events;
mod message;
mod server;
mod session;
mod streams;
mod talk;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use berth_core::error::{Error, Result};
use berth_core::port::{HealthProbe, PROBE_BYTES, ProbeAnswer};
use tokio::time::{Instant, sleep, timeout};

use super::pipe::ClientStreams;
use streams::Input;
use talk::Talk;

pub(super) use server::Target;

/// How long requests may go on after the client has ended its input: it may be reading still.
const GRACE: Duration = Duration::from_secs(10);

/// How long a server may take to end a session, where the client waits for nothing.
const END_LIMIT: Duration = Duration::from_secs(2);

/// The same after a signal: clients that send one wait less than a second before they kill.
const STOP_LIMIT: Duration = Duration::from_millis(400);

/// How long a client may take to read what is left, once a session could not begin.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// What ended a session.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended<T> {
    /// The client: its input has ended, or it reads no more.
    Client,
    /// What was waited for beside the session.
    Stopped(T),
}

/// Waits until a server answers: with a success at `ready`, where there is such a path, for as long
/// as `patience`; then, or where there is none, with anything at all. What it says in the handshake
/// is what counts.
pub(super) async fn until_ready(
    target: &Target,
    ready: Option<&str>,
    again: Duration,
    patience: Duration,
) {
    let patient_until = Instant::now() + patience;
    loop {
        let answered = server::status(target, ready).await;
        let is_ready = ready.is_none() || answered.is_some_and(|status| status.is_success());
        if answered.is_some() && (is_ready || Instant::now() >= patient_until) {
            return;
        }
        sleep(again).await;
    }
}

/// Asks any server how it is, as the bridge would: nothing secret goes out, no redirect leads
/// elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asker;

#[async_trait]
impl HealthProbe for Asker {
    async fn ask(&self, url: &str) -> Option<ProbeAnswer> {
        let (status, body) = server::look(url.parse().ok()?, PROBE_BYTES).await?;
        Some(ProbeAnswer {
            status: status.as_u16(),
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

/// Serves a client until it ends its input, reads no more, or `stop` is ready. The server is told
/// that the session is over.
///
/// # Errors
/// What kept the session from beginning (`ServerUnreachable`, `ServerRefused`, `ServerStatus`,
/// `ServerProtocol`), after the client got it as the answer to its `initialize`. What goes wrong
/// later is the answer to the request that it hit, and a line on the client's error stream.
pub(super) async fn run<T>(
    target: Target,
    client: ClientStreams,
    stop: impl Future<Output = T>,
) -> Result<Ended<T>> {
    let (input, output, mut written) = streams::start(client).map_err(|error| {
        Error::internal("the client's streams cannot be used").caused_by(&error)
    })?;
    let talk = Arc::new(Talk::new(server::Server::new(target)?, output));
    let Input { mut lines, ended } = input;
    let serve = async {
        while let Some(line) = lines.recv().await {
            talk.handle(line).await?;
        }
        talk.answered().await;
        Ok(())
    };
    let over = async {
        // A sender that is gone says the same.
        let _ = ended.await;
        sleep(GRACE).await;
    };
    let (served, limit) = {
        let mut serve = pin!(serve);
        let mut over = pin!(over);
        let mut stop = pin!(stop);
        tokio::select! {
            biased;
            value = &mut stop => (Ok(Ended::Stopped(value)), STOP_LIMIT),
            _ = &mut written => (Ok(Ended::Client), END_LIMIT),
            served = &mut serve => (served.map(|()| Ended::Client), END_LIMIT),
            () = &mut over => (Ok(Ended::Client), END_LIMIT),
        }
    };
    talk.stop().await;
    // The answers that are ready are the client's before anything else is waited for.
    if let Some(end) = Talk::close(talk) {
        if !written.is_terminated() {
            let _ = timeout(FLUSH_LIMIT.min(limit), &mut written).await;
        }
        let _ = timeout(limit, end.send()).await;
    }
    served
}
