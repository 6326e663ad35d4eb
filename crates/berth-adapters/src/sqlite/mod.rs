//! Berth's own state in one SQLite file that several processes share (app, command line,
//! launchers): write-ahead log, a busy timeout, and transactions that are over at once.
//!
//! Records are JSON in a column beside what they are looked up by: their types grow with
//! defaults, and a table changes only where a lookup does. Each table's SQL stands beside the code
//! that uses it ([`installations`], [`jobs`], [`notes`]); [`schema`] puts it in order.

mod failure;
mod installations;
mod jobs;
mod launch;
mod lock;
mod notes;
mod schema;

pub use launch::{LaunchRecords, open_for_launch};
pub use lock::{Launch, lock_act, unlock_act};

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use berth_core::error::Result;
use berth_core::job::{Job, LogLine};
use berth_core::port::{JobGuard, Store};
use berth_core::server::Installation;
use berth_core::settings::{MachineNotes, Settings};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use self::failure::Failure;
use crate::private;

/// Name of the database below Berth's home.
pub const FILE_NAME: &str = "berth.db";

/// How long a process waits for another one's transaction. They take milliseconds; a laptop that
/// wakes up or a disk that is busy takes longer.
const BUSY_LIMIT: Duration = Duration::from_secs(10);

/// The store over `<home>/berth.db`.
pub struct SqliteStore {
    connection: Mutex<Connection>,
    home: PathBuf,
}

impl SqliteStore {
    /// Opens the database below Berth's home, makes it where it is not there, and brings an older
    /// one up to date. `StoreNewer` where a newer Berth wrote it; `StoreDamaged` where it is not a
    /// database any more.
    pub fn open(home: &Path) -> Result<Self> {
        private::create_folder(home)?;
        let file = home.join(FILE_NAME);
        // SQLite would make it with the process's umask; its side files take after it.
        drop(private::open_or_create(&file)?);
        let connection = connect(&file).map_err(|failure| failure.during("open", &file))?;
        let store = Self {
            connection: Mutex::new(connection),
            home: home.to_owned(),
        };
        schema::settle(&mut store.lock(), home)?;
        Ok(store)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic in another thread cannot leave a transaction open: dropping one rolls it back.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self) -> PathBuf {
        self.home.join(FILE_NAME)
    }

    /// Runs one read. Several statements in it see one state.
    fn read<T>(
        &self,
        operation: &str,
        work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>,
    ) -> Result<T> {
        let mut connection = self.lock();
        let run = || {
            let transaction = connection.transaction()?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|failure: Failure| failure.during(operation, &self.file()))
    }

    /// Runs one transaction; an error rolls it back. It takes the writer's place from the start,
    /// so that the busy timeout covers all of it.
    fn write<T>(
        &self,
        operation: &str,
        work: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, Failure>,
    ) -> Result<T> {
        let mut connection = self.lock();
        let run = || {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|failure: Failure| failure.during(operation, &self.file()))
    }
}

/// Opens a connection that may write.
fn connect(file: &Path) -> std::result::Result<Connection, Failure> {
    let connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_LIMIT)?;
    // A job's state is written before its step acts: it has to be on the disk, not on its way.
    connection.pragma_update(None, "synchronous", "FULL")?;
    #[cfg(target_os = "macos")]
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

impl Store for SqliteStore {
    fn installations(&self) -> Result<Vec<Installation>> {
        self.read("read the installations", installations::all)
    }
    fn installation(&self, name: &str) -> Result<Option<Installation>> {
        self.read("read an installation", |c| installations::current(c, name))
    }
    fn generation(&self, name: &str, generation: &str) -> Result<Option<Installation>> {
        self.read("read an installation", |c| {
            installations::generation(c, name, generation)
        })
    }
    fn put_installation(&self, installation: &Installation) -> Result<()> {
        self.write("write an installation", |t| {
            installations::put(t, installation)
        })
    }
    fn use_generation(&self, name: &str, generation: &str) -> Result<()> {
        self.write("go back to an older installation", |t| {
            installations::make_current(t, name, generation)
        })
    }
    fn forget_generation(&self, name: &str, generation: &str) -> Result<()> {
        self.write("delete an older installation", |t| {
            installations::forget(t, name, generation)
        })
    }
    fn delete_installation(&self, name: &str) -> Result<()> {
        self.write("delete an installation", |t| installations::delete(t, name))
    }

    fn create_job(&self, job: &Job) -> Result<()> {
        self.write("write a job", |t| jobs::create(t, job))
    }
    fn update_job(&self, job: &Job) -> Result<()> {
        self.write("write a job", |t| jobs::update(t, job))
    }
    fn job(&self, id: &str) -> Result<Option<Job>> {
        self.read("read a job", |c| jobs::one(c, id))
    }
    fn jobs(&self, limit: u32) -> Result<Vec<Job>> {
        self.read("read the jobs", |c| jobs::newest(c, limit))
    }
    fn open_jobs(&self) -> Result<Vec<Job>> {
        self.read("read the jobs", jobs::open)
    }
    fn delete_job(&self, id: &str) -> Result<()> {
        self.write("delete a job", |t| jobs::delete(t, id))?;
        lock::remove(&self.home, id)
    }
    fn append_log(&self, job: &str, lines: &[LogLine]) -> Result<()> {
        self.write("write a log", |t| jobs::append_log(t, job, lines))
    }
    fn log(&self, job: &str) -> Result<Vec<LogLine>> {
        self.read("read a log", |c| jobs::log(c, job))
    }
    fn lock_job(&self, id: &str) -> Result<Option<JobGuard>> {
        lock::take(&self.home, id)
    }
    fn await_launches(&self) -> Result<()> {
        lock::await_launches(&self.home)
    }
    fn request_cancel(&self, id: &str) -> Result<()> {
        self.write("write a job", |t| jobs::request_cancel(t, id))
    }
    fn cancel_requests(&self) -> Result<Vec<String>> {
        self.read("read the jobs", jobs::cancel_requests)
    }

    fn settings(&self) -> Result<Settings> {
        self.read("read the settings", |c| notes::get(c, notes::SETTINGS))
    }
    fn put_settings(&self, settings: &Settings) -> Result<()> {
        self.write("write the settings", |t| {
            notes::put(t, notes::SETTINGS, settings)
        })
    }
    fn machine_notes(&self) -> Result<MachineNotes> {
        self.read("read the settings", |c| notes::get(c, notes::MACHINE))
    }
    fn put_machine_notes(&self, notes: &MachineNotes) -> Result<()> {
        self.write("write the settings", |t| {
            notes::put(t, notes::MACHINE, notes)
        })
    }

    fn change_counter(&self) -> Result<u64> {
        // Not inside a transaction: that would pin what it sees.
        self.lock()
            .pragma_query_value(None, "data_version", |row| row.get::<_, u32>(0))
            .map(u64::from)
            .map_err(|error| Failure::from(error).during("look for changes", &self.file()))
    }
}
