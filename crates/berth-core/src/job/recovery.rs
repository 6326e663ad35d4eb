//! What an earlier process left in the middle.

use tokio_util::sync::CancellationToken;

use super::work::Work;
use super::{EventSink, Job, JobState};
use crate::error::{Error, ErrorCode, Result};
use crate::input::SecretValues;
use crate::port::Ports;

/// Deals with every open job that nobody holds: an installation or reconfiguration that was not
/// verified is undone; one that was, and a removal, are carried on; a verification is closed. It
/// can itself be killed and run again. Gives the jobs that it dealt with.
pub async fn recover(ports: &Ports, events: EventSink) -> Result<Vec<Job>> {
    let mut closed = Vec::new();
    for job in ports.store.open_jobs()? {
        // Held by a living process: that one carries it out.
        let Some(_guard) = ports.store.lock_job(&job.id)? else {
            continue;
        };
        // It may have ended between the list and the lock.
        let Some(job) = ports.store.job(&job.id)?.filter(|job| !job.state.is_over()) else {
            continue;
        };
        let mut work = Work::new(
            ports.clone(),
            job,
            SecretValues::new(),
            events.clone(),
            CancellationToken::new(),
        );
        let interrupted = Error::new(ErrorCode::Interrupted);
        match work.job.state {
            JobState::Waiting => work.end(JobState::Failed, Some(interrupted)),
            // An undo that was interrupted ends with the error that it began with.
            JobState::Undoing => {
                let error = work.job.error.clone().unwrap_or(interrupted);
                work.undo(error).await;
            }
            _ if work.job.is_committed() => work.forward().await,
            _ => work.undo(interrupted).await,
        }
        closed.push(work.job);
    }
    Ok(closed)
}
