//! The launcher's way to the records: it opens, reads a row or two and closes, and waits for no
//! one. It writes nothing, so that any number of launchers start side by side.

use std::path::{Path, PathBuf};
use std::time::Duration;

use berth_core::error::Result;
use berth_core::job::Job;
use berth_core::plan::Purpose;
use berth_core::server::Installation;
use berth_core::settings::{MachineNotes, Settings};
use rusqlite::{Connection, OpenFlags};

use super::failure::Failure;
use super::{FILE_NAME, SqliteStore, installations, jobs, lock, notes, schema};

/// SQLite's page cache, in KiB; its default is 2,000.
const CACHE_KIB: i32 = 64;

/// In write-ahead mode a reader waits for nobody but a recovery after a crash.
const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// The records as a launcher sees them.
#[derive(Debug)]
pub struct LaunchRecords {
    /// `None` where Berth has never written anything here.
    connection: Option<Connection>,
    file: PathBuf,
}

/// Opens the records below Berth's home for reading. Where there are none, nothing is installed.
pub fn open_for_launch(home: &Path) -> Result<LaunchRecords> {
    let file = home.join(FILE_NAME);
    let mut connection = None;
    if file.exists() {
        let opened = connect(&file).map_err(|failure| failure.during("open", &file))?;
        if schema::check_version(&opened, &file)? < schema::KNOWN {
            // The launcher was updated, and nothing else has run since.
            drop(opened);
            drop(SqliteStore::open(home)?);
            connection = Some(connect(&file).map_err(|failure| failure.during("open", &file))?);
        } else {
            connection = Some(opened);
        }
    }
    Ok(LaunchRecords { connection, file })
}

fn connect(file: &Path) -> std::result::Result<Connection, Failure> {
    let connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_LIMIT)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(connection)
}

impl LaunchRecords {
    /// The current generation of an installation.
    pub fn installation(&self, name: &str) -> Result<Option<Installation>> {
        match &self.connection {
            None => Ok(None),
            Some(connection) => installations::current(connection, name)
                .map_err(|failure| failure.during("read an installation", &self.file)),
        }
    }

    /// Whether a job is at work on what an installation keeps, so that it is not to be started. One
    /// that only reads it holds nobody up once its process is gone; what was half replaced or removed
    /// does, until it is put right.
    pub fn is_held(&self, home: &Path, name: &str) -> Result<bool> {
        let Some(connection) = &self.connection else {
            return Ok(false);
        };
        let job = jobs::open_of(connection, name)
            .map_err(|failure| failure.during("read a job", &self.file))?;
        let Some(job) = job.filter(Job::holds_sessions) else {
            return Ok(false);
        };
        Ok(job.plan.purpose != Purpose::Backup || lock::take(home, &job.id)?.is_none())
    }

    /// What the launcher cannot find out by itself.
    pub fn machine_notes(&self) -> Result<MachineNotes> {
        self.note(notes::MACHINE)
    }

    /// The settings (which vault it is, where the engine is).
    pub fn settings(&self) -> Result<Settings> {
        self.note(notes::SETTINGS)
    }

    fn note<T: Default + serde::de::DeserializeOwned>(&self, key: &str) -> Result<T> {
        match &self.connection {
            None => Ok(T::default()),
            Some(connection) => notes::get(connection, key)
                .map_err(|failure| failure.during("read the settings", &self.file)),
        }
    }
}
