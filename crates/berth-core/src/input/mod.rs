//! Values that people give, and what can be wrong with them.

mod check;
mod link;
mod parse;
mod paths;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalog::Access;
use crate::secret::Secret;

pub use check::{CheckContext, check, check_all, defaults};
pub use link::filled_link;
pub use parse::{parse, parse_assignments};
pub use paths::{PrivatePlaces, is_absolute};
pub use text::{check_number, check_secret, check_text};

/// The values of an installation's inputs, without the secrets.
pub type InputValues = BTreeMap<String, InputValue>;

/// Secrets that were given in a request, by the input's key.
pub type SecretValues = BTreeMap<String, Secret>;

/// One value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum InputValue {
    /// Text, a choice or an address.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A file, or one or several folders.
    Paths(Vec<PathGrant>),
}

impl InputValue {
    /// Whether nothing was given: a field that was cleared, or no path.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Paths(grants) => grants.is_empty(),
            Self::Number(_) | Self::Boolean(_) => false,
        }
    }
}

/// A file or folder that the person lets a server use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PathGrant {
    /// Absolute path on this computer.
    pub path: String,
    /// How it may be used.
    pub access: Access,
}

impl InputValue {
    /// A value as an entry's condition names it: `yes` and `no` for a switch. Paths have none.
    #[must_use]
    pub fn plain(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.trim().to_owned()),
            Self::Number(number) => Some(number.to_string()),
            Self::Boolean(on) => Some(if *on { "yes" } else { "no" }.to_owned()),
            Self::Paths(_) => None,
        }
    }

    /// One source folder, for reading.
    #[must_use]
    pub fn source(path: impl Into<String>) -> Self {
        Self::Paths(vec![PathGrant {
            path: path.into(),
            access: Access::ReadOnly,
        }])
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum InputProblem {
    /// Another type than the input's.
    WrongType,
    /// Nothing where something is needed.
    Empty,
    TooShort {
        min: u32,
    },
    TooLong {
        max: u32,
    },
    TooSmall {
        min: f64,
    },
    TooLarge {
        max: f64,
    },
    NotWhole,
    Pattern {
        help: String,
    },
    NotAnOption {
        options: Vec<String>,
    },
    NotAbsolute,
    /// The path does not exist, or is a file where a folder is needed (or the other way round).
    NotThere,
    /// A folder that is not this project's: the file that marks it is not there, cannot be read,
    /// or names another project.
    NotASource {
        /// The marker's file.
        file: String,
        /// The name that the project should have.
        name: Option<String>,
        /// The name that the file says.
        found: Option<String>,
    },
    NotAUrl,
    Scheme {
        allowed: Vec<String>,
    },
    /// An address with a password in it: it would be stored and shown.
    PasswordInUrl,
    /// Berth's own folder; for a source folder, every place that gives away more than a folder of
    /// work (`/`, the home, `.ssh`, …).
    Sensitive {
        path: String,
    },
    /// This variant cannot keep a folder read-only.
    CannotBeReadOnly,
    /// A line break, a NUL or another character that no value of this type has.
    Forbidden,
    /// A secret was given as a plain value, or the other way round.
    NotSecret,
}

impl Eq for InputProblem {}

impl std::fmt::Display for InputProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WrongType => f.write_str("is of another type"),
            Self::Empty => f.write_str("is empty"),
            Self::TooShort { min } => write!(f, "is shorter than {min} characters"),
            Self::TooLong { max } => write!(f, "is longer than {max} characters"),
            Self::TooSmall { min } => write!(f, "is smaller than {min}"),
            Self::TooLarge { max } => write!(f, "is larger than {max}"),
            Self::NotWhole => f.write_str("is not a whole number"),
            Self::Pattern { help } => write!(f, "does not fit: {help}"),
            Self::NotAnOption { options } => write!(f, "is none of {}", options.join(", ")),
            Self::NotAbsolute => f.write_str("is not an absolute path"),
            Self::NotThere => f.write_str("is not there"),
            Self::NotASource { file, name, found } => match (name, found) {
                (Some(name), Some(found)) => {
                    write!(f, "has a {file} of `{found}`, not of `{name}`")
                }
                (Some(name), None) => write!(f, "has no {file} of `{name}` in it"),
                (None, _) => write!(f, "has no {file} in it"),
            },
            Self::NotAUrl => f.write_str("is not an address"),
            Self::Scheme { allowed } => write!(f, "must begin with {}", allowed.join(", ")),
            Self::PasswordInUrl => {
                f.write_str("holds a password, which would be stored where it can be read")
            }
            Self::Sensitive { path } => write!(f, "would give away `{path}`"),
            Self::CannotBeReadOnly => {
                f.write_str("cannot be kept read-only by this variant; a container can")
            }
            Self::Forbidden => f.write_str("holds a character that is not allowed"),
            Self::NotSecret => f.write_str("must be given as a secret, or is not one"),
        }
    }
}
