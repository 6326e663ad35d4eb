use serde_json::{Value, json};

use super::Entry;

/// Where the published schema of entries lives, relative to the repository's root.
pub const SCHEMA_PATH: &str = "catalog/entry.schema.json";

/// The JSON Schema (draft 2020-12) of an entry's file, made from [`Entry`] and its doc comments.
///
/// It says what types and names are allowed. What goes beyond a schema (templates that name an
/// input, links that are `https`) is checked when an entry is loaded.
#[must_use]
pub fn entry_schema() -> Value {
    let mut schema = schemars::schema_for!(Entry).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), json!("Berth catalog entry"));
    }
    schema
}
