//! Jobs: plans being carried out. Persisted before they act, observable, cancellable, and undone
//! or carried on after a crash.

pub mod recovery;
mod report;
mod runner;
mod steps;
mod work;

pub(crate) use steps::verify::{Asked, client_says, handshake};

pub use runner::{EventSink, JobRunner, StartedJob};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::Error;
use crate::plan::{Plan, Purpose, Step};
use crate::progress::Progress;
use crate::server::Tool;

/// A plan being carried out, or one that was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Job {
    /// Identifier (a ULID, so that jobs sort by their start).
    pub id: String,
    /// The plan.
    pub plan: Plan,
    /// Where it stands.
    pub state: JobState,
    /// The steps' states, one for each step of the plan.
    pub steps: Vec<StepRecord>,
    /// Why it failed.
    pub error: Option<Error>,
    /// What could not be undone, so that a person can.
    pub leftovers: Vec<Error>,
    /// When it was made (RFC 3339, UTC).
    pub created_at: String,
    /// When it ended (RFC 3339, UTC).
    pub ended_at: Option<String>,
    /// Process that carries it out.
    pub owner_pid: u32,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Written down, nothing done yet.
    Waiting,
    /// Its steps are being carried out.
    Running,
    /// It failed or was cancelled, and is being undone.
    Undoing,
    /// All steps are done and verified.
    Done,
    /// It failed and was undone.
    Failed,
    /// The person stopped it and it was undone.
    Cancelled,
}

impl JobState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StepRecord {
    /// Its state.
    pub state: StepState,
    /// What it found out or must remember for its undo. Written before the step acts where the
    /// undo needs it, and again when the step is done.
    pub outcome: StepOutcome,
    /// When it began (RFC 3339, UTC).
    pub began_at: Option<String>,
    /// When it ended (RFC 3339, UTC).
    pub ended_at: Option<String>,
}

impl Default for StepRecord {
    fn default() -> Self {
        Self {
            state: StepState::Waiting,
            outcome: StepOutcome::Nothing,
            began_at: None,
            ended_at: None,
        }
    }
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum StepState {
    Waiting,
    Running,
    Done,
    Failed,
    Undoing,
    Undone,
    /// The undo itself failed; the job names it among its leftovers.
    UndoFailed,
}

/// What a step found out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum StepOutcome {
    /// Nothing.
    #[default]
    Nothing,
    /// An image was pinned.
    Image {
        /// Identifier of the image.
        id: String,
        /// Digest in its registry, where it has one.
        digest: Option<String>,
        /// Whether it was here before: then the undo leaves it.
        was_here: bool,
    },
    /// An image was built. Before that is done, only what had its name is known.
    Built {
        /// Identifier of the image; empty until it is there.
        id: String,
        /// Its size in bytes.
        size: u64,
        /// What had its name before.
        before: Option<ImageBefore>,
    },
    /// What the step makes was not there before: the undo takes it away.
    Created,
    /// A backup was written.
    Backup {
        /// Its size in bytes.
        size: u64,
    },
    /// A record was written over this one.
    Replaced {
        /// The generation before; `None` where there was none.
        generation: Option<String>,
        /// Names of the volumes that were not there before: whoever starts the server makes them.
        #[serde(default)]
        volumes: Vec<String>,
    },
    /// A registration was replaced. Its content stands in a private backup file, because it can
    /// hold somebody's token.
    Registration {
        /// Absolute path of the backup; `None` where there was nothing.
        backup: Option<String>,
    },
    /// A verification succeeded.
    Verified {
        /// The tools.
        tools: Vec<Tool>,
        /// Milliseconds from the start to the answer of `initialize`.
        answered_ms: u64,
        /// Whether the person still has to approve the project's server in Claude Code.
        pending_approval: bool,
    },
}

/// The image that had a name before another one was built under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImageBefore {
    /// Its identifier.
    pub id: String,
    /// Its size in bytes.
    pub size: u64,
}

/// A change of a job, for whoever watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JobEvent {
    /// The job or one of its steps changed its state. It is persisted already.
    Changed {
        /// The whole job.
        job: Box<Job>,
    },
    /// A step tells what it is doing.
    Progress {
        /// The job.
        job: String,
        /// Index of the step in the plan.
        step: u32,
        /// What.
        progress: Progress,
    },
}

/// One line of a job's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogLine {
    /// Index of the step in the plan.
    pub step: u32,
    /// When (RFC 3339, UTC).
    pub at: String,
    /// The text, redacted.
    pub text: String,
}

impl Job {
    /// A job that was written down and has done nothing yet.
    #[must_use]
    pub fn new(id: String, plan: Plan, created_at: String, owner_pid: u32) -> Self {
        Self {
            id,
            steps: vec![StepRecord::default(); plan.steps.len()],
            plan,
            state: JobState::Waiting,
            error: None,
            leftovers: Vec::new(),
            created_at,
            ended_at: None,
            owner_pid,
        }
    }

    /// Whether it can only go forward: a removal that has begun, or an installation that was
    /// verified and only has to clean up after the generation before it.
    #[must_use]
    pub fn is_committed(&self) -> bool {
        match self.plan.purpose {
            Purpose::Remove | Purpose::Disconnect => self.state != JobState::Waiting,
            Purpose::Verify | Purpose::Backup | Purpose::Act => false,
            Purpose::Install | Purpose::Reconfigure | Purpose::Connect | Purpose::Restore => self
                .plan
                .steps
                .iter()
                .zip(&self.steps)
                .any(|(step, record)| {
                    matches!(step, Step::Verify { .. }) && record.state == StepState::Done
                }),
        }
    }

    /// Whether nobody may start the server now: what it keeps is being read or replaced, or it is
    /// being removed. Its verification, at the end of a restoring, may.
    #[must_use]
    pub fn holds_sessions(&self) -> bool {
        let is_verified = |(step, record): (&Step, &StepRecord)| {
            matches!(step, Step::Verify { .. })
                && matches!(record.state, StepState::Running | StepState::Done)
        };
        matches!(
            self.plan.purpose,
            Purpose::Backup | Purpose::Restore | Purpose::Remove
        ) && match self.state {
            JobState::Running => !self.plan.steps.iter().zip(&self.steps).any(is_verified),
            JobState::Undoing => true,
            _ => false,
        }
    }

    /// The step that is running or failed, or the last one.
    #[must_use]
    pub fn current_step(&self) -> Option<(usize, &Step)> {
        let index = self
            .steps
            .iter()
            .position(|step| !matches!(step.state, StepState::Done))
            .unwrap_or(self.steps.len().saturating_sub(1));
        self.plan.steps.get(index).map(|step| (index, step))
    }
}
