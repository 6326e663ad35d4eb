//! The JSON Schema of a catalog file, and its errors in words.

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::Entry;
use crate::error::{Error, Result};

/// Where the schema is published, below the repository's root.
pub const SCHEMA_PATH: &str = "catalog/entry.schema.json";

/// The JSON Schema (draft 2020-12) of an entry's file, made from [`Entry`] and its doc comments.
///
/// It says what types and names are allowed. What goes beyond a schema (templates that name an
/// input, links that are `https`) is checked when an entry is loaded.
#[must_use]
pub fn entry_schema() -> Value {
    let mut schema = schemars::schema_for!(Entry);
    schema.insert("title".to_owned(), Value::from("Berth catalog entry"));
    schema.to_value()
}

/// The schema, ready for use.
pub(super) struct EntrySchema(Validator);

impl EntrySchema {
    pub(super) fn new() -> Result<Self> {
        jsonschema::validator_for(&entry_schema())
            .map(Self)
            .map_err(|error| Error::internal("the schema of entries is broken").caused_by(&error))
    }

    /// Everything that does not fit, one sentence's part each, with its place.
    pub(super) fn problems(&self, value: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        for error in self.0.iter_errors(value) {
            describe(&error, &mut problems);
        }
        problems.dedup();
        problems
    }
}

/// A union's error lists the errors of every member. Only those of the member that was meant help,
/// and its `type` (or `from`) says which one that is.
fn describe(error: &ValidationError<'_>, problems: &mut Vec<String>) {
    if let Kind::OneOfNotValid { context } | Kind::AnyOf { context } = error.kind() {
        let is_tag = |inner: &ValidationError<'_>| {
            matches!(inner.kind(), Kind::Constant { .. })
                || matches!(inner.kind(), Kind::Required { property } if property == "type" || property == "from")
        };
        if let Some(meant) = context.iter().find(|errors| !errors.iter().any(is_tag)) {
            for inner in meant {
                describe(inner, problems);
            }
            return;
        }
        let known: Vec<String> = context
            .iter()
            .flatten()
            .filter_map(|inner| match inner.kind() {
                Kind::Constant { expected_value } => expected_value.as_str().map(str::to_owned),
                _ => None,
            })
            .collect();
        if !known.is_empty() {
            problems.push(format!(
                "{}: its kind must be one of {}",
                place(error),
                known.join(", ")
            ));
            return;
        }
    }
    problems.push(format!("{}: {}", place(error), words(error)));
}

fn words(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            format!("does not know {}", quoted(unexpected))
        }
        Kind::Required { property } => {
            format!("`{}` is missing", property.as_str().unwrap_or_default())
        }
        Kind::Enum { options } => {
            let options: Vec<String> = options
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|option| option.as_str().map(str::to_owned))
                .collect();
            format!("must be one of {}", options.join(", "))
        }
        // The library's text repeats the whole value, which can be long.
        Kind::Type { .. } if error.instance().is_object() || error.instance().is_array() => {
            "is of another type than needed".to_owned()
        }
        _ => error.to_string(),
    }
}

fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// `variants[0].run` from `/variants/0/run`.
fn place(error: &ValidationError<'_>) -> String {
    let mut text = String::new();
    for part in error.instance_path().as_str().split('/').skip(1) {
        if part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() {
            text.push_str(&format!("[{part}]"));
        } else {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(part);
        }
    }
    if text.is_empty() {
        "the entry".to_owned()
    } else {
        text
    }
}
