//! A session whose server is reached over HTTP: its port is a free one of this computer, and this
//! launcher is the bridge to it.

use std::pin::pin;
use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::secret::Secret;
use berth_core::server::HttpLaunch;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Session, failed, joined, settle};
use crate::launcher::bridge::{self, Ended, Target};
use crate::launcher::pipe::{ClientStreams, Pipe};
use crate::launcher::signals::Signal;
use crate::launcher::wire::Client;
use crate::launcher::{Surroundings, container};

/// How long between two questions whether the server answers.
pub(in crate::launcher) const AGAIN: Duration = Duration::from_millis(100);

/// How long a server that answers, but says that it is not ready, is waited for. Then the handshake
/// decides: some never say so.
pub(in crate::launcher) const READY_LIMIT: Duration = Duration::from_secs(15);

/// What is left for the answers that fail when the server stops.
const LAST_ANSWERS: Duration = Duration::from_millis(300);

/// A port that is published on an engine's own computer is not on this one.
pub(in crate::launcher) fn elsewhere(client: &Client) -> Error {
    Error::new(ErrorCode::EngineFailed {
        operation: format!(
            "offer the server's port on this computer, because it is on another one ({})",
            client.endpoint()
        ),
    })
}

/// What ended the session beside the client.
enum Stop {
    Signal(Signal),
    Server(Result<i32>),
}

impl Session {
    /// Waits until the server answers, then carries messages until the client, the server or a
    /// signal ends the session. Its container is gone afterwards.
    pub(super) async fn serve_http(
        mut self,
        pipe: Pipe,
        http: &HttpLaunch,
        headers: &[(String, Secret)],
        limit: Duration,
        around: &Surroundings<'_>,
    ) -> Result<i32> {
        // What it writes is copied until it ends.
        let _log = pipe;
        let target = match self.until_it_answers(http, headers, limit).await {
            Ok(target) => target,
            Err(Stopped::By(Stop::Signal(signal))) => {
                self.end().await;
                return Ok(signal.exit_code);
            }
            Err(Stopped::By(Stop::Server(code))) => {
                let exit = Some(code?);
                return Err(Error::new(ErrorCode::ServerExited { exit }));
            }
            Err(Stopped::Failed(error)) => {
                self.end().await;
                return Err(error);
            }
        };
        let client = ClientStreams::own().map_err(|error| {
            Error::internal("the client's streams cannot be used").caused_by(&error)
        });
        let served = match client {
            Ok(client) => {
                let stop = self.until_stopped(around);
                bridge::run(target, client, stop).await
            }
            Err(error) => Err(error),
        };
        match served {
            Ok(Ended::Stopped(Stop::Server(code))) => code,
            Ok(Ended::Stopped(Stop::Signal(signal))) => {
                self.end().await;
                Ok(signal.exit_code)
            }
            // It was this launcher that ended the server, and not its own doing.
            Ok(Ended::Client) => {
                self.end().await;
                Ok(0)
            }
            Err(error) => {
                self.end().await;
                Err(error)
            }
        }
    }

    async fn until_stopped(&mut self, around: &Surroundings<'_>) -> Stop {
        let mut settling = pin!(settle(self.client.endpoint().to_string(), around));
        let mut settled = false;
        loop {
            tokio::select! {
                biased;
                signal = self.signals.next() => return Stop::Signal(signal),
                code = &mut self.exit => {
                    // Requests find out by themselves that nobody answers them.
                    sleep(LAST_ANSWERS).await;
                    return Stop::Server(joined(code));
                }
                () = &mut settling, if !settled => settled = true,
            }
        }
    }

    async fn until_it_answers(
        &mut self,
        http: &HttpLaunch,
        headers: &[(String, Secret)],
        limit: Duration,
    ) -> std::result::Result<Target, Stopped> {
        let target = async {
            let port = published(&self.client, &self.name, http).await?;
            let url = format!("http://{}:{port}{}", container::HERE, http.path);
            let target = Target::new(&url, &http.headers, headers)?;
            let deadline = Instant::now() + limit;
            let ready = bridge::until_ready(&target, http.ready.as_deref(), AGAIN, READY_LIMIT);
            match timeout_at(deadline, ready).await {
                Ok(()) => Ok(target),
                Err(_) => {
                    let seconds = u32::try_from(limit.as_secs()).unwrap_or(u32::MAX);
                    Err(Error::new(ErrorCode::ServerTimeout { seconds }))
                }
            }
        };
        tokio::select! {
            biased;
            signal = self.signals.next() => Err(Stopped::By(Stop::Signal(signal))),
            code = &mut self.exit => Err(Stopped::By(Stop::Server(joined(code)))),
            target = target => target.map_err(Stopped::Failed),
        }
    }
}

enum Stopped {
    By(Stop),
    Failed(Error),
}

/// The port of this computer that the engine has chosen.
async fn published(client: &Client, name: &str, http: &HttpLaunch) -> Result<u16> {
    let mut line = client.line().await?;
    let path = client.path(&format!("/containers/{name}/json"));
    let inspected = line.get(&path).await?.json().await?;
    container::published(&inspected, http)
        .ok_or_else(|| Error::new(failed("publish the server's port on this computer")))
}
