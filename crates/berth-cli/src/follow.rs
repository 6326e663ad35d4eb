//! Following a job to its end, and cancelling it when the person wants to stop.

use berth_api::types::{AppEvent, JobRequest};
use berth_api::{Berth, Subscription};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::job::{Job, JobEvent};

use crate::output::Output;
use crate::progress::Follower;
use crate::signals::Signals;

/// Follows a job of this process until it has ended. The first SIGINT, SIGTERM or SIGHUP cancels
/// it and what it did is undone; the second one leaves at once, and the next start of Berth undoes
/// it.
pub async fn follow(
    berth: &Berth,
    out: Output,
    mut events: Subscription,
    job: &str,
    lines: bool,
) -> Result<Job> {
    let mut follower = Follower::new(out, lines);
    let mut signals = Signals::new()?;
    let mut asked = false;
    let mut end = std::pin::pin!(berth.job_wait(job));
    loop {
        tokio::select! {
            biased;
            () = signals.next() => {
                follower.end();
                if asked {
                    out.remark("Left as it is. Berth undoes it at its next start.");
                    return Err(Error::new(ErrorCode::Cancelled));
                }
                asked = true;
                out.remark("Cancelling… (again to leave at once)");
                berth.job_cancel(JobRequest { job: job.to_owned() }).await?;
            }
            event = events.next() => {
                if let Some(AppEvent::Job { event }) = event
                    && id(&event) == job
                {
                    follower.event(&event);
                }
            }
            ended = &mut end => {
                follower.end();
                return ended;
            }
        }
    }
}

fn id(event: &JobEvent) -> &str {
    match event {
        JobEvent::Changed { job } => &job.id,
        JobEvent::Progress { job, .. } => job,
    }
}
