//! Installed servers: what is started, how it is confined, what it offered.

mod action;
mod container;
mod criterion;
mod direct;
mod health;
mod metrics;
mod reach;
mod volumes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::client::Place;
use crate::error::{Error, ErrorCode, Result};
use crate::input::InputValues;
use crate::secret::Secret;
use crate::stack::Stack;

pub use action::{Act, Action, FolderProgram};
pub use container::{ContainerLaunch, Hardening, Mount};
pub use criterion::{
    Criterion, CriterionSeen, FileMode, Finding, LINE_SHOWN, Look, OwnProgram, Spot,
};
pub use direct::Direct;
pub use health::{Health, Probed};
pub use metrics::{METRICS_SHOWN, Metric, metrics};
pub use reach::{HealthPaths, HttpLaunch, RemoteLaunch};
pub use volumes::{service_volume_name, volume_name};

/// Longest name of an installation, in characters.
pub const NAME_LIMIT: usize = 64;

/// Names that Claude Code keeps for itself.
pub const RESERVED_NAMES: [&str; 3] = ["workspace", "claude-in-chrome", "computer-use"];

/// Checks an installation's name: letters, digits, `-` and `_` (Claude Code's rule), at most
/// [`NAME_LIMIT`], not reserved, not beginning with `-` (it would be read as an option).
pub fn check_name(name: &str) -> Result<()> {
    let fits = !name.is_empty()
        && name.len() <= NAME_LIMIT
        && !name.starts_with('-')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !RESERVED_NAMES.contains(&name);
    if fits {
        Ok(())
    } else {
        Err(Error::new(ErrorCode::NameInvalid {
            name: name.chars().take(NAME_LIMIT).collect(),
        }))
    }
}

/// An installed server.
///
/// Every installation of a name is a *generation* with a folder and vault items of its own, so
/// that a reconfiguration can be prepared and verified beside the one that works, and undone by
/// pointing back to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Installation {
    /// The name, as registered with clients.
    pub name: String,
    /// Identifier of this generation (a ULID).
    pub generation: String,
    /// The entry it came from.
    pub entry: String,
    /// The entry's title at that time.
    pub title: String,
    /// The variant.
    pub variant: String,
    /// The variant's title at that time.
    pub variant_title: String,
    /// What is pinned: package and version, image and digest.
    pub pins: Vec<Pin>,
    /// What the launcher starts.
    pub launch: Launch,
    /// SHA-256 of `launch`, `secrets`, `criteria` and `actions` as they were agreed to; a launch that
    /// differs does not start.
    pub seal: String,
    /// Environment variables that are filled from the vault, and the input each comes from.
    pub secrets: Vec<SecretUse>,
    /// What else has to be true beside its handshake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<Criterion>,
    /// What can be done with it when a person asks for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// The other inputs' values.
    pub inputs: InputValues,
    /// Whether a person has stopped its services: nothing but a person starts them again.
    #[serde(default)]
    pub stopped: bool,
    /// Where clients have it.
    pub places: Vec<Place>,
    /// Those of them that have its address itself, and what they have of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub direct: Vec<Direct>,
    /// Folder of this generation (environment, packages); absent for a container.
    pub folder: Option<String>,
    /// The image that Berth built for it, to be taken away with it.
    #[serde(default)]
    pub built: Option<BuiltImage>,
    /// Folder or volumes that survive generations.
    pub data: Vec<DataPlace>,
    /// The tools of the last successful handshake.
    pub tools: Vec<Tool>,
    /// SHA-256 over the tools' names, descriptions and schemas.
    pub tools_hash: Option<String>,
    /// Seconds that the first answer may take.
    pub startup_seconds: u32,
    /// When it was installed (RFC 3339, UTC).
    pub installed_at: String,
    /// When a verification last succeeded (RFC 3339, UTC).
    pub verified_at: Option<String>,
    /// What the last verification found wrong.
    pub last_error: Option<Error>,
    /// What it said of itself then, where it has paths for that, and what was seen of its criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

/// An image that Berth built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuiltImage {
    /// The name that it was given.
    pub reference: String,
    /// Its identifier.
    pub id: String,
    /// Identifier of the image that had this name before Berth built anything under it: somebody
    /// else's, and it gets the name back.
    pub before: Option<String>,
}

/// What is pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Pin {
    /// Package or image.
    pub what: String,
    /// Version or tag.
    pub version: String,
    /// `sha256:…` of an image.
    pub digest: Option<String>,
}

/// An environment variable that is filled from the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SecretUse {
    /// Variable of the server, or header of the requests to it.
    pub env: String,
    /// Which of the two.
    #[serde(default, skip_serializing_if = "SecretTarget::is_variable")]
    pub target: SecretTarget,
    /// Template around the secret; `{{key}}` alone for the plain value.
    pub template: String,
    /// The input's key; the vault item is named after the generation and this.
    pub input: String,
    /// The service that gets it; the server itself where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Whether Berth makes it: it is kept as long as the data is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made: bool,
}

impl SecretUse {
    /// The variable's value.
    #[must_use]
    pub fn filled(&self, value: &Secret) -> Secret {
        let place = format!("{{{{{}}}}}", self.input);
        Secret::new(self.template.replace(&place, value.expose()))
    }
}

/// What a secret is filled into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SecretTarget {
    /// A variable of the server's environment.
    #[default]
    Variable,
    /// A header of every request to the server.
    Header,
}

impl SecretTarget {
    /// Whether it is the usual one.
    #[must_use]
    pub fn is_variable(&self) -> bool {
        *self == Self::Variable
    }
}

/// Where an installation keeps data of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum DataPlace {
    Folder {
        path: String,
    },
    Volume {
        name: String,
        /// What is kept there, in plain words.
        holds: String,
        /// Whether keys are among it.
        #[serde(default)]
        holds_keys: bool,
    },
}

/// A tool as the server describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its whole description.
    #[serde(default)]
    pub description: String,
    /// JSON Schema of its arguments.
    #[serde(default)]
    #[ts(type = "unknown")]
    pub schema: serde_json::Value,
}

/// What the launcher starts. Paths are absolute; nothing goes through a shell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Launch {
    /// A program of this computer, in the installation's folder.
    Process {
        /// Absolute path.
        program: String,
        /// Arguments.
        args: Vec<String>,
        /// Environment beyond the few variables that every process needs. A `PATH` here replaces
        /// the whole of it.
        env: BTreeMap<String, String>,
        /// Folders that come first on the PATH: where `node` is, for a package that looks for it
        /// there (`#!/usr/bin/env node`) and a client that does not know that folder.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        path: Vec<String>,
        /// The source folder of a person's that it runs from, where it was installed in place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// Working directory.
        folder: String,
    },
    /// A container.
    Container(Box<ContainerLaunch>),
    /// A server somewhere else: nothing is started but the bridge to it.
    Remote(Box<RemoteLaunch>),
}

impl Launch {
    /// What has to run beside it.
    #[must_use]
    pub fn stack(&self) -> Option<&Stack> {
        match self {
            Self::Container(launch) => launch.stack.as_ref(),
            Self::Process { .. } | Self::Remote(_) => None,
        }
    }

    /// The port of this computer that is kept for it, where it runs all the time.
    #[must_use]
    pub fn kept_port(&self) -> Option<u16> {
        match self {
            Self::Container(launch) => launch.http.as_ref()?.kept,
            Self::Process { .. } | Self::Remote(_) => None,
        }
    }

    /// The address that a client can be given, and the headers without secrets that go with it: that
    /// of a server somewhere else, or of one that stays on this computer.
    #[must_use]
    pub fn lasting_address(&self) -> Option<(String, &BTreeMap<String, String>)> {
        match self {
            Self::Remote(launch) => Some((launch.url.clone(), &launch.headers)),
            Self::Container(launch) => {
                let http = launch.http.as_ref()?;
                Some((http.address(http.kept?), &http.headers))
            }
            Self::Process { .. } => None,
        }
    }

    /// Every container that it is made of: the one of a session first.
    #[must_use]
    pub fn containers(&self) -> Vec<&ContainerLaunch> {
        let Self::Container(launch) = self else {
            return Vec::new();
        };
        let services = launch.stack.iter().flat_map(|stack| &stack.services);
        std::iter::once(&**launch)
            .chain(services.map(|service| &service.launch))
            .collect()
    }

    /// The files and folders of a person's without which it cannot start: absolute paths.
    #[must_use]
    pub fn needs(&self) -> Vec<&str> {
        match self {
            Self::Process { source, .. } => source.as_deref().into_iter().collect(),
            Self::Container(_) => self
                .containers()
                .into_iter()
                .flat_map(|launch| &launch.mounts)
                .filter_map(|mount| match mount {
                    Mount::Bind { source, .. } => Some(source.as_str()),
                    Mount::Volume { .. } | Mount::EngineSocket { .. } => None,
                })
                .collect(),
            Self::Remote(_) => Vec::new(),
        }
    }
}

/// The seal of what an installation starts: SHA-256, in hexadecimal, over its canonical JSON.
pub fn seal(
    name: &str,
    launch: &Launch,
    secrets: &[SecretUse],
    criteria: &[Criterion],
    actions: &[Action],
) -> Result<String> {
    // Each as it was before there were any of the next.
    match (criteria, actions) {
        ([], []) => hash(&(name, launch, secrets)),
        (_, []) => hash(&(name, launch, secrets, criteria)),
        _ => hash(&(name, launch, secrets, criteria, actions)),
    }
}

/// The fingerprint of a tool list; the order in which a server lists them does not matter.
pub fn tools_hash(tools: &[Tool]) -> Result<String> {
    let mut sorted: Vec<&Tool> = tools.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    hash(&sorted)
}

fn hash(value: &impl Serialize) -> Result<String> {
    let json = serde_json::to_vec(value)
        .map_err(|error| Error::internal("a value has no JSON form").caused_by(&error))?;
    Ok(Sha256::digest(&json)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Checks that a stored launch is the one that was agreed to.
pub fn check_seal(installation: &Installation) -> Result<()> {
    let Installation {
        name,
        launch,
        secrets,
        criteria,
        actions,
        ..
    } = installation;
    if seal(name, launch, secrets, criteria, actions)? == installation.seal {
        Ok(())
    } else {
        Err(Error::new(ErrorCode::InstallationChanged {
            name: installation.name.clone(),
        }))
    }
}
