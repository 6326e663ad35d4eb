//! Locks of jobs: a file each, locked by the operating system, which lets go of it however the
//! process ends.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};

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

/// Identifiers are ULIDs; nothing else becomes a path.
fn path(home: &Path, id: &str) -> Result<PathBuf> {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Error::new(ErrorCode::JobUnknown { job: id.to_owned() }));
    }
    Ok(home.join("jobs").join(format!("{id}.lock")))
}
