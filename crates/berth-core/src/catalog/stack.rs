use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ContainerSpec;

/// A server and the services that it needs: containers that belong together, on a network of their
/// own where each is reached by its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StackSpec {
    /// What clients talk to: a container for each session, as without a stack, or one for all of
    /// them.
    pub server: ContainerSpec,
    /// Whether the server runs all the time as well, at a port of this computer that is kept, and
    /// all clients share it (Docker's `server.yaml` calls it the same). It has `http` then.
    #[serde(default)]
    pub long_lived: bool,
    /// What tells that a server which runs all the time is well, as for a service.
    #[serde(default)]
    pub health: Option<HealthCheck>,
    /// What it needs. They run all the time, and come back with the engine.
    #[schemars(length(min = 1, max = 16))]
    pub services: Vec<ServiceSpec>,
}

/// A service of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceSpec {
    /// Its name, by which the others reach it.
    #[schemars(length(max = 32), regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub name: String,
    /// Names of the services that have to be well before it starts.
    #[serde(default)]
    pub after: Vec<String>,
    /// What tells that it is well; without it, that it runs. The image's own check is not used.
    #[serde(default)]
    pub health: Option<HealthCheck>,
    /// Its container, from an image of a registry or of this computer.
    pub run: ContainerSpec,
}

/// How the engine finds out whether a service is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// A program in the container and its arguments; it is well where that ends with 0.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,
    /// Seconds between two checks.
    #[serde(default = "default_interval")]
    #[schemars(range(min = 1, max = 300))]
    pub interval_seconds: u32,
    /// Seconds that one check may take.
    #[serde(default = "default_timeout")]
    #[schemars(range(min = 1, max = 300))]
    pub timeout_seconds: u32,
    /// After how many failed checks in a row it is not well.
    #[serde(default = "default_retries")]
    #[schemars(range(min = 1, max = 100))]
    pub retries: u32,
    /// Seconds at the beginning in which failed checks do not count.
    #[serde(default = "default_start")]
    #[schemars(range(min = 0, max = 600))]
    pub start_seconds: u32,
}

const fn default_interval() -> u32 {
    2
}
const fn default_timeout() -> u32 {
    5
}
const fn default_retries() -> u32 {
    10
}
const fn default_start() -> u32 {
    30
}
