//! Carrying a job forward and undoing it. Every change of state is persisted before it is told,
//! and before anything is done that depends on it.

use tokio_util::sync::CancellationToken;

use super::report::Reporter;
use super::steps::{self, Context};
use super::{EventSink, Job, JobEvent, JobState, StepState};
use crate::error::{Error, ErrorCode, Result};
use crate::input::SecretValues;
use crate::plan::{Purpose, Step};
use crate::port::Ports;

/// How often it is tried to write down that an undo begins. Without that record nothing may be
/// undone: the next start would take the job for one that only has to be finished.
const ATTEMPTS: usize = 3;

/// A job in the hands of this process: its lock is held.
pub struct Work {
    pub ports: Ports,
    pub job: Job,
    pub secrets: SecretValues,
    pub events: EventSink,
    pub reporter: Reporter,
    pub cancel: CancellationToken,
}

impl Work {
    pub fn new(
        ports: Ports,
        job: Job,
        secrets: SecretValues,
        events: EventSink,
        cancel: CancellationToken,
    ) -> Self {
        let reporter = Reporter::new(ports.clone(), events.clone(), job.id.clone(), &secrets);
        Self {
            ports,
            job,
            secrets,
            events,
            reporter,
            cancel,
        }
    }

    /// Carries out every step that is not done, from the first on; undoes the job where one fails
    /// before it was verified.
    pub async fn forward(&mut self) {
        if self.job.state == JobState::Waiting && self.cancel.is_cancelled() {
            return self.end(JobState::Cancelled, Some(Error::new(ErrorCode::Cancelled)));
        }
        // What could not be cleaned up before is tried again.
        let begun = self.change(|job| {
            job.state = JobState::Running;
            job.leftovers.clear();
        });
        if let Err(error) = begun {
            if self.job.state == JobState::Waiting {
                return self.end(JobState::Failed, Some(error));
            }
            // Ended now, nobody would ever finish it.
            tracing::error!(%error, job = self.job.id, "a job could not be carried on; it waits");
            return;
        }
        for index in 0..self.job.plan.steps.len() {
            if self.job.steps[index].state == StepState::Done {
                continue;
            }
            let result = if self.cancel.is_cancelled() && !self.job.is_committed() {
                Err(Error::new(ErrorCode::Cancelled))
            } else {
                self.step(index).await
            };
            let Err(error) = result else { continue };
            let error = self.redacted(error);
            if !self.job.is_committed() {
                return self.undo(error).await;
            }
            let takes_away = matches!(self.job.plan.purpose, Purpose::Remove | Purpose::Disconnect);
            if takes_away && !self.can_be_left(index, &error) {
                // The record is the last thing to go: the server is still listed, and removing
                // it again carries on from here.
                self.mark(index, StepState::Failed);
                return self.end(JobState::Failed, Some(error));
            }
            // The new generation works, or the removal goes on; what is left is named.
            self.job.leftovers.push(error);
            self.mark(index, StepState::Failed);
        }
        self.end(JobState::Done, None);
    }

    /// Whether a removal goes on without a step: what it would have been done with is no longer on
    /// this computer, and waiting for it to come back would keep the server listed for ever.
    fn can_be_left(&self, index: usize, error: &Error) -> bool {
        match &self.job.plan.steps[index] {
            Step::Unregister { .. } => matches!(
                error.code,
                ErrorCode::ClaudeMissing | ErrorCode::ClaudeDesktopMissing
            ),
            Step::DeleteData { .. } | Step::RemoveImage { .. } | Step::RemoveServices { .. } => {
                error.code == ErrorCode::EngineMissing
            }
            _ => false,
        }
    }

    async fn step(&mut self, index: usize) -> Result<()> {
        let step = self.job.plan.steps[index].clone();
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        // What has begun to clean up or remove is finished, whoever cancels.
        let token = if self.job.is_committed() {
            CancellationToken::new()
        } else {
            self.cancel.clone()
        };
        let watch = self.reporter.watch(number, token);
        // The undo of an interrupted step needs to know what was there before.
        let before = steps::look(&self.context(), &step).await?;
        let now = self.ports.host.now();
        self.change(|job| {
            let record = &mut job.steps[index];
            record.state = StepState::Running;
            record.outcome = before.clone();
            record.began_at = Some(now);
        })?;
        let result = steps::perform(&self.context(), &step, before, &watch).await;
        self.reporter.flush();
        match result {
            Ok(outcome) => {
                let now = self.ports.host.now();
                // Not done before that is written: a verification that is not on record has not
                // happened, and the job is undone.
                self.change(|job| {
                    let record = &mut job.steps[index];
                    record.state = StepState::Done;
                    record.outcome = outcome;
                    record.ended_at = Some(now);
                })
            }
            Err(error) => {
                self.mark(index, StepState::Failed);
                Err(error)
            }
        }
    }

    /// Undoes every step that has begun, in reverse, then ends the job with this error.
    pub async fn undo(&mut self, error: Error) {
        let end = if error.is_cancelled() {
            JobState::Cancelled
        } else {
            JobState::Failed
        };
        let begin = |job: &mut Job| {
            job.state = JobState::Undoing;
            job.error = Some(error.clone());
            job.leftovers.clear();
        };
        if !(0..ATTEMPTS).any(|_| self.change(begin).is_ok()) {
            tracing::error!(
                job = self.job.id,
                "an undo could not be written down; it waits"
            );
            self.reporter.flush();
            return;
        }
        for index in (0..self.job.plan.steps.len()).rev() {
            let state = self.job.steps[index].state;
            if matches!(state, StepState::Waiting | StepState::Undone) {
                continue;
            }
            let step = self.job.plan.steps[index].clone();
            // The only copy of what is not back where it belongs.
            if matches!(step, Step::KeepVolume { .. }) && self.data_is_away() {
                continue;
            }
            self.mark(index, StepState::Undoing);
            let outcome = self.job.steps[index].outcome.clone();
            match steps::undo(&self.context(), &step, &outcome).await {
                Ok(()) => self.mark(index, StepState::Undone),
                Err(failed) => {
                    let failed = self.redacted(failed);
                    self.job.leftovers.push(failed);
                    self.mark(index, StepState::UndoFailed);
                }
            }
        }
        if self.data_is_away() {
            tracing::error!(
                job = self.job.id,
                "data could not be put back; the next start tries again"
            );
            self.reporter.flush();
            return;
        }
        self.end(end, Some(error));
    }

    /// Whether what a server keeps could not be put back. Such a job stays open, and the server is
    /// not started: it would take what is half there for everything.
    fn data_is_away(&self) -> bool {
        let mut steps = self.job.plan.steps.iter().zip(&self.job.steps);
        steps.any(|(step, record)| {
            matches!(step, Step::RestoreVolume { .. }) && record.state == StepState::UndoFailed
        })
    }

    /// Writes that nothing more will happen.
    pub fn end(&mut self, state: JobState, error: Option<Error>) {
        self.reporter.flush();
        // A replaced registration is backed up until then, and it can hold somebody's token.
        let kept = self
            .job
            .steps
            .iter()
            .any(|step| step.state == StepState::UndoFailed);
        if !kept && let Err(error) = self.ports.host.delete_backups(&self.job.id) {
            self.job.leftovers.push(error);
        }
        self.job.state = state;
        self.job.error = error;
        self.job.ended_at = Some(self.ports.host.now());
        self.save_or_log();
    }

    fn context(&self) -> Context<'_> {
        Context {
            ports: &self.ports,
            job: &self.job,
            secrets: &self.secrets,
            reporter: &self.reporter,
        }
    }

    fn mark(&mut self, index: usize, state: StepState) {
        let record = &mut self.job.steps[index];
        record.state = state;
        if matches!(
            state,
            StepState::Failed | StepState::Undone | StepState::UndoFailed
        ) {
            record.ended_at = Some(self.ports.host.now());
        }
        self.save_or_log();
    }

    fn redacted(&self, mut error: Error) -> Error {
        for cause in &mut error.causes {
            *cause = self.reporter.redact(cause);
        }
        error
    }

    /// Changes the job once the change is written; otherwise it stays as it was.
    fn change(&mut self, change: impl FnOnce(&mut Job)) -> Result<()> {
        let mut next = self.job.clone();
        change(&mut next);
        self.ports.store.update_job(&next)?;
        self.job = next;
        self.tell();
        Ok(())
    }

    /// Writes what has happened already. Where that fails it still has happened, and repeating it
    /// does no harm: the next start finds the job open.
    fn save_or_log(&self) {
        match self.ports.store.update_job(&self.job) {
            Ok(()) => self.tell(),
            Err(error) => {
                tracing::error!(%error, job = self.job.id, "a job's state could not be written");
            }
        }
    }

    fn tell(&self) {
        (self.events)(JobEvent::Changed {
            job: Box::new(self.job.clone()),
        });
    }
}
