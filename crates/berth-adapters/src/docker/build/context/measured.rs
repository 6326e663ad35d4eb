//! How much a folder gives, and what of it is the most.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::Path;

use super::{Done, Sink, Stop, unreadable};

/// How much a folder gives, by what is directly in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Files (links count as such) and their bytes, by the name in the folder.
    pub parts: BTreeMap<String, (u64, u64)>,
}

impl Measured {
    fn add(&mut self, path: &Path, bytes: u64) {
        let name = path.iter().next().unwrap_or_default();
        let part = self.parts.entry(name.to_string_lossy().into_owned());
        let (files, size) = part.or_default();
        *files += 1;
        *size += bytes;
    }
}

impl Sink for Measured {
    fn folder(&mut self, _path: &Path, _about: &Metadata) -> Done {
        Ok(())
    }

    fn link(&mut self, path: &Path, _full: &Path) -> Done {
        self.add(path, 0);
        Ok(())
    }

    fn file(&mut self, path: &Path, full: &Path) -> Done {
        let about = fs::symlink_metadata(full);
        let about = about.map_err(|error| Stop::Read(unreadable("read", full, &error)))?;
        self.add(path, about.len());
        Ok(())
    }
}
