use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use berth_core::client::{Client, Place, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use serde_json::Value;

use super::edit;
use super::invalid;
use super::person::Person;
use crate::private;

/// The file that holds a place's registrations.
pub fn file_of(person: &Person, place: &Place) -> Result<PathBuf> {
    if place.client == Client::ClaudeDesktop {
        return Ok(person.desktop_file());
    }
    match (place.scope, &place.project) {
        (Scope::Project, Some(project)) => Ok(Path::new(project).join(".mcp.json")),
        (Scope::Project | Scope::Local, None) => Err(Error::new(ErrorCode::ProjectNeeded)),
        (Scope::User | Scope::Local, _) => Ok(person.config_file()),
    }
}

/// Every place to look at, with its file.
pub fn places(config: &Path, projects: &[String]) -> Vec<(Place, PathBuf)> {
    let mut places = vec![(Place::default(), config.to_path_buf())];
    for project in projects {
        let place = |scope| Place::claude_code(scope, Some(project.clone()));
        places.push((place(Scope::Local), config.to_path_buf()));
        places.push((place(Scope::Project), Path::new(project).join(".mcp.json")));
    }
    places
}

/// A file's text; `None` where there is none.
pub fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| invalid(path, "it is not UTF-8")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(private::file_error("read", path, &error)),
    }
}

/// A file as JSON; an empty object where there is none, or nothing in it.
pub fn parse(path: &Path) -> Result<Value> {
    edit::parse(path, read(path)?.as_deref().unwrap_or_default())
}

/// Replaces a file in one go and keeps its mode. A link (dotfiles are often linked) stays one.
pub fn replace(path: &Path, text: &str) -> Result<()> {
    let real = resolve(path)?;
    let mode = std::fs::metadata(&real).ok().map(|meta| meta.permissions());
    private::replace_by_way_of(&way(&real), &real, text.as_bytes())?;
    match mode {
        Some(mode) => std::fs::set_permissions(&real, mode)
            .map_err(|error| private::file_error("write", path, &error)),
        None => Ok(()),
    }
}

/// Takes away what a process that was killed while it replaced a file left beside it: a copy of
/// all that the file holds, other servers' tokens with it. For whoever has the lock.
pub fn clear(path: &Path) -> Result<()> {
    private::remove(&way(&resolve(path)?))
}

/// Where a link leads.
fn resolve(path: &Path) -> Result<PathBuf> {
    match path.canonicalize() {
        Ok(real) => Ok(real),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(path.to_path_buf()),
        Err(error) => Err(private::file_error("write", path, &error)),
    }
}

/// The file by way of which another is replaced: hidden, in the same folder.
fn way(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{}.berth", name.trim_start_matches('.')))
}

/// Deletes all but the newest files of a folder; their names sort by time.
pub fn keep_newest(folder: &Path, count: usize) -> Result<()> {
    let listed =
        std::fs::read_dir(folder).map_err(|error| private::file_error("list", folder, &error))?;
    let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let old = paths.len().saturating_sub(count);
    paths[..old]
        .iter()
        .try_for_each(|path| private::remove(path))
}
