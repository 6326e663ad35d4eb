//! What the probes found on this machine.

mod gather;

pub use gather::{FactsDelta, gather};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::client::{ClientState, RegistrationSummary};
use crate::error::Error;

/// The state of one probe. Nothing is claimed before it has answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Fact<T> {
    /// The probe is still running, or has not run.
    #[default]
    Unknown,
    /// It is there.
    Found {
        /// What was found.
        value: T,
    },
    /// It is not there, or cannot be used; the code says which.
    Missing {
        /// Why.
        error: Error,
    },
}

impl<T> Fact<T> {
    /// What was found, if anything was.
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::Found { value } => Some(value),
            _ => None,
        }
    }

    /// Why it is missing, if it is.
    pub fn missing(&self) -> Option<&Error> {
        match self {
            Self::Missing { error } => Some(error),
            _ => None,
        }
    }
}

impl<T> From<crate::error::Result<T>> for Fact<T> {
    fn from(result: crate::error::Result<T>) -> Self {
        match result {
            Ok(value) => Self::Found { value },
            Err(error) => Self::Missing { error },
        }
    }
}

/// Everything the probes know. Each field is filled on its own, as its probe answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Facts {
    /// The container engine.
    pub engine: Fact<EngineFacts>,
    /// The vault.
    pub vault: Fact<VaultFacts>,
    /// Claude Code and its registrations.
    pub claude: Fact<ClientState>,
    /// Claude Desktop and its registrations.
    #[serde(default)]
    pub claude_desktop: Fact<ClientState>,
    /// uv.
    pub uv: Fact<Program>,
    /// The newest Python that was found.
    pub python: Fact<Program>,
    /// Node.js, with npm beside it.
    pub node: Fact<Program>,
    /// git.
    pub git: Fact<Program>,
    /// Whether `berth` on the PATH is this launcher: its absolute path there.
    pub launcher_on_path: Fact<Program>,
}

impl Facts {
    /// What is registered with every client that was found.
    pub fn registrations(&self) -> impl Iterator<Item = &RegistrationSummary> {
        [&self.claude, &self.claude_desktop]
            .into_iter()
            .filter_map(|fact| fact.found())
            .flat_map(|client| &client.registrations)
    }
}

/// Names of the probes, for events and refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Probe {
    Engine,
    Vault,
    Claude,
    ClaudeDesktop,
    Uv,
    Python,
    Node,
    Git,
    LauncherOnPath,
}

impl Probe {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Engine,
        Self::Vault,
        Self::Claude,
        Self::ClaudeDesktop,
        Self::Uv,
        Self::Python,
        Self::Node,
        Self::Git,
        Self::LauncherOnPath,
    ];
}

/// A program that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Program {
    /// Absolute path.
    pub path: String,
    /// Version as the program prints it, without its name: `3.11.7`.
    pub version: String,
}

/// The operating systems that Berth runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Platform {
    Linux,
    MacOs,
    Windows,
}

/// A container engine that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EngineFacts {
    /// `Docker`, `Podman`, …
    pub product: String,
    /// Its version.
    pub version: String,
    /// The API version that was agreed on: `1.41`.
    pub api: String,
    /// Where it is: `unix:///var/run/docker.sock`.
    pub endpoint: String,
    /// How it was found, for the doctor's page.
    pub found_by: EndpointSource,
    /// Operating system and architecture of its containers: `linux/amd64`.
    pub platform: String,
    /// Whether it runs on another machine.
    pub remote: bool,
    /// Whether it runs as root on this very Linux machine, so that a container's user is a user
    /// of this machine. Rootless engines and those in a virtual machine map owners themselves.
    #[serde(default)]
    pub rootful_here: bool,
    /// Its socket as a container can be given it; none for an engine on another machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<EngineSocket>,
}

/// The socket of an engine on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EngineSocket {
    /// Where the engine has it: in its virtual machine, if it runs in one.
    pub path: String,
    /// The group that may use it, by its number inside of containers.
    pub group: u32,
}

/// Where an engine's endpoint came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EndpointSource {
    /// Berth's settings.
    Settings,
    /// `DOCKER_HOST`.
    Environment,
    /// The current `docker context`.
    Context,
    /// A usual place of this platform.
    Platform,
}

/// A vault that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VaultFacts {
    /// Which kind it is.
    pub kind: VaultKind,
    /// What people call it: "GNOME Keyring", "macOS Keychain".
    pub product: String,
}

/// The kinds of vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VaultKind {
    /// The operating system's keychain.
    Keychain,
    /// Berth's own encrypted file, opened with a passphrase.
    Passphrase,
}
