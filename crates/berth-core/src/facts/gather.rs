//! Runs the probes side by side; each answer arrives as soon as it is there.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, Stream};

use super::{EngineFacts, Fact, Facts, Probe, Program, VaultFacts};
use crate::client::ClientState;
use crate::error::{Error, ErrorCode, Result};
use crate::port::Ports;

/// The answer of one probe.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum FactsDelta {
    Engine(Fact<EngineFacts>),
    Vault(Fact<VaultFacts>),
    Claude(Fact<ClientState>),
    ClaudeDesktop(Fact<ClientState>),
    Uv(Fact<Program>),
    Python(Fact<Program>),
    Node(Fact<Program>),
    Git(Fact<Program>),
    LauncherOnPath(Fact<Program>),
}

impl FactsDelta {
    /// The probe that answered.
    #[must_use]
    pub fn probe(&self) -> Probe {
        match self {
            Self::Engine(_) => Probe::Engine,
            Self::Vault(_) => Probe::Vault,
            Self::Claude(_) => Probe::Claude,
            Self::ClaudeDesktop(_) => Probe::ClaudeDesktop,
            Self::Uv(_) => Probe::Uv,
            Self::Python(_) => Probe::Python,
            Self::Node(_) => Probe::Node,
            Self::Git(_) => Probe::Git,
            Self::LauncherOnPath(_) => Probe::LauncherOnPath,
        }
    }
}

impl Facts {
    /// Takes over one answer.
    pub fn apply(&mut self, delta: FactsDelta) {
        match delta {
            FactsDelta::Engine(fact) => self.engine = fact,
            FactsDelta::Vault(fact) => self.vault = fact,
            FactsDelta::Claude(fact) => self.claude = fact,
            FactsDelta::ClaudeDesktop(fact) => self.claude_desktop = fact,
            FactsDelta::Uv(fact) => self.uv = fact,
            FactsDelta::Python(fact) => self.python = fact,
            FactsDelta::Node(fact) => self.node = fact,
            FactsDelta::Git(fact) => self.git = fact,
            FactsDelta::LauncherOnPath(fact) => self.launcher_on_path = fact,
        }
    }
}

/// How long a probe may take before the window says that it is not there. The first second shows
/// what is quick; programs on a cold disk and a busy engine need longer.
const DEADLINE_SECONDS: u32 = 10;

type Answer = Pin<Box<dyn Future<Output = FactsDelta> + Send>>;

/// Runs these probes in parallel, each with a deadline of its own. `projects` are the folders whose
/// registrations are read, besides this person's own.
pub fn gather(
    ports: &Ports,
    probes: &[Probe],
    projects: Vec<String>,
) -> impl Stream<Item = FactsDelta> + Send + Unpin + 'static {
    let answers: FuturesUnordered<Answer> = FuturesUnordered::new();
    for probe in probes {
        answers.push(one(ports.clone(), *probe, projects.clone()));
    }
    answers
}

fn one(ports: Ports, probe: Probe, projects: Vec<String>) -> Answer {
    let program = |name: &str| ErrorCode::ProgramMissing {
        program: name.to_owned(),
    };
    let late = match probe {
        Probe::Engine => ErrorCode::EngineFailed {
            operation: "answer in time".to_owned(),
        },
        Probe::Vault => ErrorCode::KeychainTimeout {
            seconds: DEADLINE_SECONDS,
        },
        Probe::Claude => ErrorCode::ClaudeFailed {
            operation: "answer in time".to_owned(),
            exit: None,
        },
        Probe::ClaudeDesktop => ErrorCode::ClaudeDesktopMissing,
        Probe::Uv => program("uv"),
        Probe::Python => program("python"),
        Probe::Node => program("node"),
        Probe::Git => program("git"),
        Probe::LauncherOnPath => program("berth"),
    };
    Box::pin(async move {
        match probe {
            Probe::Engine => FactsDelta::Engine(within(late, ports.engine.probe()).await),
            Probe::Vault => FactsDelta::Vault(within(late, ports.vault.probe()).await),
            Probe::Claude => FactsDelta::Claude(within(late, ports.clients.probe(&projects)).await),
            Probe::ClaudeDesktop => {
                FactsDelta::ClaudeDesktop(within(late, ports.clients.probe_desktop()).await)
            }
            Probe::Uv => FactsDelta::Uv(within(late, ports.python.probe_uv()).await),
            Probe::Python => FactsDelta::Python(within(late, ports.python.probe_python()).await),
            Probe::Node => FactsDelta::Node(within(late, ports.node.probe()).await),
            Probe::Git => FactsDelta::Git(within(late, ports.host.probe_git()).await),
            Probe::LauncherOnPath => {
                FactsDelta::LauncherOnPath(within(late, ports.host.launcher_on_path()).await)
            }
        }
    })
}

async fn within<T>(late: ErrorCode, probe: impl Future<Output = Result<T>>) -> Fact<T> {
    let limit = Duration::from_secs(u64::from(DEADLINE_SECONDS));
    match tokio::time::timeout(limit, probe).await {
        Ok(result) => result.into(),
        Err(_) => Fact::Missing {
            error: Error::new(late).with_cause(format!("no answer within {DEADLINE_SECONDS} s")),
        },
    }
}
