//! Claude Code's own lock on its file, so that Berth's writing and a running session's do not meet:
//! a folder beside the file, `.claude.json.lock`, made to lock and removed to unlock. One that is
//! older than ten seconds was left by a process that died; Claude Code takes it over then, and so
//! does Berth. (Seen with 2.1.329; a project's `.mcp.json` has no lock.)

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use berth_core::error::{Error, ErrorCode, Result};

use crate::private;

const STALE: Duration = Duration::from_secs(10);
const LIMIT: Duration = Duration::from_secs(20);

/// The lock, until it is dropped.
#[derive(Debug)]
pub struct FileLock(PathBuf);

impl FileLock {
    /// Takes the lock of a file.
    pub async fn take(file: &Path) -> Result<Self> {
        let mut name = file.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        if let Some(folder) = file.parent() {
            private::create_folder(folder)?;
        }
        let began = Instant::now();
        loop {
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(private::file_error("lock", file, &error)),
            }
            if is_stale(&path) {
                // Somebody else may have removed it meanwhile; then the next round tells.
                let _ = std::fs::remove_dir(&path);
            } else if began.elapsed() > LIMIT {
                return Err(Error::new(ErrorCode::ClientConfigChanged {
                    path: file.display().to_string(),
                })
                .with_cause("another program keeps it locked"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn is_stale(path: &Path) -> bool {
    std::fs::metadata(path)
        .and_then(|found| found.modified())
        .ok()
        .and_then(|at| at.elapsed().ok())
        .is_some_and(|age| age > STALE)
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // What cannot be removed becomes stale by itself.
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_a_dead_ones_is_taken_over() {
        let place = tempfile::tempdir().expect("a folder");
        let file = place.path().join(".claude.json");
        let folder = place.path().join(".claude.json.lock");
        let held = FileLock::take(&file).await.expect("taken");
        assert!(folder.is_dir());
        let waiting = FileLock::take(&file);
        tokio::pin!(waiting);
        let early = tokio::time::timeout(Duration::from_millis(100), &mut waiting).await;
        assert!(early.is_err(), "it waits");
        drop(held);
        drop(waiting.await.expect("taken"));
        assert!(!folder.exists());

        // Windows opens no folder to set its time.
        #[cfg(unix)]
        {
            std::fs::create_dir(&folder).expect("made");
            let old = std::time::SystemTime::now() - Duration::from_secs(60);
            let times = std::fs::FileTimes::new().set_modified(old);
            std::fs::File::open(&folder)
                .and_then(|folder| folder.set_times(times))
                .expect("made old");
            drop(FileLock::take(&file).await.expect("taken over"));
        }
    }
}
