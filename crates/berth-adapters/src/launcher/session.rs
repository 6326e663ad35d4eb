//! A session in a container: made, attached, started, piped, and gone at the end, whatever ends
//! it.
//!
//! The order of requests is: create, then attach and wait at the same time, then start. Attached
//! before the start, no output is missed; waited for before the start, no exit code is.

use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::SessionLabels;
use berth_core::server::ContainerLaunch;
use hyper::StatusCode;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::pipe::{self, ClientStreams, OutputEnd, Pipe};
use super::secrets::Filled;
use super::signals::{Signal, Signals};
use super::wire::{Answer, Client, Connection, Line};
use super::{Record, Surroundings, container, services, sweep};
use crate::docker::DockerEngine;
use crate::sqlite::Launch;

pub(super) mod http;
pub(super) mod open;

/// Until the server runs. Clients give up after 30 s, without saying why.
const START_LIMIT: Duration = Duration::from_secs(25);

/// How long a server may go on after its input has ended: it may have an answer to finish.
const GRACE: Duration = Duration::from_secs(10);

/// Seconds between asking a server to end and ending it: clients kill within a second.
const STOP_SECONDS: u32 = 1;

/// How long the engine may take to remove a container that has ended.
const REMOVAL_LIMIT: Duration = Duration::from_secs(8);

/// When the sweep begins: the server has answered by then, and short sessions end without one.
const SWEEP_DELAY: Duration = Duration::from_secs(3);

/// The exit code where the server's own is not known.
const KILLED: i32 = 137;

/// Runs a session to its end; the server's exit code. `begun` is held until it has its container.
pub(super) async fn run(
    record: &Record,
    launch: &ContainerLaunch,
    secrets: Filled,
    begun: Option<Launch>,
    around: &Surroundings<'_>,
) -> Result<i32> {
    let mut signals = Signals::catch()?;
    let labels = SessionLabels {
        installation: record.installation.name.clone(),
        generation: record.installation.generation.clone(),
        session: ulid::Ulid::generate().to_string(),
        home: around.home.display().to_string(),
        owner: around.owner.to_owned(),
    };
    let name = container::name(&labels);
    let (mut client, line) = open::open(record, around).await?;
    if client.endpoint().is_local() {
        container::check_mounts(launch)?;
    }
    let body = container::body(launch, &secrets.variables, &labels);
    let Filled { headers, .. } = secrets;
    if launch.http.is_some() && !client.endpoint().is_local() {
        return Err(http::elsewhere(&client));
    }

    let start = async {
        services::bring_up(record, client.endpoint(), around).await?;
        start(&mut client, line, &name, &body, launch).await
    };
    let started = tokio::select! {
        biased;
        signal = signals.next() => Err(Unstarted::Signal(signal)),
        result = timeout(START_LIMIT, start) => {
            match result {
                Ok(result) => result.map_err(Unstarted::Failed),
                Err(_) => Err(Unstarted::Failed(Error::new(ErrorCode::EngineStopped {
                    endpoint: client.endpoint().to_string(),
                }))),
            }
        }
    };
    drop(body);
    // From here on whoever looks for sessions sees this one.
    drop(begun);
    match started {
        Ok(Started { exit, pipe }) => {
            let session = Session {
                client,
                name,
                signals,
                exit,
            };
            match &launch.http {
                None => session.serve(pipe, around).await,
                Some(http) => {
                    let limit = Duration::from_secs(record.installation.startup_seconds.into());
                    session
                        .serve_http(pipe, http, &headers, limit, around)
                        .await
                }
            }
        }
        Err(unstarted) => {
            remove(&client, &name).await;
            match unstarted {
                Unstarted::Failed(error) => Err(error),
                Unstarted::Signal(signal) => Ok(signal.exit_code),
            }
        }
    }
}

enum Unstarted {
    Failed(Error),
    Signal(Signal),
}

struct Started {
    exit: JoinHandle<Result<i32>>,
    pipe: Pipe,
}

async fn start(
    client: &mut Client,
    mut line: Line,
    name: &str,
    body: &serde_json::Value,
    launch: &ContainerLaunch,
) -> Result<Started> {
    let id = create(client, &mut line, name, body, launch).await?;
    let stdin = u8::from(launch.http.is_none());
    let attach_path = client.path(&format!(
        "/containers/{id}/attach?stream=1&stdin={stdin}&stdout=1&stderr=1"
    ));
    let attach = line.hijack(&attach_path);
    let wait = async {
        let mut line = client.line().await?;
        let path = client.path(&format!("/containers/{id}/wait?condition=removed"));
        // Its head comes once the wait is registered, its body when the container is gone.
        let answer = line.post(&path).await?;
        Ok::<_, Error>((line, answer))
    };
    let mut control = client.line().await?;
    let (attached, (wait_line, waiting)) = tokio::try_join!(attach, wait)?;
    let (stream, already_read) = match attached {
        Ok(attached) => attached,
        Err(refused) => return Err(refused.into_error(failed("attach the server")).await),
    };
    if waiting.status() != StatusCode::OK {
        return Err(waiting.into_error(failed("wait for the server")).await);
    }
    let exit = tokio::spawn(async move {
        let code = exit_code(waiting).await;
        drop(wait_line);
        code
    });
    let pipe = begin_pipe(stream, already_read, launch)?;
    let answer = control
        .post(&client.path(&format!("/containers/{id}/start")))
        .await?;
    if !answer.status().is_success() {
        return Err(answer.into_error(failed("start the server")).await);
    }
    Ok(Started { exit, pipe })
}

fn begin_pipe(
    stream: Connection,
    already_read: bytes::Bytes,
    launch: &ContainerLaunch,
) -> Result<Pipe> {
    let begin = || {
        let (halves, client) = (stream.into_halves()?, ClientStreams::own()?);
        match launch.http {
            None => pipe::start(halves, already_read, client),
            Some(_) => pipe::log(halves, already_read, client.errors),
        }
    };
    begin().map_err(|error| Error::internal("the pipe could not be made").caused_by(&error))
}

/// Makes the container; its identifier.
async fn create(
    client: &mut Client,
    line: &mut Line,
    name: &str,
    body: &serde_json::Value,
    launch: &ContainerLaunch,
) -> Result<String> {
    let mut renegotiated = false;
    loop {
        let path = client.path(&format!("/containers/create?name={name}"));
        let answer = line.post_json(&path, body).await?;
        let status = answer.status();
        if status == StatusCode::CREATED {
            let made = answer.json().await?;
            return made["Id"]
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| Error::new(failed("make the server's container")));
        }
        if status == StatusCode::NOT_FOUND {
            let reference = launch.image.clone();
            return Err(answer
                .into_error(ErrorCode::ImageMissing { reference })
                .await);
        }
        let error = answer
            .into_error(failed("make the server's container"))
            .await;
        // The engine may have been updated, or replaced, since its version was remembered.
        if status != StatusCode::BAD_REQUEST || renegotiated {
            return Err(error);
        }
        let agreed = line.agree().await?;
        if agreed == client.version() {
            return Err(error);
        }
        client.speak(agreed);
        renegotiated = true;
    }
}

fn failed(operation: &str) -> ErrorCode {
    ErrorCode::EngineFailed {
        operation: operation.to_owned(),
    }
}

async fn exit_code(waiting: Answer) -> Result<i32> {
    let body = waiting.json().await?;
    body["StatusCode"]
        .as_i64()
        .and_then(|code| i32::try_from(code).ok())
        .ok_or_else(|| Error::new(failed("tell how the server ended")))
}

/// Ends and removes the container, if the engine lets us. What is left is swept later.
async fn remove(client: &Client, name: &str) {
    let request = async {
        let mut line = client.line().await?;
        line.delete(&client.path(&format!("/containers/{name}?force=1&v=1")))
            .await?
            .text()
            .await
    };
    let _ = timeout(REMOVAL_LIMIT, request).await;
}

/// Sweeps, once a session has begun, and gives back what is not needed for the rest of it.
async fn settle(endpoint: String, around: &Surroundings<'_>) {
    let home = around.home.display().to_string();
    let user_home = around.user_home.display().to_string();
    sleep(SWEEP_DELAY).await;
    {
        // This session's engine has the ones before it, wherever another would be found.
        let engine = DockerEngine::new(&user_home, move || Some(endpoint.clone()));
        // Nobody could be told here; the app sweeps as well and says what it cannot remove.
        let _ = sweep(&engine, &home, around.owner_lives).await;
    }
    #[cfg(target_os = "linux")]
    super::memory::give_back();
}

/// A session whose server runs.
struct Session {
    client: Client,
    name: String,
    signals: Signals,
    exit: JoinHandle<Result<i32>>,
}

/// What ended a session.
enum Ended {
    /// The server is gone, and its container with it.
    Server(Result<i32>),
    /// Its input has ended, and it did not end by itself; or it closed its output.
    Silent,
    /// The client reads no more.
    NobodyListens,
    /// The engine.
    EngineGone,
    /// Somebody asked this launcher to end.
    Signal(Signal),
}

impl Session {
    async fn serve(mut self, mut pipe: Pipe, around: &Surroundings<'_>) -> Result<i32> {
        match self.until_end(&mut pipe, around).await {
            Ended::Server(code) => {
                // The client may still be reading what came before the end.
                if !pipe.output_ended.is_terminated() {
                    tokio::select! {
                        biased;
                        signal = self.signals.next() => return Ok(signal.exit_code),
                        _ = &mut pipe.output_ended => {}
                    }
                }
                code
            }
            Ended::Silent | Ended::NobodyListens => self.end().await.unwrap_or(Ok(KILLED)),
            Ended::Signal(signal) => {
                self.end().await;
                Ok(signal.exit_code)
            }
            Ended::EngineGone => {
                remove(&self.client, &self.name).await;
                Err(Error::new(ErrorCode::EngineStopped {
                    endpoint: self.client.endpoint().to_string(),
                }))
            }
        }
    }

    async fn until_end(&mut self, pipe: &mut Pipe, around: &Surroundings<'_>) -> Ended {
        let mut sweeping = std::pin::pin!(settle(self.client.endpoint().to_string(), around));
        let mut swept = false;
        // Whether the server is expected to end.
        let mut waiting = false;
        let mut grace = std::pin::pin!(sleep(GRACE));
        loop {
            tokio::select! {
                biased;
                signal = self.signals.next() => return Ended::Signal(signal),
                ended = &mut pipe.output_ended, if !pipe.output_ended.is_terminated() => match ended {
                    Ok(OutputEnd::NobodyListens) => return Ended::NobodyListens,
                    Ok(OutputEnd::EngineGone) | Err(_) => return Ended::EngineGone,
                    Ok(OutputEnd::Complete) => {
                        // The container has ended, or will hardly have more to say.
                        if !waiting {
                            grace.set(sleep(GRACE));
                        }
                        waiting = true;
                    }
                },
                code = &mut self.exit => return Ended::Server(joined(code)),
                _ = &mut pipe.input_ended, if !pipe.input_ended.is_terminated() => {
                    if !waiting {
                        grace.set(sleep(GRACE));
                    }
                    waiting = true;
                }
                () = &mut grace, if waiting => return Ended::Silent,
                () = &mut sweeping, if !swept => {
                    swept = true;
                }
            }
        }
    }

    /// Asks the server to end, then ends it; its exit code if it could be had. A second signal
    /// means at once.
    async fn end(&mut self) -> Option<Result<i32>> {
        let (client, name) = (&self.client, &self.name);
        let stop = async {
            let request = async {
                let mut line = client.line().await?;
                line.post(&client.path(&format!("/containers/{name}/stop?t={STOP_SECONDS}")))
                    .await?
                    .text()
                    .await
            };
            let _ = request.await;
            sleep(REMOVAL_LIMIT).await;
        };
        tokio::select! {
            biased;
            _ = self.signals.next() => {}
            code = &mut self.exit => return Some(joined(code)),
            () = stop => {}
        }
        remove(client, name).await;
        None
    }
}

fn joined(code: std::result::Result<Result<i32>, tokio::task::JoinError>) -> Result<i32> {
    code.unwrap_or_else(|error| Err(Error::internal("the wait was lost").caused_by(&error)))
}
