//! The documents say what the types say: a field or an error code that is added without a word
//! about it fails here.

use std::collections::BTreeSet;
use std::path::PathBuf;

use berth_core::catalog::{Trust, entry_schema, load};
use berth_core::error::ErrorCode;
use ts_rs::{Config, TS};

fn document(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    std::fs::read_to_string(&path).expect("the document")
}

/// The names of all properties, and the values of all closed lists.
fn names(schema: &serde_json::Value, found: &mut BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(map) => {
            if let Some(serde_json::Value::Object(properties)) = map.get("properties") {
                found.extend(properties.keys().cloned());
            }
            for key in ["enum", "const"] {
                match map.get(key) {
                    Some(serde_json::Value::Array(values)) => found.extend(
                        values
                            .iter()
                            .filter_map(|value| value.as_str().map(str::to_owned)),
                    ),
                    Some(serde_json::Value::String(value)) => {
                        found.insert(value.clone());
                    }
                    _ => {}
                }
            }
            for (key, value) in map {
                // A default is a value, not a schema.
                if key != "default" {
                    names(value, found);
                }
            }
        }
        serde_json::Value::Array(values) => {
            for value in values {
                names(value, found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_entry_format_names_every_field_and_value() {
    let text = document("entry-format.md");
    let mut known = BTreeSet::new();
    names(&entry_schema(), &mut known);
    assert!(known.len() > 60, "{}", known.len());
    let missing: Vec<_> = known
        .iter()
        .filter(|name| !text.contains(&format!("`{name}`")) && !text.contains(&format!("`{name}:")))
        .collect();
    assert!(
        missing.is_empty(),
        "not in docs/entry-format.md: {missing:?}"
    );
}

#[test]
fn the_example_of_the_entry_format_is_valid() {
    let text = document("entry-format.md");
    let example = text
        .split("<!-- example -->\n```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("the example");
    let entry = load("example", example, Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    assert_eq!(entry.variants.len(), 2);
}

#[test]
fn the_messages_document_has_every_error_code() {
    let text = document("messages.md");
    let declared = ErrorCode::inline(&Config::new());
    let codes: BTreeSet<&str> = declared
        .split("\"code\": \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(codes.len() > 50, "{declared}");
    let missing: Vec<_> = codes
        .iter()
        .filter(|code| !text.contains(&format!("| `{code}` |")))
        .collect();
    assert!(missing.is_empty(), "not in docs/messages.md: {missing:?}");
    let rows = text.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(
        rows,
        codes.len(),
        "docs/messages.md has a code that is gone"
    );
}
