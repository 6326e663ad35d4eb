//! Carrying a job forward and undoing it. Every change of state is persisted before it is told.

use tokio_util::sync::CancellationToken;

use super::report::Reporter;
use super::steps::{self, Context};
use super::{EventSink, Job, JobEvent, JobState, StepOutcome, StepState};
use crate::error::{Error, ErrorCode, Result};
use crate::input::SecretValues;
use crate::port::Ports;

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
        let reporter = Reporter::new(
            ports.clone(),
            events.clone(),
            job.id.clone(),
            secrets.clone(),
        );
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
        self.job.state = JobState::Running;
        if let Err(error) = self.save() {
            return self.end(JobState::Failed, Some(error));
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
            self.mark(index, StepState::Failed);
            if self.job.plan.purpose == crate::plan::Purpose::Remove {
                // The record is the last thing to go: the server is still listed, and removing
                // it again carries on from here.
                return self.end(JobState::Failed, Some(error));
            }
            // The new generation works; what is left of the old one is named.
            self.job.leftovers.push(error);
        }
        self.end(JobState::Done, None);
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
        let before = {
            let context = self.context();
            steps::look(&context, &step).await?
        };
        let record = &mut self.job.steps[index];
        record.state = StepState::Running;
        record.outcome = before;
        record.began_at = Some(self.ports.host.now());
        self.save()?;
        let result = {
            let context = self.context();
            let recorded = context.job.steps[index].outcome.clone();
            steps::perform(&context, &step, recorded, &watch).await
        };
        self.reporter.flush();
        match result {
            Ok(outcome) => {
                let record = &mut self.job.steps[index];
                record.state = StepState::Done;
                record.outcome = outcome;
                record.ended_at = Some(self.ports.host.now());
                self.save()
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
        self.job.state = JobState::Undoing;
        self.job.error = Some(error.clone());
        self.save_or_log();
        for index in (0..self.job.plan.steps.len()).rev() {
            let state = self.job.steps[index].state;
            if matches!(state, StepState::Waiting | StepState::Undone) {
                continue;
            }
            self.mark(index, StepState::Undoing);
            let step = self.job.plan.steps[index].clone();
            let outcome = self.job.steps[index].outcome.clone();
            let result = steps::undo(&self.context(), &step, &outcome).await;
            match result {
                Ok(()) => self.mark(index, StepState::Undone),
                Err(failed) => {
                    let failed = self.redacted(failed);
                    self.job.leftovers.push(failed);
                    self.mark(index, StepState::UndoFailed);
                }
            }
        }
        self.end(end, Some(error));
    }

    /// Writes that nothing more will happen.
    pub fn end(&mut self, state: JobState, error: Option<Error>) {
        self.reporter.flush();
        self.job.state = state;
        self.job.error = error;
        self.job.ended_at = Some(self.ports.host.now());
        // A replaced registration is backed up until then, and it can hold somebody's token.
        let kept = self
            .job
            .steps
            .iter()
            .any(|step| step.state == StepState::UndoFailed);
        if !kept && let Err(error) = self.ports.host.delete_backups(&self.job.id) {
            self.job.leftovers.push(error);
        }
        self.save_or_log();
    }

    fn context(&self) -> Context<'_> {
        Context {
            ports: &self.ports,
            job: &self.job,
            secrets: &self.secrets,
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

    fn save(&self) -> Result<()> {
        self.ports.store.update_job(&self.job)?;
        (self.events)(JobEvent::Changed {
            job: Box::new(self.job.clone()),
        });
        Ok(())
    }

    /// Where an undo cannot be written down it still goes on; recovery repeats it.
    fn save_or_log(&self) {
        if let Err(error) = self.save() {
            tracing::error!(%error, job = self.job.id, "a job's state could not be written");
        }
    }
}

/// Whether a step's outcome says that the step made something that was not there.
pub(super) fn created(outcome: &StepOutcome) -> bool {
    matches!(outcome, StepOutcome::Created)
}
