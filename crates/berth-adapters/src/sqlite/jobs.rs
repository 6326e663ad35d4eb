//! Jobs and their logs.

use berth_core::error::ErrorCode;
use berth_core::job::{Job, LogLine};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::failure::Failure;

/// Version 1. A name has at most one job that is not over.
pub const TABLES_1: &str = "
CREATE TABLE jobs (
    id     TEXT NOT NULL PRIMARY KEY,
    name   TEXT NOT NULL,
    open   INTEGER NOT NULL,
    cancel INTEGER NOT NULL DEFAULT 0,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_open_job ON jobs (name) WHERE open = 1;
CREATE TABLE job_log (
    number INTEGER PRIMARY KEY,
    job    TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    step   INTEGER NOT NULL,
    at     TEXT NOT NULL,
    text   TEXT NOT NULL
) STRICT;
CREATE INDEX job_log_of_job ON job_log (job, number);
";

type Outcome<T> = std::result::Result<T, Failure>;

pub fn create(transaction: &Transaction<'_>, job: &Job) -> Outcome<()> {
    let record = serde_json::to_string(job)?;
    transaction
        .execute(
            "INSERT INTO jobs (id, name, open, record) VALUES (?1, ?2, ?3, ?4)",
            params![job.id, job.plan.name, !job.state.is_over(), record],
        )
        .map_err(|error| refused(error, job))?;
    Ok(())
}

pub fn update(transaction: &Transaction<'_>, job: &Job) -> Outcome<()> {
    let record = serde_json::to_string(job)?;
    let found = transaction
        .execute(
            "UPDATE jobs SET open = ?2, record = ?3 WHERE id = ?1",
            params![job.id, !job.state.is_over(), record],
        )
        .map_err(|error| refused(error, job))?;
    if found == 0 {
        return Err(unknown(&job.id));
    }
    Ok(())
}

/// The one unique index says that the name has an open job.
fn refused(error: rusqlite::Error, job: &Job) -> Failure {
    if Failure::is_unique_index(&error) {
        ErrorCode::JobRunning {
            name: job.plan.name.clone(),
        }
        .into()
    } else {
        error.into()
    }
}

fn unknown(id: &str) -> Failure {
    ErrorCode::JobUnknown { job: id.to_owned() }.into()
}

pub fn one(connection: &Connection, id: &str) -> Outcome<Option<Job>> {
    let record: Option<String> = connection
        .query_row("SELECT record FROM jobs WHERE id = ?1", [id], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(record
        .map(|record| serde_json::from_str(&record))
        .transpose()?)
}

pub fn newest(connection: &Connection, limit: u32) -> Outcome<Vec<Job>> {
    records(
        connection,
        "SELECT record FROM jobs ORDER BY id DESC LIMIT ?1",
        [limit],
    )
}

pub fn open(connection: &Connection) -> Outcome<Vec<Job>> {
    records(
        connection,
        "SELECT record FROM jobs WHERE open = 1 ORDER BY id",
        [],
    )
}

/// The job of a name that is not over.
pub fn open_of(connection: &Connection, name: &str) -> Outcome<Option<Job>> {
    let sql = "SELECT record FROM jobs WHERE name = ?1 AND open = 1";
    Ok(records(connection, sql, [name])?.pop())
}

fn records(connection: &Connection, sql: &str, with: impl rusqlite::Params) -> Outcome<Vec<Job>> {
    let mut statement = connection.prepare(sql)?;
    let records = statement.query_map(with, |row| row.get::<_, String>(0))?;
    records
        .map(|record| Ok(serde_json::from_str(&record?)?))
        .collect()
}

pub fn delete(transaction: &Transaction<'_>, id: &str) -> Outcome<()> {
    let open: Option<(bool, String)> = transaction
        .query_row("SELECT open, name FROM jobs WHERE id = ?1", [id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match open {
        None => Err(unknown(id)),
        Some((true, name)) => Err(ErrorCode::JobRunning { name }.into()),
        Some((false, _)) => {
            transaction.execute("DELETE FROM jobs WHERE id = ?1", [id])?;
            Ok(())
        }
    }
}

pub fn append_log(transaction: &Transaction<'_>, job: &str, lines: &[LogLine]) -> Outcome<()> {
    let mut statement = transaction
        .prepare_cached("INSERT INTO job_log (job, step, at, text) VALUES (?1, ?2, ?3, ?4)")?;
    for line in lines {
        statement
            .execute(params![job, line.step, line.at, line.text])
            .map_err(|error| match Failure::is_foreign_key(&error) {
                true => unknown(job),
                false => error.into(),
            })?;
    }
    Ok(())
}

pub fn log(connection: &Connection, job: &str) -> Outcome<Vec<LogLine>> {
    let mut statement =
        connection.prepare("SELECT step, at, text FROM job_log WHERE job = ?1 ORDER BY number")?;
    let lines = statement.query_map([job], |row| {
        Ok(LogLine {
            step: row.get(0)?,
            at: row.get(1)?,
            text: row.get(2)?,
        })
    })?;
    Ok(lines.collect::<std::result::Result<_, _>>()?)
}

pub fn request_cancel(transaction: &Transaction<'_>, id: &str) -> Outcome<()> {
    transaction.execute(
        "UPDATE jobs SET cancel = 1 WHERE id = ?1 AND open = 1",
        [id],
    )?;
    Ok(())
}

pub fn cancel_requests(connection: &Connection) -> Outcome<Vec<String>> {
    let mut statement =
        connection.prepare("SELECT id FROM jobs WHERE open = 1 AND cancel = 1 ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<std::result::Result<_, _>>()?)
}
