use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{Held, McpSession, McpStarter, StartRequest};
use berth_core::progress::Watch;
use rmcp::ServiceExt;
use rmcp::model::{ClientCapabilities, ClientConfig, Implementation};
use rmcp::service::ClientInitializeError;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{ChildStdin, Command};

use super::bridged;
use super::lines::only_json;
use super::session::Session;
use crate::process::Group;

/// What a client passes on; everything else is missing in the launcher (FORMATS, "Clients pass an
/// allow-listed environment"). Windows programs do not start without the last four.
const PASSED: [&str; 10] = [
    "HOME",
    "LOGNAME",
    "PATH",
    "SHELL",
    "TERM",
    "USER",
    "USERPROFILE",
    "SystemRoot",
    "LOCALAPPDATA",
    "APPDATA",
];
/// How many of the last lines on stderr an error keeps.
const KEPT_LINES: usize = 12;
/// How long a server that closed its stdout may take to end, so that its exit code can be told.
const LAST_BREATH: Duration = Duration::from_secs(2);

/// Starts servers with a bare environment and speaks MCP with them.
#[derive(Clone, Copy, Debug, Default)]
pub struct RmcpStarter;

#[async_trait]
impl McpStarter for RmcpStarter {
    async fn start(&self, request: &StartRequest, watch: &Watch) -> Result<Box<dyn McpSession>> {
        let mut command = bare(request);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());

        let began = Instant::now();
        let mut group = spawned(&mut command, request)?;
        let child = group.child();
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Error::internal("a child process has no pipes"));
        };
        let last_words = LastWords::default();
        let listening = tokio::spawn(last_words.clone().listen(stderr, watch.clone()));

        let transport = (only_json(stdout, watch.clone()), stdin);
        let limit = Duration::from_secs(u64::from(request.startup_seconds));
        let handshake = async { Ok(tokio::time::timeout(limit, client().serve(transport)).await) };
        match watch.until_cancelled(handshake).await? {
            Ok(Ok(service)) => {
                let answered = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                Ok(Box::new(Session::new(
                    service, group, last_words, answered, limit,
                )))
            }
            Ok(Err(error)) => {
                if let ClientInitializeError::JsonRpcError(answer) = &error
                    && let Some(said) = bridged::error(answer)
                {
                    return Err(said);
                }
                let code = match &error {
                    ClientInitializeError::ConnectionClosed(_)
                    | ClientInitializeError::TransportError { .. } => {
                        let ended = tokio::time::timeout(LAST_BREATH, group.wait()).await;
                        let exit = ended.ok().and_then(|s| s.ok()).and_then(|s| s.code());
                        // Its last words may still be in the pipe.
                        let _ = tokio::time::timeout(LAST_BREATH, listening).await;
                        ErrorCode::ServerExited { exit }
                    }
                    _ => ErrorCode::ServerProtocol {
                        what: "initialize was refused".to_owned(),
                    },
                };
                Err(last_words.add_to(Error::new(code).caused_by(&error)))
            }
            Err(_) => {
                let seconds = request.startup_seconds;
                Err(last_words.add_to(Error::new(ErrorCode::ServerTimeout { seconds })))
            }
        }
    }

    async fn hold(&self, request: &StartRequest) -> Result<Box<dyn Held>> {
        let mut command = bare(request);
        // It was listened to when it was spoken with.
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut group = spawned(&mut command, request)?;
        let input = group.child().stdin.take();
        Ok(Box::new(Silent { group, input }))
    }
}

/// The command with what a client passes on and nothing else.
fn bare(request: &StartRequest) -> Command {
    let mut command = Command::new(&request.command.program);
    command.args(&request.command.args).env_clear();
    for name in PASSED {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    if let Some(folder) = &request.folder {
        command.current_dir(folder);
    }
    command
}

fn spawned(command: &mut Command, request: &StartRequest) -> Result<Group> {
    Group::spawn(command).map_err(|error| {
        let program = request.command.program.clone();
        Error::new(ErrorCode::ProgramMissing { program }).caused_by(&error)
    })
}

/// A server that nothing is said to, for as long as its input is open.
struct Silent {
    group: Group,
    input: Option<ChildStdin>,
}

#[async_trait]
impl Held for Silent {
    fn has_ended(&mut self) -> bool {
        // One that cannot be asked is not there either.
        self.group
            .child()
            .try_wait()
            .map_or(true, |exit| exit.is_some())
    }

    async fn end(mut self: Box<Self>) {
        drop(self.input.take());
        super::session::ended(&mut self.group).await;
    }
}

fn client() -> ClientConfig {
    ClientConfig::new(
        ClientCapabilities::default(),
        Implementation::new("berth", env!("CARGO_PKG_VERSION")),
    )
}

/// The last lines that a server wrote to stderr.
#[derive(Clone, Debug, Default)]
pub struct LastWords(Arc<Mutex<VecDeque<String>>>);

impl LastWords {
    async fn listen(self, stderr: impl AsyncRead + Unpin, watch: Watch) {
        let mut reader = BufReader::new(stderr);
        let mut bytes = Vec::new();
        while let Ok(1..) = reader.read_until(b'\n', &mut bytes).await {
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            bytes.clear();
            if text.is_empty() {
                continue;
            }
            watch.line(text.clone());
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() == KEPT_LINES {
                kept.pop_front();
            }
            kept.push_back(text);
        }
    }

    /// Keeps them as an error's causes.
    pub fn add_to(&self, error: Error) -> Error {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .fold(error, |error, line| error.with_cause(line.clone()))
    }
}
