use crate::error::Result;
use crate::job::{Job, LogLine};
use crate::server::Installation;
use crate::settings::{MachineNotes, Settings};

/// Berth's own state, shared by several processes (app, command line, launchers). Every call is
/// one short transaction; the adapter is called from blocking threads where that matters.
pub trait Store: Send + Sync {
    /// All installations, by name.
    fn installations(&self) -> Result<Vec<Installation>>;
    /// The current generation of an installation.
    fn installation(&self, name: &str) -> Result<Option<Installation>>;
    /// Any generation that is still kept.
    fn generation(&self, name: &str, generation: &str) -> Result<Option<Installation>>;
    /// Writes a generation and makes it the current one. The one before is kept until
    /// [`Store::forget_generation`].
    fn put_installation(&self, installation: &Installation) -> Result<()>;
    /// Makes an older generation the current one again.
    fn use_generation(&self, name: &str, generation: &str) -> Result<()>;
    /// Deletes one generation's record; if it was the current one, there is none afterwards.
    fn forget_generation(&self, name: &str, generation: &str) -> Result<()>;
    /// Deletes all generations of a name.
    fn delete_installation(&self, name: &str) -> Result<()>;

    /// Writes a new job, or fails with `JobRunning` where one that is not over has the same name.
    fn create_job(&self, job: &Job) -> Result<()>;
    /// Writes a job's new state.
    fn update_job(&self, job: &Job) -> Result<()>;
    /// One job.
    fn job(&self, id: &str) -> Result<Option<Job>>;
    /// The newest jobs first, at most `limit`.
    fn jobs(&self, limit: u32) -> Result<Vec<Job>>;
    /// Jobs that are not over.
    fn open_jobs(&self) -> Result<Vec<Job>>;
    /// Deletes a job that is over, with its log.
    fn delete_job(&self, id: &str) -> Result<()>;
    /// Adds lines to a job's log.
    fn append_log(&self, job: &str, lines: &[LogLine]) -> Result<()>;
    /// A job's log.
    fn log(&self, job: &str) -> Result<Vec<LogLine>>;
    /// Takes the lock of a job, held until the guard is dropped or the process dies in whatever
    /// way. `None` where another process, or another holder in this one, has it: then that one
    /// carries the job out. It is taken before the job is written, so the job need not exist.
    fn lock_job(&self, id: &str) -> Result<Option<JobGuard>>;
    /// Asks whoever carries out a job, in whatever process, to cancel it. Fine when it is over.
    fn request_cancel(&self, id: &str) -> Result<()>;
    /// Jobs that are not over and were asked to be cancelled.
    fn cancel_requests(&self) -> Result<Vec<String>>;
    /// Waits until every launcher that has read a record so far has made what the record says, or
    /// has given up: then it can be found and ended. It does not wait for long: a launcher that
    /// hangs must not keep anything from being undone.
    fn await_launches(&self) -> Result<()>;

    /// The settings.
    fn settings(&self) -> Result<Settings>;
    /// Writes the settings.
    fn put_settings(&self, settings: &Settings) -> Result<()>;
    /// What the launcher needs to know.
    fn machine_notes(&self) -> Result<MachineNotes>;
    /// Writes it.
    fn put_machine_notes(&self, notes: &MachineNotes) -> Result<()>;

    /// A number that changes when any other process has written.
    fn change_counter(&self) -> Result<u64>;
}

/// Holds a job's lock.
pub struct JobGuard(Box<dyn Send + Sync>);

impl JobGuard {
    /// Wraps whatever releases the lock on drop.
    #[must_use]
    pub fn new(guard: impl Send + Sync + 'static) -> Self {
        Self(Box::new(guard))
    }
}

impl std::fmt::Debug for JobGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let _ = &self.0;
        f.write_str("JobGuard")
    }
}
