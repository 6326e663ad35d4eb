use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use super::SessionLabels;
use crate::client::LauncherCommand;
use crate::error::Result;
use crate::progress::Watch;
use crate::secret::Secret;
use crate::stack::{Service, Stack};

/// What an engine does for stacks: containers that run all the time, on a network of their own.
#[async_trait]
pub trait ServiceEngine: Send + Sync {
    /// The services that Berth made, running or not. `name` narrows them to one installation.
    async fn services(&self, name: Option<&str>) -> Result<Vec<ServiceContainer>>;

    /// Makes sure that a stack's network is there.
    async fn make_network(&self, stack: &Stack, installation: &str, home: &str) -> Result<()>;

    /// Removes a network. Missing is fine; in use is fine and leaves it.
    async fn remove_network(&self, name: &str) -> Result<()>;

    /// Makes a service's container and does not start it; its identifier.
    ///
    /// # Errors
    /// `ImageMissing` where its image is not on this computer.
    async fn make_service(&self, request: &ServiceRequest<'_>) -> Result<String>;

    /// Starts a service. One that runs is fine.
    async fn start_service(&self, id: &str) -> Result<()>;

    /// Stops a service; it stays stopped, also after the engine was restarted. One that does not
    /// run, or is not there, is fine.
    async fn stop_service(&self, id: &str) -> Result<()>;

    /// How a service is.
    async fn service_state(&self, id: &str) -> Result<ServiceState>;

    /// The last lines that a service wrote to its output, and with `follow` those that it goes on to
    /// write, until it ends.
    async fn service_log(
        &self,
        id: &str,
        lines: u32,
        follow: bool,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()>;
}

/// Brings the services of an installation up (see [`crate::stack::Ground::up`]) in the process that
/// may read the vault.
#[async_trait]
pub trait ServiceStarter: Send + Sync {
    /// Waits until they are well. `command` is the launcher's, as for a session of the installation.
    /// Cancelling ends the wait.
    async fn up(&self, name: &str, command: &LauncherCommand, watch: &Watch) -> Result<()>;

    /// The log of a service, without the secrets that Berth gave it.
    async fn log(
        &self,
        command: &LauncherCommand,
        wanted: &LogWanted,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()>;
}

/// What is asked for of a service's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogWanted {
    /// The installation.
    pub name: String,
    /// The service.
    pub service: String,
    /// How many of its last lines.
    pub lines: u32,
    /// Whether to go on with what it writes from then on.
    pub follow: bool,
}

/// A service's container that is to be made.
#[derive(Debug)]
pub struct ServiceRequest<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The service.
    pub service: &'a Service,
    /// Whose it is.
    pub labels: ServiceLabels,
    /// Environment variables with secrets.
    pub secrets: Vec<(String, Secret)>,
}

/// The labels by which Berth knows a service's container again. It has no label of a session, so
/// what ends dead sessions never sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLabels {
    /// `dev.berth.installation`: the installation's name.
    pub installation: String,
    /// `dev.berth.generation`.
    pub generation: String,
    /// `dev.berth.home`: Berth's home.
    pub home: String,
    /// `dev.berth.service`: the service's name.
    pub service: String,
}

impl ServiceLabels {
    /// Key of the service's name.
    pub const SERVICE: &str = "dev.berth.service";

    /// As the engine keeps them.
    #[must_use]
    pub fn to_map(&self) -> BTreeMap<String, String> {
        [
            (SessionLabels::INSTALLATION, &self.installation),
            (SessionLabels::GENERATION, &self.generation),
            (SessionLabels::HOME, &self.home),
            (Self::SERVICE, &self.service),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect()
    }

    /// From what the engine kept; `None` where one is missing: then it is no service of Berth's.
    pub fn from_lookup<'a>(look: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let get = |key| look(key).map(str::to_owned);
        Some(Self {
            installation: get(SessionLabels::INSTALLATION)?,
            generation: get(SessionLabels::GENERATION)?,
            home: get(SessionLabels::HOME)?,
            service: get(Self::SERVICE)?,
        })
    }
}

/// A service's container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceContainer {
    /// The engine's identifier.
    pub id: String,
    /// How it is.
    pub state: ServiceState,
    /// Its labels.
    pub labels: ServiceLabels,
}

/// How a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ServiceState {
    /// It runs, and its check has not said yet whether it is well.
    Starting,
    /// It runs, and its check, where it has one, says so.
    Well,
    /// Its check says that it is not well, or it ends again and again.
    Unwell,
    /// It does not run.
    Stopped,
}
