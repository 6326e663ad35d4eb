//! The services of stacks: started, stopped, and what they write.

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{LogWanted, ServiceState};
use berth_core::progress::Watch;
use berth_core::server::Installation;
use berth_core::stack::{Stack, containers};

use super::Berth;
use crate::types::{AppEvent, NameRequest, ServiceLog, ServiceLogRequest, ServiceRow};

/// Most lines of a log at once.
const LINES_LIMIT: u32 = 2_000;

impl Berth {
    /// Starts the services of a stack and waits until they are well.
    pub async fn services_start(&self, request: NameRequest) -> Result<()> {
        let installation = self.stack_of(&request.name).await?;
        self.mark(installation, false).await?;
        let command = self.ports.host.launcher_absolute(&request.name)?;
        let started = self
            .ports
            .services
            .up(&request.name, &command, &Watch::silent())
            .await;
        self.hub.send(AppEvent::Installations);
        started
    }

    /// Stops the services of a stack. They stay stopped until somebody starts them.
    pub async fn services_stop(&self, request: NameRequest) -> Result<()> {
        let installation = self.stack_of(&request.name).await?;
        // First, so that no client brings them up again.
        self.mark(installation.clone(), true).await?;
        let engine = self.ports.engine.as_ref();
        let home = self.ports.host.home();
        let mut there = containers(engine, &home, &request.name).await?;
        // What others wait for stops last.
        let place = |name: &str| {
            let services = &installation.launch.stack()?.services;
            services.iter().position(|service| service.name == name)
        };
        there.sort_by_key(|container| std::cmp::Reverse(place(&container.labels.service)));
        for container in there {
            if container.state != ServiceState::Stopped {
                engine.stop_service(&container.id).await?;
            }
        }
        self.hub.send(AppEvent::Installations);
        Ok(())
    }

    /// The end of a service's log.
    pub async fn service_log(&self, request: ServiceLogRequest) -> Result<ServiceLog> {
        let mut lines = Vec::new();
        let wanted = LogWanted {
            name: request.name,
            service: request.service,
            lines: request.lines.min(LINES_LIMIT),
            follow: false,
        };
        self.service_follow(&wanted, &mut |line| lines.push(line))
            .await?;
        Ok(ServiceLog { lines })
    }

    /// A service's log, for the command line: it can go on with what is written from then on.
    pub async fn service_follow(
        &self,
        wanted: &LogWanted,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()> {
        let command = self.ports.host.launcher_absolute(&wanted.name)?;
        self.ports.services.log(&command, wanted, told).await
    }

    /// How the services of an installation are.
    pub(super) async fn service_rows(&self, installation: &Installation) -> Vec<ServiceRow> {
        let Some(stack) = installation.launch.stack() else {
            return Vec::new();
        };
        let home = self.ports.host.home();
        let engine = self.ports.engine.as_ref();
        // An engine that does not answer is told of by its own probe.
        let there = containers(engine, &home, &installation.name).await.ok();
        let state = |name: &str| {
            let own = there.as_ref()?.iter().find(|c| {
                c.labels.service == name && c.labels.generation == installation.generation
            });
            Some(own.map_or(ServiceState::Stopped, |container| container.state))
        };
        let rows = stack.services.iter().map(|service| ServiceRow {
            name: service.name.clone(),
            image: service.launch.image.clone(),
            state: state(&service.name),
        });
        rows.collect()
    }

    async fn stack_of(&self, name: &str) -> Result<Installation> {
        let installation = self.installed(name).await?;
        let has_services = |stack: &Stack| !stack.services.is_empty();
        if !installation.launch.stack().is_some_and(has_services) {
            return Err(Error::new(ErrorCode::NoServices {
                name: name.to_owned(),
            }));
        }
        let jobs = self.store(|store| store.open_jobs()).await?;
        if jobs.into_iter().any(|job| job.plan.name == name) {
            return Err(Error::new(ErrorCode::JobRunning {
                name: name.to_owned(),
            }));
        }
        Ok(installation)
    }

    async fn mark(&self, mut installation: Installation, stopped: bool) -> Result<()> {
        if installation.stopped == stopped {
            return Ok(());
        }
        installation.stopped = stopped;
        self.store(move |store| store.put_installation(&installation))
            .await
    }
}
