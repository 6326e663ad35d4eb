//! One registration inside a file, and what must hold for everything else in it.

use std::path::Path;

use berth_core::client::{Place, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use serde_json::{Map, Value};

use super::keep::{reapply, same};
use super::{invalid, project};

/// The key that holds the registrations.
const SERVERS: &str = "mcpServers";
/// The key that holds what belongs to single projects.
const PROJECTS: &str = "projects";

/// A registration's address in its file.
pub struct Entry<'a> {
    name: &'a str,
    place: &'a Place,
    /// For local scope.
    project: Option<String>,
}

/// The registrations of a place.
pub fn servers(file: &Value, place: &Place) -> Vec<(String, Value)> {
    let entry = Entry::new("", place);
    let servers = entry.holder(file).and_then(|holder| holder.get(SERVERS));
    servers
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, raw)| (name.clone(), raw.clone()))
        .collect()
}

impl<'a> Entry<'a> {
    /// The address of a name at a place.
    pub fn new(name: &'a str, place: &'a Place) -> Self {
        let project = match (place.scope, &place.project) {
            (Scope::Local, Some(folder)) => Some(project::key(Path::new(folder))),
            _ => None,
        };
        Self {
            name,
            place,
            project,
        }
    }

    fn holder<'v>(&self, file: &'v Value) -> Option<&'v Value> {
        let Some(key) = &self.project else {
            return Some(file);
        };
        let projects = file.get(PROJECTS)?.as_object()?;
        projects.get(project::find(projects.keys(), key)?)
    }

    /// The registration in a file.
    pub fn get<'v>(&self, file: &'v Value) -> Option<&'v Value> {
        self.holder(file)?.get(SERVERS)?.get(self.name)
    }

    /// Sets the registration in a file's value, or takes it out.
    fn set(&self, path: &Path, file: &mut Value, wanted: Option<&Value>) -> Result<()> {
        let mut holder = object(path, file)?;
        if let Some(key) = &self.project {
            let projects = object(path, holder.entry(PROJECTS).or_insert_with(empty))?;
            let key = project::find(projects.keys(), key).unwrap_or(key).clone();
            holder = object(path, projects.entry(key).or_insert_with(empty))?;
        }
        match wanted {
            Some(value) => {
                object(path, holder.entry(SERVERS).or_insert_with(empty))?
                    .insert(self.name.to_owned(), value.clone());
            }
            None => {
                if let Some(servers) = holder.get_mut(SERVERS).and_then(Value::as_object_mut) {
                    servers.shift_remove(self.name);
                }
            }
        }
        Ok(())
    }

    /// The file's text with the wanted registration, or without it; every other byte stays.
    pub fn put(&self, path: &Path, text: &str, wanted: Option<&Value>) -> Result<String> {
        let before = parse(path, text)?;
        let mut after = before.clone();
        self.set(path, &mut after, wanted)?;
        written(path, text, &after)
    }

    /// Whether the command line left what it should: the wanted registration, and all the others
    /// as they were. A project's file must hold everything else, too; the person's own file is
    /// Claude Code's to change.
    pub fn check(&self, before: &Value, after: &Value, wanted: Option<&Value>) -> bool {
        let as_wanted = match (self.get(after), wanted) {
            (Some(found), Some(wanted)) => same(found, wanted),
            (None, None) => true,
            _ => false,
        };
        let others = self.others_of(before);
        let kept = others
            .iter()
            .all(|other| other.in_file(after).is_some_and(|raw| same(raw, other.raw)));
        let rest_kept = self.place.scope != Scope::Project
            || before.as_object().is_none_or(|before| {
                before
                    .iter()
                    .filter(|(key, _)| *key != SERVERS)
                    .all(|(key, value)| after.get(key).is_some_and(|now| same(now, value)))
            });
        as_wanted && kept && rest_kept
    }

    /// The text for a file after a change that went wrong: what is there now, with this
    /// registration as it was and everything that got lost. What somebody else added or changed
    /// meanwhile stays. A file that is no longer JSON becomes what it was.
    pub fn mend(&self, path: &Path, before: &str, now: Option<&str>) -> Result<String> {
        let was = parse(path, before)?;
        let Some((text, mut value)) = now.and_then(|now| Some((now, parse(path, now).ok()?)))
        else {
            return Ok(before.to_owned());
        };
        bring_back(&was, &mut value);
        self.set(path, &mut value, self.get(&was))?;
        // The bytes of before, where the values allow it.
        match reapply(before, &value) {
            Some(text) => Ok(text),
            None => written(path, text, &value),
        }
    }

    fn others_of<'v>(&self, file: &'v Value) -> Vec<Other<'v>> {
        let ours = self.project.as_deref();
        let projects = file.get(PROJECTS).and_then(Value::as_object);
        let holders = std::iter::once((None, file)).chain(
            projects
                .into_iter()
                .flatten()
                .map(|(key, holder)| (Some(key.as_str()), holder)),
        );
        holders
            .flat_map(|(project, holder)| {
                let servers = holder.get(SERVERS).and_then(Value::as_object);
                servers
                    .into_iter()
                    .flatten()
                    .map(move |(name, raw)| Other { project, name, raw })
            })
            .filter(|other| other.name != self.name || other.project != ours)
            .collect()
    }
}

/// A registration that is not the one in question.
struct Other<'v> {
    project: Option<&'v str>,
    name: &'v str,
    raw: &'v Value,
}

impl Other<'_> {
    fn in_file<'f>(&self, file: &'f Value) -> Option<&'f Value> {
        let holder = match self.project {
            Some(key) => file.get(PROJECTS)?.get(key)?,
            None => file,
        };
        holder.get(SERVERS)?.get(self.name)
    }
}

/// Puts the keys of before back that are missing now, in every object.
fn bring_back(was: &Value, now: &mut Value) {
    if let (Value::Object(was), Value::Object(now)) = (was, now) {
        for (key, value) in was {
            match now.get_mut(key) {
                Some(found) => bring_back(value, found),
                None => {
                    now.insert(key.clone(), value.clone());
                }
            }
        }
    }
}

/// A file's text as JSON; nothing in it is an empty object.
pub fn parse(path: &Path, text: &str) -> Result<Value> {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    if plain.trim().is_empty() {
        return Ok(empty());
    }
    serde_json::from_str(plain).map_err(|error| invalid(path, error.to_string()))
}

/// The text for a value: as little changed as can be.
fn written(path: &Path, before: &str, value: &Value) -> Result<String> {
    let before = match before.trim().is_empty() {
        true => "{}",
        false => before,
    };
    match reapply(before, value) {
        Some(text) => Ok(text),
        // As Claude Code itself writes it.
        None => {
            serde_json::to_string_pretty(value).map_err(|error| invalid(path, error.to_string()))
        }
    }
}

fn object<'v>(path: &Path, value: &'v mut Value) -> Result<&'v mut Map<String, Value>> {
    value.as_object_mut().ok_or_else(|| {
        Error::new(ErrorCode::ClientConfigInvalid {
            path: path.to_string_lossy().into_owned(),
        })
        .with_cause("something that should be an object is none")
    })
}

fn empty() -> Value {
    Value::Object(Map::new())
}

#[cfg(test)]
mod tests;
