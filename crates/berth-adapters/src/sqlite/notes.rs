//! Single values: the settings, and what is remembered about this machine.

use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::failure::Failure;

/// Key of the settings.
pub const SETTINGS: &str = "settings";
/// Key of the machine's notes.
pub const MACHINE: &str = "machine";

/// Version 1.
pub const TABLE_1: &str = "
CREATE TABLE notes (
    key    TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// A value, or its default where none was written.
pub fn get<T: Default + DeserializeOwned>(
    connection: &Connection,
    key: &str,
) -> std::result::Result<T, Failure> {
    let record: Option<String> = connection
        .query_row("SELECT record FROM notes WHERE key = ?1", [key], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(match record {
        Some(record) => serde_json::from_str(&record)?,
        None => T::default(),
    })
}

pub fn put(
    transaction: &Transaction<'_>,
    key: &str,
    value: &impl Serialize,
) -> std::result::Result<(), Failure> {
    transaction.execute(
        "INSERT INTO notes (key, record) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET record = excluded.record",
        [key, &serde_json::to_string(value)?],
    )?;
    Ok(())
}
