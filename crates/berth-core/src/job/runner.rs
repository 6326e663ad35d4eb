//! Starts jobs, and lets them be cancelled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::work::Work;
use super::{Job, JobEvent};
use crate::error::{Error, ErrorCode, Result};
use crate::input::SecretValues;
use crate::plan::Plan;
use crate::port::{JobGuard, Ports};

/// Whoever watches jobs.
pub type EventSink = Arc<dyn Fn(JobEvent) + Send + Sync>;

/// How often another process's request to cancel is looked for.
const CANCEL_PACE: Duration = Duration::from_millis(300);

/// Carries out plans. Jobs on different names run side by side.
#[derive(Clone)]
pub struct JobRunner {
    ports: Ports,
    running: Running,
}

type Running = Arc<Mutex<HashMap<String, CancellationToken>>>;

impl JobRunner {
    /// A runner over these ports.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self {
            ports,
            running: Running::default(),
        }
    }

    /// Takes the job's lock and writes the job down; nothing else is done yet.
    ///
    /// # Errors
    /// `JobRunning` where something is being done to that name already.
    pub fn start(&self, plan: Plan, secrets: SecretValues) -> Result<StartedJob> {
        let host = &self.ports.host;
        // Pasting and pipes leave a line break at the end; it was checked without.
        let secrets = secrets
            .into_iter()
            .map(|(input, value)| (input, value.trimmed()))
            .collect();
        let job = Job::new(host.new_id(), plan, host.now(), host.pid());
        // The lock comes first: a job that is written down without one looks abandoned.
        let guard = self
            .ports
            .store
            .lock_job(&job.id)?
            .ok_or_else(|| Error::internal("a new job is locked already"))?;
        self.ports.store.create_job(&job)?;
        let cancel = CancellationToken::new();
        lock(&self.running).insert(job.id.clone(), cancel.clone());
        Ok(StartedJob {
            ports: self.ports.clone(),
            running: Arc::clone(&self.running),
            job,
            secrets,
            cancel,
            guard,
        })
    }

    /// Asks a job of this process to stop; it is undone. One that can only go forward (see
    /// [`Job::is_committed`]) is finished all the same.
    ///
    /// # Errors
    /// `JobUnknown` where this process runs no such job.
    pub fn cancel(&self, job: &str) -> Result<()> {
        match lock(&self.running).get(job) {
            Some(token) => {
                token.cancel();
                Ok(())
            }
            None => Err(Error::new(ErrorCode::JobUnknown {
                job: job.to_owned(),
            })),
        }
    }
}

/// A job that is written down and not begun.
pub struct StartedJob {
    ports: Ports,
    running: Running,
    job: Job,
    secrets: SecretValues,
    cancel: CancellationToken,
    guard: JobGuard,
}

impl StartedJob {
    /// The job as it is written down.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Carries the job out to its end: done, or undone. Gives the job as it was persisted.
    pub async fn run(self, events: EventSink) -> Job {
        let Self {
            ports,
            running,
            job,
            secrets,
            cancel,
            guard,
        } = self;
        let id = job.id.clone();
        let mut work = Work::new(ports.clone(), job, secrets, events, cancel.clone());
        tokio::select! {
            () = work.forward() => {}
            () = listen(&ports, &id, &cancel) => {}
        }
        lock(&running).remove(&id);
        drop(guard);
        work.job
    }
}

/// Cancels when another process asks for it; never ends by itself.
async fn listen(ports: &Ports, job: &str, cancel: &CancellationToken) {
    loop {
        tokio::time::sleep(CANCEL_PACE).await;
        match ports.store.cancel_requests() {
            Ok(asked) if asked.iter().any(|id| id == job) => {
                cancel.cancel();
                return std::future::pending().await;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "requests to cancel could not be read"),
        }
    }
}

fn lock(running: &Running) -> std::sync::MutexGuard<'_, HashMap<String, CancellationToken>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}
