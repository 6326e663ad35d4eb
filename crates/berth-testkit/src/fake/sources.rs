use std::sync::Arc;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{Project, Sources};

use super::World;

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
        }))
    }
}
