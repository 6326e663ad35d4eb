//! Stacks: the services that a server needs beside it, brought up in their order.
//!
//! Whoever brings a stack up reads it from the installation's record, which is sealed: the job that
//! installs it, a person who starts it again, and the launcher that finds it down.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::catalog::HealthCheck;
use crate::error::{Error, ErrorCode, Result};
use crate::plan::VaultItem;
use crate::port::{
    Engine, LogWanted, SecretReader, ServiceContainer, ServiceLabels, ServiceRequest, ServiceState,
};
use crate::progress::Watch;
use crate::redact::redacted;
use crate::secret::Secret;
use crate::server::{ContainerLaunch, Installation, SecretUse};

/// How often the engine is asked whether a service is well.
const PACE: Duration = Duration::from_millis(200);
/// How many of a service's last lines are told where it fails.
const LAST_LINES: u32 = 20;

/// What has to run beside a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Stack {
    /// Its name for the engine's tools, which show it as a project.
    pub project: String,
    /// The network that its containers are on.
    pub network: String,
    /// Whether that network leads nowhere else.
    pub internal: bool,
    /// The services, each behind those that it comes after.
    pub services: Vec<Service>,
}

/// A service as it is started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Service {
    /// Its name, by which the others reach it.
    pub name: String,
    /// The services that have to be well before.
    pub after: Vec<String>,
    /// What tells that it is well; without it, that it runs.
    pub health: Option<HealthCheck>,
    /// Its container.
    pub launch: ContainerLaunch,
}

impl Stack {
    /// The restart policy of every service: they come back with the engine, and after a crash, but
    /// not after somebody has stopped them.
    pub const RESTART: &str = "unless-stopped";

    /// The name of the server itself, where it is one of the services.
    pub const SERVER: &str = "server";

    /// A service by its name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }
}

/// The name of an installation's project. Several homes can use one engine, and the engine's tools
/// know small letters only.
#[must_use]
pub fn project_name(home: &str, installation: &str) -> String {
    let hash: String = Sha256::digest(format!("{home}\0{installation}").as_bytes())
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("berth-{}-{hash}", installation.to_ascii_lowercase())
}

/// Where a stack is brought up.
pub struct Ground<'a> {
    /// The engine.
    pub engine: &'a dyn Engine,
    /// The vault, for services that are made.
    pub secrets: &'a dyn SecretReader,
    /// Berth's home.
    pub home: &'a str,
}

/// The services of an installation that are there, of every generation.
pub async fn containers(
    engine: &dyn Engine,
    home: &str,
    installation: &str,
) -> Result<Vec<ServiceContainer>> {
    // Another home on the same engine can have an installation of the same name.
    let all = engine.services(Some(installation)).await?;
    Ok(all.into_iter().filter(|c| c.labels.home == home).collect())
}

impl Ground<'_> {
    /// Brings the services of an installation up, where they are not, and waits until they are
    /// well. One that is there is started as it is; one that is not is made. Nothing for a server
    /// without services.
    ///
    /// # Errors
    /// `ServiceFailed` with its last lines; `SecretMissing`; what the engine says.
    pub async fn up(&self, installation: &Installation, watch: &Watch) -> Result<()> {
        let Some(stack) = installation.launch.stack() else {
            return Ok(());
        };
        let there = containers(self.engine, self.home, &installation.name).await?;
        let (own, others): (Vec<_>, Vec<_>) = there
            .into_iter()
            .partition(|c| c.labels.generation == installation.generation);
        // Two generations would write to the same volumes.
        for other in others.iter().filter(|c| c.state != ServiceState::Stopped) {
            self.engine.stop_service(&other.id).await?;
        }
        let name = &installation.name;
        self.engine.make_network(stack, name, self.home).await?;
        let mut known = BTreeMap::new();
        for service in &stack.services {
            watch.check()?;
            for before in &service.after {
                self.well(installation, before, &known, watch).await?;
            }
            let found = own.iter().find(|c| c.labels.service == service.name);
            let id = match found {
                Some(container) => container.id.clone(),
                None => self.make(installation, stack, service).await?,
            };
            if found.is_none_or(|container| container.state == ServiceState::Stopped) {
                watch.line(format!("{} starts", service.name));
                self.engine.start_service(&id).await?;
            }
            known.insert(service.name.as_str(), id);
        }
        for service in &stack.services {
            self.well(installation, &service.name, &known, watch)
                .await?;
        }
        Ok(())
    }

    async fn make(
        &self,
        installation: &Installation,
        stack: &Stack,
        service: &Service,
    ) -> Result<String> {
        let labels = ServiceLabels {
            installation: installation.name.clone(),
            generation: installation.generation.clone(),
            home: self.home.to_owned(),
            service: service.name.clone(),
        };
        let secrets = self.given(installation, service).await?;
        let request = ServiceRequest {
            stack,
            service,
            labels,
            secrets,
        };
        match self.engine.make_service(&request).await {
            Ok(id) => Ok(id),
            // Two clients that find a stack down at the same moment: one of them makes it.
            Err(error) => {
                let there = containers(self.engine, self.home, &installation.name).await?;
                let made = there.into_iter().find(|c| c.labels == request.labels);
                made.map(|container| container.id).ok_or(error)
            }
        }
    }

    /// The variables of a service that hold a secret.
    async fn given(
        &self,
        installation: &Installation,
        service: &Service,
    ) -> Result<Vec<(String, Secret)>> {
        let mut secrets = Vec::new();
        for used in &installation.secrets {
            if used.service.as_deref() == Some(service.name.as_str()) {
                let value = self.secret(installation, used).await?;
                secrets.push((used.env.clone(), used.filled(&value)));
            }
        }
        Ok(secrets)
    }

    /// The secrets that a service can repeat: its own, and those that the server is sent with every
    /// request.
    async fn known_to(&self, installation: &Installation, service: &str) -> Result<Vec<Secret>> {
        let mut secrets = Vec::new();
        for used in &installation.secrets {
            if used.service.as_deref().unwrap_or(Stack::SERVER) == service {
                secrets.push(self.secret(installation, used).await?);
            }
        }
        Ok(secrets)
    }

    async fn secret(&self, installation: &Installation, used: &SecretUse) -> Result<Secret> {
        let item = VaultItem {
            name: installation.name.clone(),
            generation: installation.generation.clone(),
            input: used.input.clone(),
        };
        self.secrets.get(&item).await
    }

    /// Waits until a service is well.
    async fn well(
        &self,
        installation: &Installation,
        name: &str,
        known: &BTreeMap<&str, String>,
        watch: &Watch,
    ) -> Result<()> {
        let Some(id) = known.get(name) else {
            return Err(Error::internal("a service is behind one that comes later"));
        };
        loop {
            watch.check()?;
            match self.engine.service_state(id).await? {
                ServiceState::Well => {
                    watch.line(format!("{name} is well"));
                    return Ok(());
                }
                ServiceState::Starting => tokio::time::sleep(PACE).await,
                ServiceState::Stopped | ServiceState::Unwell => {
                    return Err(self.failed(installation, name, id).await);
                }
            }
        }
    }

    /// Why a service is not well, in its own last words.
    async fn failed(&self, installation: &Installation, name: &str, id: &str) -> Error {
        let error = Error::new(ErrorCode::ServiceFailed {
            service: name.to_owned(),
        });
        // What cannot be hidden is not told.
        let Ok(hidden) = self.known_to(installation, name).await else {
            return error;
        };
        let mut lines = Vec::new();
        let mut told = |line: String| lines.push(redacted(&line, &hidden));
        // What it said is an extra; that it failed is what counts.
        let _ = self
            .engine
            .service_log(id, LAST_LINES, false, &mut told)
            .await;
        lines.into_iter().fold(error, Error::with_cause)
    }

    /// A service's log, without the secrets that it was given.
    ///
    /// # Errors
    /// `ServiceUnknown`; what the engine or the vault says.
    pub async fn log(
        &self,
        installation: &Installation,
        wanted: &LogWanted,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()> {
        let unknown = || {
            Error::new(ErrorCode::ServiceUnknown {
                name: installation.name.clone(),
                service: wanted.service.clone(),
            })
        };
        let stack = installation.launch.stack().ok_or_else(unknown)?;
        let service = stack.service(&wanted.service).ok_or_else(unknown)?;
        let there = containers(self.engine, self.home, &installation.name).await?;
        let own = there.into_iter().find(|c| {
            c.labels.generation == installation.generation && c.labels.service == service.name
        });
        let Some(container) = own else {
            return Ok(());
        };
        let hidden = self.known_to(installation, &service.name).await?;
        let mut redact = |line: String| told(redacted(&line, &hidden));
        self.engine
            .service_log(&container.id, wanted.lines, wanted.follow, &mut redact)
            .await
    }
}
