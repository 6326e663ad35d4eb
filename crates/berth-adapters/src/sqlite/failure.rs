//! From SQLite's errors to Berth's.

use std::path::Path;

use berth_core::error::{Error, ErrorCode};

/// What can go wrong inside a transaction.
#[derive(Debug)]
pub enum Failure {
    /// SQLite itself.
    Sql(rusqlite::Error),
    /// A record that has no JSON form, or whose JSON is not a record.
    Json(serde_json::Error),
    /// A rule of Berth's.
    Rule(Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self::Rule(code.into())
    }
}

impl Failure {
    /// Says what was being done (completes "Berth's data could not be used to …").
    pub fn during(self, operation: &str, file: &Path) -> Error {
        let failed = || {
            Error::new(ErrorCode::StoreFailed {
                operation: operation.to_owned(),
            })
        };
        match self {
            Self::Rule(error) => error,
            Self::Json(error) => failed().caused_by(&error),
            Self::Sql(error) => match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                    Error::new(ErrorCode::StoreDamaged {
                        path: file.display().to_string(),
                    })
                    .caused_by(&error)
                }
                _ => failed().caused_by(&error),
            },
        }
    }

    /// Whether a unique index (not the primary key) refused a row.
    pub fn is_unique_index(error: &rusqlite::Error) -> bool {
        is_constraint(error, rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE)
    }

    /// Whether a row refers to one that is not there.
    pub fn is_foreign_key(error: &rusqlite::Error) -> bool {
        is_constraint(error, rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
    }
}

fn is_constraint(error: &rusqlite::Error, extended_code: i32) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == extended_code)
}
