//! What is done once, when the app or a command begins.

use berth_core::error::Result;
use berth_core::facts::Probe;
use berth_core::job::recovery::recover;

use super::Berth;
use crate::types::{AppEvent, FactsRefresh};

impl Berth {
    /// Deals with what an earlier process left behind, and looks at the machine. What goes wrong
    /// is logged and does not stop the rest: the doctor shows it.
    pub async fn startup(&self) {
        let recovery = async {
            if let Err(error) = self.recover().await {
                tracing::warn!(%error, causes = ?error.causes, "recovery is not complete");
            }
        };
        let launcher = async {
            let host = self.ports.host.clone();
            match tokio::task::spawn_blocking(move || host.settle_launcher()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, causes = ?error.causes, "the launcher is not in its place");
                }
                Err(error) => tracing::warn!(%error, "the launcher is not in its place"),
            }
        };
        let probes = async {
            if let Err(error) = self.facts_refresh(FactsRefresh::default()).await {
                tracing::warn!(%error, "not every probe could be run");
            }
        };
        tokio::join!(recovery, launcher, probes);
        self.sweep().await;
    }

    /// Finishes or undoes the jobs of processes that are gone; their identifiers.
    pub async fn recover(&self) -> Result<Vec<String>> {
        let jobs: Vec<String> = recover(&self.ports, self.hub.job_sink())
            .await?
            .into_iter()
            .map(|job| job.id)
            .collect();
        if !jobs.is_empty() {
            self.hub.send(AppEvent::Recovered { jobs: jobs.clone() });
            self.hub.send(AppEvent::Installations);
            // Registrations may have been put back or taken out.
            self.look
                .again(&[Probe::Claude, Probe::ClaudeDesktop])
                .await;
        }
        Ok(jobs)
    }

    /// Ends the containers of sessions whose launcher is gone. Without an engine there are none.
    pub async fn sweep(&self) {
        if self.facts_now().engine.found().is_none() {
            return;
        }
        let containers = match self.ports.engine.session_containers(None).await {
            Ok(containers) => containers,
            Err(error) => {
                tracing::warn!(%error, "sessions could not be looked through");
                return;
            }
        };
        let home = self.ports.host.home();
        for container in containers {
            if container.labels.home != home || self.ports.host.owner_lives(&container.labels.owner)
            {
                continue;
            }
            if let Err(error) = self.ports.engine.remove_container(&container.id).await {
                tracing::warn!(%error, session = container.labels.session, "a session is left");
            }
        }
    }
}
