//! Locks of jobs: a file each, locked by the operating system, which lets go of it however the
//! process ends. And one that all launchers share while they start.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::JobGuard;

use crate::private;

/// Takes the lock, or `None` where somebody else (also in this process) has it.
pub fn take(home: &Path, id: &str) -> Result<Option<JobGuard>> {
    let path = path(home, id)?;
    private::create_folder(&home.join("jobs"))?;
    let file = private::open_or_create(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(JobGuard::new(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(private::file_error("lock", &path, &error)),
    }
}

/// Deletes the file of a job that is no more. It is never deleted before: a process that has it
/// open would hold a lock that nobody sees.
pub fn remove(home: &Path, id: &str) -> Result<()> {
    private::remove(&path(home, id)?)
}

/// Takes the lock of whoever does a step for a job, or `None` where somebody has it.
pub fn lock_act(home: &Path, job: &str) -> Result<Option<JobGuard>> {
    take(home, &act(job))
}

/// Lets go of it. Its file goes as well: only the one process that has the job asks for steps.
pub fn unlock_act(home: &Path, job: &str, guard: JobGuard) -> Result<()> {
    // Windows deletes no file that is open.
    drop(guard);
    remove(home, &act(job))
}

fn act(job: &str) -> String {
    format!("{job}act")
}

/// File that launchers have locked, side by side, from before they read a record until they have
/// made what it says.
const LAUNCHES: &str = "launch.lock";

/// How long launchers are waited for: longer than they give the services that they find down. One
/// can wait for the person to unlock their keychain.
const LAUNCH_LIMIT: Duration = Duration::from_secs(25);

/// How often it is tried.
const PACE: Duration = Duration::from_millis(10);

/// A launch that has begun, until it is dropped.
#[derive(Debug)]
pub struct Launch {
    _file: File,
}

impl Launch {
    /// Begins. `None` where Berth's home cannot be written to: then nobody installs or removes
    /// anything there either.
    #[must_use]
    pub fn begin(home: &Path) -> Option<Self> {
        let file = private::open_or_create(&home.join(LAUNCHES)).ok()?;
        file.lock_shared().ok()?;
        Some(Self { _file: file })
    }
}

/// Waits until the launches that have begun are over, or have taken too long.
pub fn await_launches(home: &Path) -> Result<()> {
    let path = home.join(LAUNCHES);
    let file = private::open_or_create(&path)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            // Let go of at once: who begins now reads what has been written since.
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if began.elapsed() < LAUNCH_LIMIT => {
                std::thread::sleep(PACE);
            }
            Err(TryLockError::WouldBlock) => {
                tracing::warn!("a launcher takes long to start; it is not waited for");
                return Ok(());
            }
            Err(TryLockError::Error(error)) => {
                return Err(private::file_error("lock", &path, &error));
            }
        }
    }
}

/// Identifiers are ULIDs; nothing else becomes a path.
fn path(home: &Path, id: &str) -> Result<PathBuf> {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Error::new(ErrorCode::JobUnknown { job: id.to_owned() }));
    }
    Ok(home.join("jobs").join(format!("{id}.lock")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn launches_are_side_by_side_and_waited_for() {
        let home = tempfile::tempdir().expect("a folder");
        await_launches(home.path()).expect("nobody launches");
        let (one, two) = (Launch::begin(home.path()), Launch::begin(home.path()));
        assert!(one.is_some() && two.is_some());
        let waiting = std::thread::spawn({
            let home = home.path().to_owned();
            move || await_launches(&home)
        });
        drop(one);
        assert!(!waiting.is_finished(), "the other one is still at it");
        drop(two);
        waiting.join().expect("no panic").expect("over");
        assert!(Launch::begin(home.path()).is_some(), "it let go");
    }
}
