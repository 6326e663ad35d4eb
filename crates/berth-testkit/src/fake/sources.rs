use std::sync::Arc;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{PathKind, Project, Sources};
use berth_core::secret::Secret;

use super::{Node, World};

/// Projects among the files of a [`World`]. Their files are written as JSON with `name`,
/// `version` and `requires`, whatever they are called: parsing is the real adapter's.
pub struct FakeSources(pub(super) Arc<World>);

impl Sources for FakeSources {
    fn project(&self, folder: &str, file: &str) -> Result<Option<Project>> {
        let path = format!("{folder}/{file}");
        let text = {
            let state = self.0.state();
            let Some(path) = state.files.canonical(&path) else {
                return Ok(None);
            };
            let Some(text) = state.files.read(&path) else {
                return Ok(None);
            };
            text.to_owned()
        };
        if !berth_core::catalog::Marker::NAMED.contains(&file) {
            return Ok(Some(Project::default()));
        }
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|_| {
            Error::new(ErrorCode::FileFailed {
                operation: "read".to_owned(),
                path,
            })
        })?;
        let said = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        Ok(Some(Project {
            name: said("name"),
            version: said("version"),
            requires: said("requires"),
            manager: said("manager"),
        }))
    }

    fn folders(&self, folder: &str, limit: usize) -> Result<Vec<String>> {
        let state = self.0.state();
        let real = state.files.canonical(folder);
        let Some(real) = real.filter(|real| state.files.kind(real) == PathKind::Folder) else {
            return Err(Error::new(ErrorCode::FileFailed {
                operation: "read".to_owned(),
                path: folder.to_owned(),
            }));
        };
        let inside = format!("{}/", real.trim_end_matches('/'));
        let names = state.files.iter().filter_map(|(path, node)| {
            let name = path.strip_prefix(&inside)?;
            let here = *node == Node::Folder && !name.contains('/');
            here.then(|| name.to_owned())
        });
        Ok(names.take(limit).collect())
    }

    fn env_file(&self, folder: &str) -> Result<Option<Secret>> {
        let path = format!("{folder}/.env");
        let state = self.0.state();
        let (inside, real) = (state.files.canonical(folder), state.files.canonical(&path));
        let (Some(inside), Some(real)) = (inside, real) else {
            return Ok(None);
        };
        match state.files.read(&real) {
            Some(text) if text.len() <= 64 * 1024 && real.starts_with(&format!("{inside}/")) => {
                Ok(Some(Secret::new(text)))
            }
            Some(_) => Err(Error::new(ErrorCode::FileFailed {
                operation: "read".to_owned(),
                path,
            })),
            None => Ok(None),
        }
    }
}
