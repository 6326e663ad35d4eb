use std::sync::Arc;

use async_trait::async_trait;
use berth_core::client::LauncherCommand;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{
    LogWanted, ServiceContainer, ServiceEngine, ServiceRequest, ServiceStarter, ServiceState, Store,
};
use berth_core::progress::Watch;
use berth_core::server::Mount;
use berth_core::stack::{Ground, Stack};
use futures_util::FutureExt as _;

use super::{FakeEngine, FakeVault, World};

#[async_trait]
impl ServiceEngine for FakeEngine {
    async fn services(&self, name: Option<&str>) -> Result<Vec<ServiceContainer>> {
        self.check()?;
        let state = self.0.state();
        let mut wanted: Vec<ServiceContainer> = state
            .services
            .iter()
            .filter(|c| name.is_none_or(|name| c.labels.installation == name))
            .cloned()
            .collect();
        wanted.sort_by(|a, b| a.labels.service.cmp(&b.labels.service));
        Ok(wanted)
    }

    async fn make_network(&self, stack: &Stack, _installation: &str, _home: &str) -> Result<()> {
        self.check()?;
        self.0.state().networks.insert(stack.network.clone());
        Ok(())
    }

    async fn remove_network(&self, name: &str) -> Result<()> {
        self.check()?;
        let mut state = self.0.state();
        // As a real engine: what does not run does not keep it.
        let used = state.services.iter().any(|service| {
            let on = state.service_networks.get(&service.id);
            service.state != ServiceState::Stopped && on.is_some_and(|on| on == name)
        });
        if !used {
            state.networks.remove(name);
        }
        Ok(())
    }

    async fn make_service(&self, request: &ServiceRequest<'_>) -> Result<String> {
        self.check()?;
        let mut state = self.0.state();
        let launch = &request.service.launch;
        if !state.images.values().any(|i| i.id == launch.image_id) {
            return Err(Error::new(ErrorCode::ImageMissing {
                reference: launch.image.clone(),
            }));
        }
        for mount in &launch.mounts {
            if let Mount::Volume { name, .. } = mount {
                state.volumes.insert(name.clone());
            }
        }
        let id = format!("service-{}", state.tick());
        state
            .service_networks
            .insert(id.clone(), request.stack.network.clone());
        let said = request
            .secrets
            .iter()
            .map(|(name, value)| format!("{name} is {}", value.expose()));
        let said: Vec<String> = said.collect();
        state.service_logs.insert(id.clone(), said);
        state.services.push(ServiceContainer {
            id: id.clone(),
            state: ServiceState::Stopped,
            labels: request.labels.clone(),
        });
        Ok(id)
    }

    async fn start_service(&self, id: &str) -> Result<()> {
        self.check()?;
        let mut state = self.0.state();
        let on = state.service_networks.get(id);
        if on.is_some_and(|on| !state.networks.contains(on)) {
            return Err(Error::new(ErrorCode::EngineFailed {
                operation: "start a service".to_owned(),
            }));
        }
        let broken = state.broken_services.clone();
        if let Some(service) = state.services.iter_mut().find(|c| c.id == id)
            && service.state == ServiceState::Stopped
        {
            service.state = if broken.contains(&service.labels.service) {
                ServiceState::Unwell
            } else {
                ServiceState::Well
            };
        }
        Ok(())
    }

    async fn stop_service(&self, id: &str) -> Result<()> {
        self.check()?;
        if let Some(service) = self.0.state().services.iter_mut().find(|c| c.id == id) {
            service.state = ServiceState::Stopped;
        }
        Ok(())
    }

    async fn service_state(&self, id: &str) -> Result<ServiceState> {
        self.check()?;
        let state = self.0.state();
        let found = state.services.iter().find(|c| c.id == id);
        Ok(found.map_or(ServiceState::Stopped, |c| c.state))
    }

    async fn service_log(
        &self,
        id: &str,
        lines: u32,
        _follow: bool,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()> {
        self.check()?;
        let said = self.0.state().service_logs.get(id).cloned();
        let said = said.unwrap_or_default();
        let from = said.len().saturating_sub(lines as usize);
        said.into_iter().skip(from).for_each(told);
        Ok(())
    }
}

impl World {
    /// A launcher begins to bring the services of an installation up: it has read what is on record
    /// now, and does the rest when it is waited for. None where nothing is on record, or a job does
    /// not let it.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub fn begin_launch(self: &Arc<Self>, name: &str) {
        let open = self.store.open_jobs().expect("read");
        let is_held = open
            .iter()
            .any(|job| job.plan.name == name && job.holds_sessions());
        let installation = self.store.installation(name).expect("read");
        if let Some(installation) = installation.filter(|_| !is_held) {
            let world = self.clone();
            self.store.add_launch(move || {
                let (engine, secrets) = (FakeEngine(world.clone()), FakeVault(world.clone()));
                let ground = Ground {
                    engine: &engine,
                    secrets: &secrets,
                    home: Self::BERTH_HOME,
                };
                // Whether it could, it tells the client that waits for it.
                let watch = Watch::silent();
                let up = ground.up(&installation, &watch).now_or_never();
                up.expect("nothing to wait for").ok();
            });
        }
    }
}

/// Brings services up as the launcher's program would, from the installation's record.
pub struct FakeStarter(pub(super) Arc<World>);

#[async_trait]
impl ServiceStarter for FakeStarter {
    async fn up(&self, name: &str, _command: &LauncherCommand, watch: &Watch) -> Result<()> {
        let installation = installed(&self.0, name)?;
        let (engine, secrets) = (FakeEngine(self.0.clone()), FakeVault(self.0.clone()));
        let ground = Ground {
            engine: &engine,
            secrets: &secrets,
            home: World::BERTH_HOME,
        };
        ground.up(&installation, watch).await
    }

    async fn log(
        &self,
        _command: &LauncherCommand,
        wanted: &LogWanted,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()> {
        let installation = installed(&self.0, &wanted.name)?;
        let (engine, secrets) = (FakeEngine(self.0.clone()), FakeVault(self.0.clone()));
        let ground = Ground {
            engine: &engine,
            secrets: &secrets,
            home: World::BERTH_HOME,
        };
        ground.log(&installation, wanted, told).await
    }
}

fn installed(world: &World, name: &str) -> Result<berth_core::server::Installation> {
    world.store.installation(name)?.ok_or_else(|| {
        Error::new(ErrorCode::NotInstalled {
            name: name.to_owned(),
        })
    })
}
