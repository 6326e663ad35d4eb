use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::input::InputValues;

/// A typed value that an entry asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    /// Identifier inside the entry: lower-case letters, digits and `_`. Templates name it
    /// (`{{folders}}`), `--set` and `--secret` take it.
    #[schemars(length(max = 64), regex(pattern = "^[a-z][a-z0-9_]*$"))]
    pub key: String,
    /// The label.
    pub title: String,
    /// One or two sentences under the field.
    #[serde(default)]
    pub help: String,
    /// Where to get the value (`https://`). It may be a template with the values of inputs that
    /// are asked for before: `https://{{company}}.example.com/keys` (see
    /// [`crate::input::filled_link`]).
    #[serde(default)]
    #[schemars(regex(pattern = "^https://"))]
    pub link: Option<String>,
    /// Whether it can be left out.
    #[serde(default)]
    pub required: bool,
    /// Text shown in the empty field.
    #[serde(default)]
    pub placeholder: Option<String>,
    /// Names of the value in the `.env` file of the entry's source folder, the preferred one
    /// first. What is found there is filled in; a secret goes from there to the keychain.
    #[serde(default)]
    pub from_env: Vec<String>,
    /// The variants that ask for it; empty means all of them.
    #[serde(default)]
    pub variants: Vec<String>,
    /// What has to be chosen before it is asked for; without it, it always is.
    #[serde(default)]
    pub when: Option<When>,
    /// What it is and what is allowed.
    pub kind: InputKind,
}

/// A condition on another input, which is asked for before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The other input's key: a text, a number, a choice, an address, a yes or no.
    pub input: String,
    /// The values that it can have: `yes` and `no` for a switch. Without any, every value but none.
    #[serde(default)]
    pub is: Vec<String>,
}

impl InputSpec {
    /// Whether it is asked for, by the values that those before it have: of an input that is not
    /// asked for itself there is none.
    #[must_use]
    pub fn is_asked(&self, values: &InputValues) -> bool {
        self.when.as_ref().is_none_or(|when| when.is_met(values))
    }
}

impl When {
    /// Whether the other input has one of these values.
    #[must_use]
    pub fn is_met(&self, values: &InputValues) -> bool {
        let Self { input, is } = self;
        let value = match values.get(input) {
            Some(value) if !value.is_empty() => value,
            _ => return false,
        };
        is.is_empty() || value.plain().is_some_and(|value| is.contains(&value))
    }
}

/// The kinds of input, each with its rules and its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum InputKind {
    /// A line of text.
    Text {
        /// Value that the field starts with.
        #[serde(default)]
        default: Option<String>,
        /// Regular expression that the whole value must match.
        #[serde(default)]
        pattern: Option<String>,
        /// What the pattern means, in words.
        #[serde(default)]
        pattern_help: Option<String>,
        /// Fewest characters.
        #[serde(default)]
        min_length: Option<u32>,
        /// Most characters.
        #[serde(default)]
        max_length: Option<u32>,
        /// Regular expression with one group, for what people paste: where the whole text matches
        /// it, the group is the value. `https?://([^/.]+)\\.example\\.com/?.*` takes the company
        /// out of an address. What does not match is left as it is, for `pattern` to judge.
        #[serde(default)]
        extract: Option<String>,
    },
    /// A number.
    Number {
        /// Value that the field starts with.
        #[serde(default)]
        default: Option<f64>,
        /// Smallest value.
        #[serde(default)]
        min: Option<f64>,
        /// Largest value.
        #[serde(default)]
        max: Option<f64>,
        /// Whether only whole numbers are allowed.
        #[serde(default)]
        integer: bool,
    },
    /// Yes or no.
    Boolean {
        /// Value that the switch starts with.
        #[serde(default)]
        default: bool,
    },
    /// One of a few.
    Choice {
        /// Value that is chosen at first.
        #[serde(default)]
        default: Option<String>,
        /// What there is to choose from.
        #[schemars(length(min = 1))]
        options: Vec<ChoiceOption>,
    },
    /// An existing file.
    File {
        /// How the server may use it.
        #[serde(default)]
        access: Access,
    },
    /// One or several existing folders.
    Folder {
        /// Whether more than one can be given.
        #[serde(default)]
        multiple: bool,
        /// What is offered at first; the person decides for each folder.
        #[serde(default)]
        access: Access,
    },
    /// A project's source folder, with the file that marks it. Containers see it read-only.
    Source {
        /// What tells that it is this project.
        marker: Marker,
    },
    /// An address.
    Url {
        /// Value that the field starts with.
        #[serde(default)]
        default: Option<String>,
        /// Allowed schemes; empty means `https` and `http`.
        #[serde(default)]
        schemes: Vec<String>,
    },
    /// A value for the keychain. It is never stored or shown anywhere else.
    Secret {
        /// Fewest characters.
        #[serde(default)]
        min_length: Option<u32>,
        /// Regular expression that the whole value must match.
        #[serde(default)]
        pattern: Option<String>,
        /// What the pattern means, in words.
        #[serde(default)]
        pattern_help: Option<String>,
        /// How Berth makes the value where nobody gives one and none is kept; it is asked for
        /// otherwise.
        #[serde(default)]
        generate: Option<Generate>,
    },
}

/// How a secret is made: a prefix and random letters and digits, which mean the same everywhere in
/// an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// How many random letters and digits (`A-Z a-z 0-9`); each is worth nearly 6 bits.
    #[serde(default = "default_length")]
    #[schemars(range(min = 16, max = 256))]
    pub length: u32,
    /// What it begins with: letters, digits, `-`, `.`, `_` and `~`.
    #[serde(default)]
    #[schemars(length(max = 32), regex(pattern = "^[A-Za-z0-9._~-]*$"))]
    pub prefix: String,
}

impl Generate {
    /// Fewest and most random characters.
    pub const LENGTHS: std::ops::RangeInclusive<u32> = 16..=256;
}

const fn default_length() -> u32 {
    32
}

impl InputKind {
    /// Whether the value belongs in the keychain.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Secret { .. })
    }

    /// How its value is made where nobody gives one; nothing for everything that is asked for.
    #[must_use]
    pub fn generate(&self) -> Option<&Generate> {
        match self {
            Self::Secret { generate, .. } => generate.as_ref(),
            _ => None,
        }
    }
}

/// The file that a project's folder is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// Its name, directly in the folder.
    #[schemars(length(max = 128), regex(pattern = "^[A-Za-z0-9._-]+$"))]
    pub file: String,
    /// The project's name in it, which is read from `pyproject.toml`, `package.json` and
    /// `Cargo.toml`; for other files, and without it, the file only has to be there.
    #[serde(default)]
    pub name: Option<String>,
}

impl Marker {
    /// The files whose project name is read.
    pub const NAMED: [&'static str; 3] = ["pyproject.toml", "package.json", "Cargo.toml"];

    /// Whether a project of this name is meant. Names of Python projects are compared as their
    /// index does: case, and which of `-`, `_` and `.` stand between words, say nothing.
    #[must_use]
    pub fn is_named(&self, found: Option<&str>) -> bool {
        let Some(wanted) = self.name.as_deref() else {
            return true;
        };
        found.is_some_and(|found| {
            if self.file == "pyproject.toml" {
                normalized(wanted) == normalized(found)
            } else {
                wanted == found
            }
        })
    }
}

/// A Python project's name as PEP 503 compares it.
fn normalized(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// One of the values of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// What the server gets.
    pub value: String,
    /// What people read.
    pub title: String,
    /// What follows from it, where that has to be known before: it stands below the field, and in
    /// the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How a file or folder may be used.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// It can be read only.
    #[default]
    ReadOnly,
    /// It can be changed.
    ReadWrite,
}
