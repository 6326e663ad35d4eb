//! The installations, generation by generation.

use berth_core::error::ErrorCode;
use berth_core::server::Installation;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::failure::Failure;

/// Version 1. A name has at most one current generation.
pub const TABLE_1: &str = "
CREATE TABLE installations (
    name       TEXT NOT NULL,
    generation TEXT NOT NULL,
    current    INTEGER NOT NULL,
    record     TEXT NOT NULL,
    PRIMARY KEY (name, generation)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_current_generation ON installations (name) WHERE current = 1;
";

type Outcome<T> = std::result::Result<T, Failure>;

pub fn all(connection: &Connection) -> Outcome<Vec<Installation>> {
    let mut statement =
        connection.prepare("SELECT record FROM installations WHERE current = 1 ORDER BY name")?;
    let records = statement.query_map([], |row| row.get::<_, String>(0))?;
    records
        .map(|record| Ok(serde_json::from_str(&record?)?))
        .collect()
}

pub fn current(connection: &Connection, name: &str) -> Outcome<Option<Installation>> {
    parsed(
        connection
            .query_row(
                "SELECT record FROM installations WHERE name = ?1 AND current = 1",
                [name],
                |row| row.get(0),
            )
            .optional()?,
    )
}

pub fn generation(
    connection: &Connection,
    name: &str,
    generation: &str,
) -> Outcome<Option<Installation>> {
    parsed(
        connection
            .query_row(
                "SELECT record FROM installations WHERE name = ?1 AND generation = ?2",
                [name, generation],
                |row| row.get(0),
            )
            .optional()?,
    )
}

fn parsed(record: Option<String>) -> Outcome<Option<Installation>> {
    Ok(record
        .map(|record| serde_json::from_str(&record))
        .transpose()?)
}

pub fn put(transaction: &Transaction<'_>, installation: &Installation) -> Outcome<()> {
    let Installation {
        name, generation, ..
    } = installation;
    let record = serde_json::to_string(installation)?;
    transaction.execute(
        "UPDATE installations SET current = 0 WHERE name = ?1 AND generation <> ?2",
        [name, generation],
    )?;
    transaction.execute(
        "INSERT INTO installations (name, generation, current, record) VALUES (?1, ?2, 1, ?3)
         ON CONFLICT (name, generation) DO UPDATE SET current = 1, record = excluded.record",
        params![name, generation, record],
    )?;
    Ok(())
}

pub fn make_current(transaction: &Transaction<'_>, name: &str, generation: &str) -> Outcome<()> {
    transaction.execute(
        "UPDATE installations SET current = 0 WHERE name = ?1",
        [name],
    )?;
    let found = transaction.execute(
        "UPDATE installations SET current = 1 WHERE name = ?1 AND generation = ?2",
        [name, generation],
    )?;
    if found == 0 {
        // The transaction is rolled back: the current generation stays.
        return Err(ErrorCode::NotInstalled {
            name: name.to_owned(),
        }
        .into());
    }
    Ok(())
}

pub fn forget(transaction: &Transaction<'_>, name: &str, generation: &str) -> Outcome<()> {
    transaction.execute(
        "DELETE FROM installations WHERE name = ?1 AND generation = ?2",
        [name, generation],
    )?;
    Ok(())
}

pub fn delete(transaction: &Transaction<'_>, name: &str) -> Outcome<()> {
    transaction.execute("DELETE FROM installations WHERE name = ?1", [name])?;
    Ok(())
}
