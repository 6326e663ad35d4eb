//! One registration inside a file, and everything else in it.

use std::path::Path;

use berth_core::client::{Place, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstRootNode};
use serde_json::{Map, Value};

use super::{files, invalid};

/// The key that holds the registrations.
const SERVERS: &str = "mcpServers";

/// A registration's address.
pub struct Entry<'a> {
    pub name: &'a str,
    pub place: &'a Place,
}

/// The registrations of a place.
pub fn servers(file: &Value, place: &Place) -> Vec<(String, Value)> {
    let holder = match (place.scope, &place.project) {
        (Scope::Local, Some(project)) => file.get("projects").and_then(|all| all.get(project)),
        _ => Some(file),
    };
    let servers = holder
        .and_then(|holder| holder.get(SERVERS))
        .and_then(Value::as_object);
    servers
        .into_iter()
        .flatten()
        .map(|(name, raw)| (name.clone(), raw.clone()))
        .collect()
}

impl Entry<'_> {
    /// Checks what the command line left: the wanted registration, and every other one and every
    /// unknown key as they were. Claude Code adds keys of its own to its own file; those are fine.
    pub fn check(
        &self,
        file: &Path,
        before: Option<&[u8]>,
        after: Option<&[u8]>,
        wanted: Option<&Value>,
    ) -> Result<()> {
        let parse = |bytes: Option<&[u8]>| match bytes {
            Some(bytes) if !bytes.trim_ascii().is_empty() => files::value(file, bytes),
            _ => Ok(Value::Object(Map::new())),
        };
        let (before, after) = (parse(before)?, parse(after)?);
        let found = servers(&after, self.place)
            .into_iter()
            .find(|(name, _)| name == self.name);
        let as_wanted = found.map(|(_, raw)| raw).as_ref() == wanted;
        let others_kept = kept(&self.without(before), &self.without(after));
        if as_wanted && others_kept {
            return Ok(());
        }
        let path = file.to_string_lossy().into_owned();
        Err(Error::new(ErrorCode::ClientConfigChanged { path }))
    }

    fn without(&self, mut file: Value) -> Value {
        let holder = match (self.place.scope, &self.place.project) {
            (Scope::Local, Some(project)) => file
                .get_mut("projects")
                .and_then(|all| all.get_mut(project)),
            _ => Some(&mut file),
        };
        let servers = holder.and_then(|holder| holder.get_mut(SERVERS));
        if let Some(servers) = servers.and_then(Value::as_object_mut) {
            servers.shift_remove(self.name);
        }
        file
    }

    /// The file's text with the wanted registration, or without it; every other byte stays.
    pub fn put(&self, file: &Path, before: &[u8], wanted: Option<&Value>) -> Result<String> {
        let text = std::str::from_utf8(before).map_err(|error| invalid(file, error.to_string()))?;
        let text = if text.trim().is_empty() { "{}" } else { text };
        let root = CstRootNode::parse(text, &ParseOptions::default())
            .map_err(|error| invalid(file, error.to_string()))?;
        let not_an_object = || invalid(file, format!("`{SERVERS}` is not an object"));
        let mut holder = root.object_value_or_create().ok_or_else(not_an_object)?;
        if let (Scope::Local, Some(project)) = (self.place.scope, &self.place.project) {
            for key in ["projects", project.as_str()] {
                holder = holder
                    .object_value_or_create(key)
                    .ok_or_else(not_an_object)?;
            }
        }
        let servers = holder
            .object_value_or_create(SERVERS)
            .ok_or_else(not_an_object)?;
        match (servers.get(self.name), wanted) {
            (Some(property), Some(value)) => property.set_value(input(value)),
            (Some(property), None) => property.remove(),
            (None, Some(value)) => {
                servers.append(self.name, input(value));
            }
            (None, None) => {}
        }
        Ok(root.to_string())
    }
}

/// Whether everything of `before` is in `after` as it was; Claude Code may add keys to objects
/// and change the values of its own counters, but not the registrations.
fn kept(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            before.iter().all(|(key, value)| match after.get(key) {
                Some(other) if key == SERVERS => value == other,
                Some(other) => kept(value, other),
                None => false,
            })
        }
        _ => true,
    }
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(on) => CstInputValue::Bool(*on),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(fields) => CstInputValue::Object(
            fields
                .iter()
                .map(|(key, value)| (key.clone(), input(value)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str = "{\n    \"x\": 1,\n    \"mcpServers\": {\n        \"a\": {\"command\":\"/bin/a\",   \"env\": {\"T\": \"1\"}}\n    }\n}\n";

    fn entry<'a>(name: &'a str, place: &'a Place) -> Entry<'a> {
        Entry { name, place }
    }

    #[test]
    fn other_bytes_stay() {
        let place = Place {
            scope: Scope::Project,
            project: Some("/p".to_owned()),
        };
        let path = Path::new("/p/.mcp.json");
        let value = json!({"type": "stdio", "command": "berth"});
        let with = entry("b", &place)
            .put(path, FILE.as_bytes(), Some(&value))
            .expect("text");
        let foreign = "\"a\": {\"command\":\"/bin/a\",   \"env\": {\"T\": \"1\"}}";
        assert!(with.contains(foreign), "{with}");
        let parsed: Value = serde_json::from_str(&with).expect("JSON");
        assert_eq!(parsed["mcpServers"]["b"], value);
        let without = entry("b", &place)
            .put(path, with.as_bytes(), None)
            .expect("text");
        assert_eq!(without, FILE);
    }

    #[test]
    fn a_local_place_is_below_its_project() {
        let place = Place {
            scope: Scope::Local,
            project: Some("/p q".to_owned()),
        };
        let path = Path::new("/h/.claude.json");
        let value = json!({"command": "x", "args": ["1"]});
        let text = entry("n", &place)
            .put(path, b"{}", Some(&value))
            .expect("text");
        let parsed: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(servers(&parsed, &place), [("n".to_owned(), value)]);
        assert!(servers(&parsed, &Place::default()).is_empty());
    }

    #[test]
    fn a_lost_or_changed_foreign_registration_is_noticed() {
        let place = Place::default();
        let path = Path::new("/h/.claude.json");
        let wanted = json!({"command": "berth"});
        let before = br#"{"n": 1, "mcpServers": {"a": {"command": "x"}}}"#;
        let check = |after: Value| {
            let after = after.to_string().into_bytes();
            entry("b", &place).check(path, Some(before), Some(&after), Some(&wanted))
        };
        let a = json!({"command": "x"});
        assert!(check(json!({"n": 2, "more": 1, "mcpServers": {"a": a, "b": wanted}})).is_ok());
        assert!(check(json!({"n": 1, "mcpServers": {"b": wanted}})).is_err());
        assert!(check(json!({"mcpServers": {"a": a, "b": wanted}})).is_err());
        assert!(check(json!({"n": 1, "mcpServers": {"a": a}})).is_err());
        let changed = json!({"command": "y"});
        assert!(check(json!({"n": 1, "mcpServers": {"a": changed, "b": wanted}})).is_err());
    }
}
