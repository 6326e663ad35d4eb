//! From a file's text to an entry.

use serde_json::Value;

use super::schema::EntrySchema;
use super::{Entry, Trust, check};
use crate::error::{Error, ErrorCode, Result};

/// Largest catalog file, in bytes.
const FILE_LIMIT: usize = 256 * 1024;

/// Reads catalog files. Making one compiles the schema; keep it for many files.
pub struct Loader {
    schema: EntrySchema,
}

impl Loader {
    /// A loader.
    pub fn new() -> Result<Self> {
        Ok(Self {
            schema: EntrySchema::new()?,
        })
    }

    /// Reads one file. `file` is its name, for the report; `trust` is what is known of where it
    /// came from, because a file cannot say that of itself.
    ///
    /// [`ErrorCode::EntryInvalid`] names the first problem; all further ones are its causes.
    pub fn load(&self, file: &str, text: &str, trust: Trust) -> Result<Entry> {
        self.read(text, trust).map_err(|problems| {
            let mut problems = problems.into_iter();
            Error {
                code: ErrorCode::EntryInvalid {
                    file: file.to_owned(),
                    problem: problems.next().unwrap_or_default(),
                },
                causes: problems.collect(),
            }
        })
    }

    fn read(&self, text: &str, trust: Trust) -> std::result::Result<Entry, Vec<String>> {
        if text.len() > FILE_LIMIT {
            return Err(vec![format!("it is larger than {FILE_LIMIT} bytes")]);
        }
        let value: Value = serde_saphyr::from_str(text).map_err(|error| {
            // The library's text goes on with an excerpt of the file, over several lines.
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            vec![format!("it is not valid YAML ({line})")]
        })?;
        let problems = self.schema.problems(&value);
        if !problems.is_empty() {
            return Err(problems);
        }
        let problems = check::hidden_characters(&value);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut entry: Entry =
            serde_json::from_value(value).map_err(|error| vec![error.to_string()])?;
        entry.trust = trust;
        let problems = check::entry(&entry);
        if problems.is_empty() {
            Ok(entry)
        } else {
            Err(problems)
        }
    }
}

/// Reads one file (see [`Loader::load`]).
pub fn load(file: &str, text: &str, trust: Trust) -> Result<Entry> {
    Loader::new()?.load(file, text, trust)
}

#[cfg(test)]
mod tests;
