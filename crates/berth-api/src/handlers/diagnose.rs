//! Where the connection of one installed server is broken.

use berth_core::doctor::{Diagnosis, diagnose_server};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Probe;
use berth_core::progress::Watch;

use super::{Berth, lock};
use crate::types::NameRequest;

/// What a server's connection depends on.
const ON_THE_WAY: [Probe; 5] = [
    Probe::Engine,
    Probe::Vault,
    Probe::Claude,
    Probe::ClaudeDesktop,
    Probe::LauncherOnPath,
];

impl Berth {
    /// Looks along the connection of an installed server, from the clients' files to its answer. It
    /// starts the server, as a client does; nothing of what is seen is kept. Dropping the future
    /// stops it, and so does [`Berth::server_diagnose_stop`].
    ///
    /// # Errors
    /// `NotInstalled`; `JobRunning` while a job works on it, which would be seen half-done; `Cancelled`.
    pub async fn server_diagnose(&self, request: NameRequest) -> Result<Diagnosis> {
        let stop = lock(&self.diagnosing).child_token();
        let _stopped_with_this = stop.clone().drop_guard();
        let watch = Watch::new(|_| (), stop);
        let installation = self.installed(&request.name).await?;
        let open = self.store(|store| store.open_jobs()).await?;
        if open.iter().any(|job| job.plan.name == request.name) {
            let name = request.name;
            return Err(Error::new(ErrorCode::JobRunning { name }));
        }
        watch.until_cancelled(self.look.probe(&ON_THE_WAY)).await?;
        let entry = self.entry(&installation.entry).await.ok();
        let check = entry
            .as_ref()
            .and_then(|entry| entry.credential_check.as_ref());
        let facts = self.facts_now();
        diagnose_server(&self.ports, &installation, &facts, check, &watch).await
    }

    /// Stops every diagnosis of a server.
    pub async fn server_diagnose_stop(&self, _: ()) -> Result<()> {
        let diagnosing = std::mem::take(&mut *lock(&self.diagnosing));
        diagnosing.cancel();
        Ok(())
    }
}
