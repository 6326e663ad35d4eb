//! What is known of this machine, and looking again.

use std::collections::BTreeSet;
use std::sync::Arc;

use berth_core::error::Result;
use berth_core::facts::{Fact, Facts, Probe, gather};
use berth_core::port::Ports;
use futures_util::StreamExt;
use tokio::sync::watch;

use super::events::Hub;
use super::{Berth, with_store};
use crate::types::{AppEvent, FactsRefresh};

impl Berth {
    /// What the probes have found so far.
    pub async fn facts_get(&self, _: ()) -> Result<Facts> {
        Ok(self.facts_now())
    }

    /// Runs probes again, all at the same time; each answer is an event. Returns when the last
    /// one has answered.
    pub async fn facts_refresh(&self, request: FactsRefresh) -> Result<()> {
        let probes = if request.probes.is_empty() {
            Probe::ALL.to_vec()
        } else {
            request.probes
        };
        self.look.probe(&probes).await
    }

    /// Makes sure that these probes have answered once.
    pub async fn facts_ensure(&self, probes: &[Probe]) -> Result<()> {
        let facts = self.facts_now();
        let open: Vec<Probe> = probes
            .iter()
            .copied()
            .filter(|probe| !is_known(&facts, *probe))
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        self.look.probe(&open).await
    }
}

/// Looks at the machine and tells what it sees.
#[derive(Clone)]
pub(super) struct Look {
    pub(super) ports: Ports,
    /// What is known; kept here and nowhere else.
    pub(super) facts: Arc<watch::Sender<Facts>>,
    pub(super) hub: Hub,
}

impl Look {
    pub(super) fn now(&self) -> Facts {
        self.facts.borrow().clone()
    }

    /// Asks a probe again that has answered before. A command that never asked needs no answer.
    pub(super) async fn again(&self, probe: Probe) {
        if is_known(&self.facts.borrow(), probe)
            && let Err(error) = self.probe(&[probe]).await
        {
            tracing::warn!(%error, ?probe, "a probe could not be run again");
        }
    }

    pub(super) async fn probe(&self, probes: &[Probe]) -> Result<()> {
        let projects = if probes.contains(&Probe::Claude) {
            self.projects().await?
        } else {
            Vec::new()
        };
        let mut answers = std::pin::pin!(gather(&self.ports, probes, projects));
        while let Some(delta) = answers.next().await {
            self.facts.send_modify(|facts| facts.apply(delta));
            self.hub.send(AppEvent::Facts {
                facts: Box::new(self.now()),
            });
        }
        self.remember_engine().await
    }

    /// Project folders whose registrations are of interest: those of installations, and those
    /// that were used before.
    async fn projects(&self) -> Result<Vec<String>> {
        with_store(self.ports.store.clone(), |store| {
            let mut projects: BTreeSet<String> =
                store.settings()?.recent_projects.into_iter().collect();
            for installation in store.installations()? {
                projects.extend(installation.places.into_iter().filter_map(|p| p.project));
            }
            Ok(projects.into_iter().collect())
        })
        .await
    }

    /// The launcher is started with a bare environment and cannot find the engine by itself.
    async fn remember_engine(&self) -> Result<()> {
        let facts = self.now();
        let Some(engine) = facts.engine.found() else {
            return Ok(());
        };
        let (endpoint, api) = (Some(engine.endpoint.clone()), Some(engine.api.clone()));
        with_store(self.ports.store.clone(), move |store| {
            let mut notes = store.machine_notes()?;
            if notes.engine_endpoint == endpoint && notes.engine_api == api {
                return Ok(());
            }
            notes.engine_endpoint = endpoint;
            notes.engine_api = api;
            store.put_machine_notes(&notes)
        })
        .await
    }
}

fn is_known(facts: &Facts, probe: Probe) -> bool {
    fn known<T>(fact: &Fact<T>) -> bool {
        !matches!(fact, Fact::Unknown)
    }
    match probe {
        Probe::Engine => known(&facts.engine),
        Probe::Vault => known(&facts.vault),
        Probe::Claude => known(&facts.claude),
        Probe::Uv => known(&facts.uv),
        Probe::Python => known(&facts.python),
        Probe::Node => known(&facts.node),
        Probe::Git => known(&facts.git),
        Probe::LauncherOnPath => known(&facts.launcher_on_path),
    }
}
