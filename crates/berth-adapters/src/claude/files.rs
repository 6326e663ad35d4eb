use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use berth_core::client::{Place, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use serde_json::Value;

use super::invalid;
use crate::private;

/// `$CLAUDE_CONFIG_DIR/.claude.json`, else `~/.claude.json`.
pub fn config_file() -> Result<PathBuf> {
    let folder = std::env::var_os("CLAUDE_CONFIG_DIR").filter(|folder| !folder.is_empty());
    let folder = folder.map(PathBuf::from).or_else(dirs::home_dir);
    let folder = folder.ok_or_else(|| Error::internal("this person has no home folder"))?;
    Ok(folder.join(".claude.json"))
}

/// The file that holds a place's registrations.
pub fn file_of(place: &Place) -> Result<PathBuf> {
    match (place.scope, &place.project) {
        (Scope::Project, Some(project)) => Ok(Path::new(project).join(".mcp.json")),
        (Scope::Project | Scope::Local, None) => Err(Error::new(ErrorCode::ProjectNeeded)),
        (Scope::User | Scope::Local, _) => config_file(),
    }
}

/// Every place to look at, with its file.
pub fn places(config: &Path, projects: &[String]) -> Vec<(Place, PathBuf)> {
    let mut places = vec![(Place::default(), config.to_path_buf())];
    for project in projects {
        let place = |scope| Place {
            scope,
            project: Some(project.clone()),
        };
        places.push((place(Scope::Local), config.to_path_buf()));
        places.push((place(Scope::Project), Path::new(project).join(".mcp.json")));
    }
    places
}

/// A file's bytes; `None` where there is none.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(private::file_error("read", path, &error)),
    }
}

/// A file as JSON; `None` where there is none, or nothing in it.
pub fn parse(path: &Path) -> Result<Option<Value>> {
    match read(path)? {
        Some(bytes) if !bytes.trim_ascii().is_empty() => value(path, &bytes).map(Some),
        _ => Ok(None),
    }
}

/// Bytes of a file as JSON.
pub fn value(path: &Path, bytes: &[u8]) -> Result<Value> {
    // Windows editors write a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| invalid(path, error.to_string()))
}

/// Replaces a file in one go and keeps its mode. A link (dotfiles are often linked) stays one.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: &std::io::Error| private::file_error("write", path, error);
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_path_buf(),
        Err(error) => return Err(failed(&error)),
    };
    let mode = std::fs::metadata(&real).ok().map(|meta| meta.permissions());
    private::replace(&real, bytes)?;
    match mode {
        Some(mode) => std::fs::set_permissions(&real, mode).map_err(|error| failed(&error)),
        None => Ok(()),
    }
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
