//! Jobs: tasks of this process, and those of others.

use std::collections::BTreeMap;

use berth_core::catalog::Trouble;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Probe;
use berth_core::input::SecretValues;
use berth_core::job::{Job, JobEvent, LogLine};
use berth_core::plan::{Plan, Purpose};
use tokio::sync::watch;

use super::install::steps;
use super::{Berth, lock};
use crate::types::{AppEvent, JobPage, JobRequest, JobStarted};

/// Newest jobs that Activity shows.
const JOBS: u32 = 100;

/// The end of a failed job's log is where its reason is looked for.
const TELLING_LINES: usize = 2000;

/// Jobs that this process carries out, by their identifiers; the channel closes when one has
/// ended.
pub(super) type Running = BTreeMap<String, watch::Receiver<()>>;

impl Berth {
    /// Writes a job down and begins it.
    pub(super) async fn start(&self, plan: Plan, secrets: SecretValues) -> Result<JobStarted> {
        let purpose = plan.purpose;
        let runner = self.runner.clone();
        // It takes a lock and writes: not on an async thread.
        let started = tokio::task::spawn_blocking(move || runner.start(plan, secrets))
            .await
            .map_err(|error| Error::internal("a task ended early").caused_by(&error))??;
        let job = started.job().clone();
        let id = job.id.clone();
        let (ended, end) = watch::channel(());
        lock(&self.running).insert(id.clone(), end);
        self.hub.send(AppEvent::Job {
            event: JobEvent::Changed { job: Box::new(job) },
        });

        let work = started.run(self.hub.job_sink());
        let (look, running, task) = (self.look.clone(), self.running.clone(), id.clone());
        tokio::spawn(async move {
            work.await;
            lock(&running).remove(&task);
            look.hub.send(AppEvent::Installations);
            drop(ended);
            if purpose != Purpose::Verify {
                look.again(&[Probe::Claude, Probe::ClaudeDesktop]).await;
            }
        });
        if purpose != Purpose::Verify {
            self.hub.send(AppEvent::Installations);
        }
        Ok(JobStarted { job: id })
    }

    /// Waits until a job of this process has ended, and gives it as it was written down.
    pub async fn job_wait(&self, job: &str) -> Result<Job> {
        let end = lock(&self.running).get(job).cloned();
        if let Some(mut end) = end {
            // The channel carries nothing; it closes at the end.
            while end.changed().await.is_ok() {}
        }
        self.job(job).await
    }

    /// Asks a job to stop. One that another process carries out is asked through the store; one
    /// whose process is gone is dealt with here.
    pub async fn job_cancel(&self, request: JobRequest) -> Result<()> {
        let id = request.job;
        if lock(&self.running).contains_key(&id) {
            return match self.runner.cancel(&id) {
                // It has just ended.
                Err(error) if matches!(error.code, ErrorCode::JobUnknown { .. }) => Ok(()),
                result => result,
            };
        }
        if self.job(&id).await?.state.is_over() {
            return Ok(());
        }
        let abandoned = self
            .store(move |store| {
                store.request_cancel(&id)?;
                Ok(store.lock_job(&id)?.is_some())
            })
            .await?;
        if abandoned {
            self.recover().await?;
        }
        Ok(())
    }

    /// The newest jobs first.
    pub async fn job_list(&self, _: ()) -> Result<Vec<Job>> {
        self.store(|store| store.jobs(JOBS)).await
    }

    /// A job with its log.
    pub async fn job_get(&self, request: JobRequest) -> Result<JobPage> {
        let job = self.job(&request.job).await?;
        let log = self.store(move |store| store.log(&request.job)).await?;
        Ok(JobPage {
            steps: steps(&job.plan),
            troubles: self.troubles(&job, &log).await,
            job,
            log,
        })
    }

    /// What a failed job looks like to its entry, going by the error's texts and the log.
    async fn troubles(&self, job: &Job, log: &[LogLine]) -> Vec<Trouble> {
        let Some(error) = &job.error else {
            return Vec::new();
        };
        let Ok(entry) = self.entry(&job.plan.entry).await else {
            return Vec::new();
        };
        let last = log.len().saturating_sub(TELLING_LINES);
        let lines = error
            .causes
            .iter()
            .flat_map(|cause| cause.lines())
            .chain(log[last..].iter().map(|line| line.text.as_str()));
        let found = entry.troubles_in(&job.plan.variant, lines);
        found.into_iter().cloned().collect()
    }

    /// Clears a job that is over from Activity.
    pub async fn job_dismiss(&self, request: JobRequest) -> Result<()> {
        let job = self.job(&request.job).await?;
        if !job.state.is_over() {
            let name = job.plan.name;
            return Err(Error::new(ErrorCode::JobRunning { name }));
        }
        self.store(move |store| store.delete_job(&request.job))
            .await
    }

    async fn job(&self, id: &str) -> Result<Job> {
        let job = id.to_owned();
        self.store(move |store| {
            store
                .job(&job)?
                .ok_or_else(|| Error::new(ErrorCode::JobUnknown { job }))
        })
        .await
    }
}
