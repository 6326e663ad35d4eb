//! What has to be true of a server beside its handshake.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::client::LauncherCommand;
use crate::criteria::{hold, unseen};
use crate::error::Result;
use crate::port::Ports;
use crate::progress::{Progress, Watch};
use crate::server::{Health, Installation};

/// Most lines of a server's that are kept: as many as a criterion can ask for.
const LINES_KEPT: usize = 10_000;

/// Passes on what a server prints, and keeps its end.
pub struct Heard {
    /// For whoever starts it.
    pub watch: Watch,
    lines: Arc<Mutex<VecDeque<String>>>,
}

impl Heard {
    /// Passes it on to this one.
    pub fn by(watch: &Watch) -> Self {
        let lines = Arc::new(Mutex::new(VecDeque::new()));
        let (to, kept) = (watch.clone(), lines.clone());
        let report = move |progress: Progress| {
            if let Progress::Line { text } = &progress {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == LINES_KEPT {
                    kept.pop_front();
                }
                kept.push_back(text.clone());
            }
            to.report(progress);
        };
        Self {
            watch: Watch::new(report, watch.cancel().clone()),
            lines,
        }
    }

    fn lines(&self) -> Vec<String> {
        let kept = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().cloned().collect()
    }
}

/// Looks at the criteria of an installation, and adds what is seen to what the server says of
/// itself. The inner result is whether those that are required hold.
pub async fn look_at(
    ports: &Ports,
    installation: &Installation,
    command: &LauncherCommand,
    heard: &Heard,
    health: &mut Option<Health>,
    watch: &Watch,
) -> Result<Result<()>> {
    if installation.criteria.is_empty() {
        return Ok(Ok(()));
    }
    let inspector = &ports.inspector;
    let looked = inspector.inspect(&installation.name, command, heard.lines(), watch);
    let seen = match looked.await {
        Ok(seen) => seen,
        Err(error) if error.is_cancelled() => return Err(error),
        // What could not be looked at decides no more than what says no.
        Err(error) => unseen(installation, &error),
    };
    for criterion in &seen {
        watch.line(criterion.line());
    }
    let held = hold(&seen);
    let health = health.get_or_insert_with(|| Health {
        asked_at: ports.host.now(),
        ..Health::default()
    });
    health.criteria = seen;
    Ok(held)
}
