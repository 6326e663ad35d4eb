//! One kind of error: a sentence for the person at the terminal.

use std::fmt;

/// What went wrong and what to do, as the last thing that a command says.
#[derive(Debug)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Failure>;

/// A failure with this sentence.
pub fn fail<T>(text: impl Into<String>) -> Result<T> {
    Err(Failure(text.into()))
}

/// Adds what was being done to an error of the standard library or a parser.
pub trait Doing<T> {
    /// `file.write(..).doing(|| "writing x")` fails as "writing x: <cause>".
    fn doing(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Failure(format!("{}: {error}", what())))
    }
}
