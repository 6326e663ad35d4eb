use std::collections::BTreeMap;
use std::sync::Arc;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::image::{Dependency, Sent, SentPart};
use berth_core::port::{BuildRequest, PathKind, Project, Sources};
use berth_core::secret::Secret;

use super::{Node, World};

/// Projects among the files of a [`World`]. Their files are written as JSON with `name`,
/// `version`, `requires` and `dependencies`, whatever they are called, and a `.dockerignore` has names of
/// what is directly in the folder: parsing is the real adapter's.
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

    fn sent(&self, build: &BuildRequest) -> Result<Sent> {
        let state = self.0.state();
        let folder = &build.context;
        if state.files.kind(folder) != PathKind::Folder {
            return Err(Error::new(ErrorCode::FolderMissing {
                path: folder.clone(),
            }));
        }
        let path = format!("{folder}/{}", build.dockerfile);
        let text = state.files.read(&path);
        let text = text.ok_or_else(|| Error::new(ErrorCode::DockerfileMissing { path }))?;
        let stages = text.lines().filter_map(|line| line.strip_prefix("FROM "));
        let mut base = stages.map(|from| from.split(' ').next().unwrap_or_default());
        let ignored = state.files.read(&format!("{folder}/.dockerignore"));
        let mut parts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for path in state.files.below(folder) {
            let (Some(name), Some(text)) = (path.get(folder.len() + 1..), state.files.read(&path))
            else {
                continue;
            };
            let name = name.split('/').next().unwrap_or_default();
            if ignored.is_some_and(|ignored| ignored.lines().any(|line| line == name)) {
                continue;
            }
            let (files, size) = parts.entry(name.to_owned()).or_default();
            *files += 1;
            *size += text.len() as u64;
        }
        let parts = parts.into_iter();
        let mut parts: Vec<SentPart> = parts
            .map(|(name, (files, size))| SentPart { name, files, size })
            .collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.size));
        Ok(Sent {
            ignore: ignored.map(|_| ".dockerignore".to_owned()),
            files: parts.iter().map(|part| part.files).sum(),
            size: parts.iter().map(|part| part.size).sum(),
            parts,
            base: base.next_back().map(str::to_owned),
        })
    }

    fn dependencies(&self, folder: &str) -> Result<Vec<Dependency>> {
        let state = self.0.state();
        let mut all = Vec::new();
        for file in ["pyproject.toml", "package.json"] {
            let path = format!("{folder}/{file}");
            let Some(text) = state.files.read(&path) else {
                continue;
            };
            let value: serde_json::Value = serde_json::from_str(text).map_err(|_| {
                Error::new(ErrorCode::FileFailed {
                    operation: "read".to_owned(),
                    path,
                })
            })?;
            let needed = value.get("dependencies").and_then(|all| all.as_object());
            all.extend(needed.into_iter().flatten().map(|(name, _)| name.clone()));
        }
        let below = state.files.below(folder);
        let texts = below.iter().filter(|path| !path.contains("/node_modules/"));
        let texts: Vec<&str> = texts.filter_map(|path| state.files.read(path)).collect();
        let imported = |name: &str| {
            let import = format!("import '{name}'");
            texts.iter().any(|text| text.contains(&import))
        };
        let dependencies = all.into_iter().map(|name| Dependency {
            imported: imported(&name),
            name,
        });
        Ok(dependencies.collect())
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
