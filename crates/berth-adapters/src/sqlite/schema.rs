//! The order of the migrations, and bringing a database up to date.

use std::path::Path;
use std::time::{Duration, Instant};

use berth_core::error::{Error, ErrorCode, Result};
use rusqlite::{Connection, TransactionBehavior};

use super::failure::Failure;
use super::{FILE_NAME, installations, jobs, notes};
use crate::private;

/// Each one brings the database from the version before it to its own: the first makes version 1.
/// One that has been released is never changed; tables change by a further one.
const MIGRATIONS: &[&[&str]] = &[&[installations::TABLE_1, jobs::TABLES_1, notes::TABLE_1]];

/// The newest version that this Berth knows.
#[allow(clippy::cast_possible_truncation, reason = "a handful")]
pub const KNOWN: u32 = MIGRATIONS.len() as u32;

/// How long one process waits for another one that migrates.
const MIGRATION_LIMIT: Duration = Duration::from_secs(30);

/// The version of a database; 0 is a new file. A newer one than this Berth knows is refused
/// before anything of it is read.
pub fn check_version(connection: &Connection, file: &Path) -> Result<u32> {
    let found: u32 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| Failure::from(error).during("open", file))?;
    if found > KNOWN {
        return Err(Error::new(ErrorCode::StoreNewer {
            found,
            known: KNOWN,
        }));
    }
    Ok(found)
}

/// Makes the database what this Berth needs: write-ahead log, all migrations.
pub fn settle(connection: &mut Connection, home: &Path) -> Result<()> {
    let file = home.join(FILE_NAME);
    let during = |failure: Failure| failure.during("open", &file);
    let settled = |connection: &Connection| -> Result<bool> {
        let mode: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .map_err(|error| during(error.into()))?;
        Ok(mode == "wal" && check_version(connection, &file)? == KNOWN)
    };
    if settled(connection)? {
        return Ok(());
    }
    // SQLite does not wait for others where it changes the journal mode. One at a time, then.
    let _one_at_a_time = lock(home)?;
    if settled(connection)? {
        return Ok(());
    }
    migrate(connection, check_version(connection, &file)?).map_err(during)
}

fn migrate(connection: &mut Connection, found: u32) -> std::result::Result<(), Failure> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for statements in MIGRATIONS.iter().skip(found as usize) {
        for statement in *statements {
            transaction.execute_batch(statement)?;
        }
    }
    transaction.pragma_update(None, "user_version", KNOWN)?;
    transaction.commit()?;
    Ok(())
}

fn lock(home: &Path) -> Result<std::fs::File> {
    let file = private::open_or_create(&home.join("berth.db.lock"))?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) if began.elapsed() < MIGRATION_LIMIT => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => {
                return Err(Error::new(ErrorCode::StoreFailed {
                    operation: "open".to_owned(),
                })
                .caused_by(&error));
            }
        }
    }
}
