//! What is known of this machine, and looking again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

    /// Makes sure that these probes have answered once. One that is being run already is waited
    /// for, not run again.
    pub async fn facts_ensure(&self, probes: &[Probe]) -> Result<()> {
        self.look.ensure(probes).await
    }
}

/// Looks at the machine and tells what it sees.
#[derive(Clone)]
pub(super) struct Look {
    pub(super) ports: Ports,
    /// What is known; kept here and nowhere else.
    pub(super) facts: Arc<watch::Sender<Facts>>,
    pub(super) hub: Hub,
    /// The probes that are being run, each as often as it is.
    pub(super) running: Arc<Mutex<Vec<Probe>>>,
}

/// Probes that are being run; they no longer are when this is dropped, answered or not.
struct Running<'a> {
    look: &'a Look,
    probes: Vec<Probe>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        {
            let mut running = self.look.running();
            for probe in &self.probes {
                if let Some(at) = running.iter().position(|other| other == probe) {
                    running.swap_remove(at);
                }
            }
        }
        // Whoever waits for one that gave no answer looks again.
        self.look.facts.send_modify(|_| ());
    }
}

impl Look {
    pub(super) fn now(&self) -> Facts {
        self.facts.borrow().clone()
    }

    /// Asks a probe again that has answered before. A command that never asked needs no answer.
    pub(super) async fn again(&self, probes: &[Probe]) {
        let known: Vec<Probe> = {
            let facts = self.facts.borrow();
            let known = probes.iter().filter(|probe| is_known(&facts, **probe));
            known.copied().collect()
        };
        if !known.is_empty()
            && let Err(error) = self.probe(&known).await
        {
            tracing::warn!(%error, ?probes, "probes could not be run again");
        }
    }

    /// Runs the probes, also those that have answered before or are being run.
    pub(super) async fn probe(&self, probes: &[Probe]) -> Result<()> {
        self.running().extend(probes);
        let running = Running {
            look: self,
            probes: probes.to_vec(),
        };
        self.run(&running.probes).await
    }

    /// Runs those that have not answered and are not being run, and waits for all of them.
    pub(super) async fn ensure(&self, probes: &[Probe]) -> Result<()> {
        let facts = self.now();
        let open = probes
            .iter()
            .copied()
            .filter(|probe| !is_known(&facts, *probe));
        let (mine, others) = {
            let mut running = self.running();
            let (others, mine): (Vec<Probe>, Vec<Probe>) =
                open.partition(|probe| running.contains(probe));
            running.extend(&mine);
            let mine = Running {
                look: self,
                probes: mine,
            };
            (mine, others)
        };
        let mut answers = self.facts.subscribe();
        let answered = async {
            let done = |facts: &Facts| {
                let running = self.running();
                others
                    .iter()
                    .all(|probe| is_known(facts, *probe) || !running.contains(probe))
            };
            // What it gives borrows the facts, and would keep answers from being written.
            let _ = answers.wait_for(done).await.map(drop);
        };
        let run = async {
            if mine.probes.is_empty() {
                return Ok(());
            }
            self.run(&mine.probes).await
        };
        let (ran, ()) = tokio::join!(run, answered);
        ran
    }

    fn running(&self) -> MutexGuard<'_, Vec<Probe>> {
        // A list of names is whole whatever happened to who held it.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&self, probes: &[Probe]) -> Result<()> {
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
        Probe::ClaudeDesktop => known(&facts.claude_desktop),
        Probe::Uv => known(&facts.uv),
        Probe::Python => known(&facts.python),
        Probe::Node => known(&facts.node),
        Probe::Git => known(&facts.git),
        Probe::LauncherOnPath => known(&facts.launcher_on_path),
    }
}
