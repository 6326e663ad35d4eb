use std::collections::BTreeMap;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{HttpSpec, RemoteSpec, StackSpec, When};

/// One way to run an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Identifier inside the entry: `python`, `node`, `image`, `dev`, …
    #[schemars(length(max = 64), regex(pattern = "^[a-z0-9][a-z0-9-]*$"))]
    pub id: String,
    /// What people read: "Python package", "Container".
    pub title: String,
    /// Whom it suits, one line.
    pub best_for: String,
    /// The server's version that this variant pins.
    #[serde(default)]
    pub version: Option<String>,
    /// Why it cannot be installed yet, one plain sentence. Present means: shown, not installable.
    #[serde(default)]
    pub planned: Option<String>,
    /// How it runs.
    pub run: Run,
}

impl Variant {
    /// Where it runs, for filters and for "needs".
    #[must_use]
    pub fn runs_in(&self) -> RunsIn {
        match &self.run {
            Run::Python(_) => RunsIn::Python,
            Run::Node(_) => RunsIn::Node,
            Run::Image(_) | Run::Build(_) | Run::Dev(_) | Run::Stack(_) => RunsIn::Container,
            Run::Remote(_) => RunsIn::Remote,
            Run::Kubernetes {} => RunsIn::Kubernetes,
        }
    }

    /// The container that clients talk to, where it runs in one.
    #[must_use]
    pub fn container(&self) -> Option<&ContainerSpec> {
        match &self.run {
            Run::Image(spec) | Run::Build(spec) | Run::Dev(spec) => Some(spec),
            Run::Stack(stack) => Some(&stack.server),
            _ => None,
        }
    }

    /// Every container that it is made of: the one that clients talk to first.
    #[must_use]
    pub fn containers(&self) -> Vec<&ContainerSpec> {
        let services = match &self.run {
            Run::Stack(stack) => stack.services.as_slice(),
            _ => &[],
        };
        let services = services.iter().map(|service| &service.run);
        self.container().into_iter().chain(services).collect()
    }
}

/// Where a variant runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum RunsIn {
    Python,
    Node,
    Container,
    Remote,
    Kubernetes,
}

/// How a variant runs.
///
/// Strings marked *template* may hold `{{key}}` for an input's value, `{{key?TEXT}}` for a text
/// that is there where a yes-or-no input is on or another one has a value, and, but for containers, `{{berth.data}}` for the
/// folder that survives updates of this installation (see [`super::template`]). A string that
/// names an input without a value is left out whole. An argument that names an input with several
/// values is repeated for each of them; a variable gets them joined as the platform joins paths.
/// A secret can be used in `env` and `headers` only, and beside plain text only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Run {
    /// A Python package in a virtual environment of its own.
    Python(PythonSpec),
    /// A Node package in a folder of its own.
    Node(NodeSpec),
    /// An image from a registry, or one that is already on this computer.
    Image(ContainerSpec),
    /// An image that is built from a source folder, with everything in it.
    Build(ContainerSpec),
    /// An image that is built from a source folder and sees that source, so that a change of the
    /// code needs no build.
    Dev(ContainerSpec),
    /// Several containers that belong together.
    Stack(Box<StackSpec>),
    /// A server somewhere else.
    Remote(RemoteSpec),
    /// On a cluster.
    Kubernetes {},
}

/// A Python package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PythonSpec {
    /// Name on the package index, with extras: `kitaru[mcp]`.
    pub package: String,
    /// Exact version; there is none where `source` says where the package is.
    #[serde(default)]
    pub version: Option<String>,
    /// Key of the input whose source folder is installed in place (editable), so that changes of
    /// the code need no installation.
    #[serde(default)]
    pub source: Option<String>,
    /// Further exact pins: `zenml==0.98.0`.
    #[serde(default)]
    pub pins: Vec<String>,
    /// Version of Python that it needs: `>=3.11`.
    #[serde(default = "default_python")]
    pub requires: String,
    /// Console script to start.
    pub script: String,
    /// Arguments (templates).
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment (templates).
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

fn default_python() -> String {
    ">=3.11".to_owned()
}

/// A Node package, or a Node project in a source folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeSpec {
    /// Name on the package registry, or the project's.
    pub package: String,
    /// Exact version; either this or `source`.
    #[serde(default)]
    pub version: Option<String>,
    /// The key of the input with the source folder that is built. A copy of it is: Berth writes
    /// nothing there.
    #[serde(default)]
    pub source: Option<String>,
    /// Scripts of the project's `package.json` that build it, in their order.
    #[serde(default)]
    pub build: Vec<String>,
    /// Version of Node that it needs: `>=20`.
    #[serde(default = "default_node")]
    pub requires: String,
    /// Name of the executable that the package installs; with `source`, the file in the folder that
    /// is started: `dist/index.js`.
    pub bin: String,
    /// Arguments (templates).
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment (templates).
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

fn default_node() -> String {
    ">=20".to_owned()
}

/// A container from an image. What is not said here is the default hardening (see
/// [`crate::server::Hardening`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContainerSpec {
    /// Repository and tag: `mcp/time:1.2.3`. Where it is built, the name that it gets.
    pub image: String,
    /// How it is built; only, and always, for `build` and `dev`.
    #[serde(default)]
    pub build: Option<BuildSpec>,
    /// Digest that the entry was reviewed with: `sha256:…`. The one that is pulled is pinned in
    /// any case.
    #[serde(default)]
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub digest: Option<String>,
    /// Replaces the image's entry point.
    #[serde(default)]
    pub entrypoint: Vec<String>,
    /// Arguments (templates).
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment (templates).
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What of this computer is visible inside.
    #[serde(default)]
    pub mounts: Vec<MountSpec>,
    /// How it is reached over HTTP; without it, it speaks over its input and output.
    #[serde(default)]
    pub http: Option<HttpSpec>,
    /// Its network.
    #[serde(default)]
    pub network: Network,
    /// `uid` or `uid:gid` to run as; without it the image's own user. `{{berth.user}}` is the
    /// person's, where a rootful engine of this Linux machine would otherwise make files of
    /// somebody else's, and the image's own user elsewhere.
    #[serde(default)]
    pub user: Option<String>,
    /// Folders that it writes to and that need not last: kept in memory, empty at each start, and
    /// without programs, as `/tmp` always is.
    #[serde(default)]
    pub scratch: Vec<String>,
    /// Whether its root must be writable; the default is read-only.
    #[serde(default)]
    pub writable_root: bool,
    /// Memory limit in MiB.
    #[serde(default = "default_memory_mib")]
    pub memory_mib: u32,
    /// CPU limit, in CPUs.
    #[serde(default = "default_cpus")]
    pub cpus: f64,
    /// Most processes.
    #[serde(default = "default_pids")]
    pub pids: u32,
}

/// How an image is built from a source folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildSpec {
    /// Key of the input that is the source folder.
    pub source: String,
    /// Path of the Dockerfile inside that folder.
    #[serde(default = "default_dockerfile")]
    pub dockerfile: String,
    /// The stage to stop at; the last one, unless given.
    #[serde(default)]
    pub target: Option<String>,
    /// Build arguments, as they are: they can be read in the image, so no input goes into them.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// What the image should stay below, in megabytes (10⁶ bytes). Nothing is refused for it: whoever
    /// looks at the image is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_mb: Option<NonZeroU32>,
}

fn default_dockerfile() -> String {
    "Dockerfile".to_owned()
}

const fn default_memory_mib() -> u32 {
    2048
}
const fn default_cpus() -> f64 {
    1.0
}
const fn default_pids() -> u32 {
    256
}

/// Something that is visible inside a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MountSpec {
    /// What it is.
    pub source: MountSource,
    /// Where it is seen. For an input with several folders each one appears below this folder
    /// under its own name, and templates give those paths.
    #[schemars(regex(pattern = "^/."))]
    pub target: String,
    /// What has to be chosen for it; without it, it is always there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

/// What a mount shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum MountSource {
    /// The file or folders of an input, with the access that the person chose.
    Input {
        /// The input's key.
        input: String,
        /// A folder inside that of a source input: `src`.
        #[serde(default)]
        folder: Option<String>,
    },
    /// A volume that survives updates of the installation, named after it.
    Volume {
        /// What is kept there, in plain words; named before it is deleted.
        holds: String,
        /// Whether keys are among it, or other things that let whoever has them act as the person:
        /// a backup of it is encrypted.
        #[serde(default)]
        holds_keys: bool,
    },
    /// The socket of the container engine that runs it. Whoever has it controls the computer, so
    /// a plan that gives it is agreed to by typing (see [`crate::plan::Entrusted`]).
    EngineSocket {},
}

/// A container's network.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// No network at all.
    None,
    /// The engine's bridge: outgoing connections, nothing published but the port of `http`.
    #[default]
    Bridge,
}
