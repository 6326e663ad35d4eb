//! Finds a project's source folders.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::places::{Place, is_skipped};
use crate::catalog::{InputKind, InputSpec};
use crate::facts::Platform;
use crate::input::{CheckContext, InputValue, check};
use crate::port::{PathKind, Ports};

/// Most folders that are looked at: a home with ten thousand of them within two or three levels is
/// no home that somebody keeps projects in by hand.
const FOLDERS: usize = 10_000;

/// Most folders of one folder: whoever has more keeps data there.
const IN_ONE: usize = 500;

/// Most folders that are found: more is no help to whoever has to choose.
const FOUND: usize = 20;

/// A folder in which the project was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundSource {
    /// Absolute path, without links.
    pub path: String,
    /// The project's version, where its file says one.
    pub version: Option<String>,
    /// Whether it was used for an installation before.
    pub used_before: bool,
}

/// A search for the source folders that an input asks for.
#[derive(Clone, Debug)]
pub struct Search {
    /// The input, of kind `source`. One of another kind finds nothing.
    pub input: InputSpec,
    /// Folders that were used before, newest first. They are looked at first, and not into.
    pub recent: Vec<String>,
    /// Where to look, the likeliest first.
    pub places: Vec<Place>,
}

impl Search {
    /// Looks, and tells each folder as it is found, until it is done, has looked at enough, or is
    /// stopped. Whether it looked everywhere it was to. What cannot be read has nothing in it.
    ///
    /// Links are not followed below the places, each folder is found once, and a folder that was
    /// found is not looked into. Only what the input takes is found.
    pub fn run(
        &self,
        ports: &Ports,
        stop: &CancellationToken,
        mut found: impl FnMut(FoundSource),
    ) -> bool {
        let mut walk = Walk {
            search: self,
            ports,
            home: ports.host.canonical(&ports.host.user_home()).ok(),
            platform: ports.host.platform(),
            seen: BTreeMap::new(),
            found: BTreeSet::new(),
        };
        let recent = self.recent.iter().map(|path| (Place::new(path, 0), true));
        let places = self.places.iter().map(|place| (place.clone(), false));
        recent
            .chain(places)
            .all(|(place, used_before)| walk.place(&place, used_before, stop, &mut found))
    }
}

struct Walk<'a> {
    search: &'a Search,
    ports: &'a Ports,
    /// The person's home, without links.
    home: Option<String>,
    platform: Platform,
    /// Every folder that was or will be looked at, without links, and how far below it.
    seen: BTreeMap<String, u32>,
    /// Those that were found.
    found: BTreeSet<String>,
}

impl Walk<'_> {
    /// The folders of a place, the nearest first. Whether all of them were looked at.
    fn place(
        &mut self,
        place: &Place,
        used_before: bool,
        stop: &CancellationToken,
        found: &mut impl FnMut(FoundSource),
    ) -> bool {
        if self.ports.host.path_kind(&place.path) != PathKind::Folder {
            return true;
        }
        let Ok(root) = self.ports.host.canonical(&place.path) else {
            return true;
        };
        let mut next = VecDeque::new();
        next.extend(self.unseen(root, place.depth));
        while let Some((folder, depth, new)) = next.pop_front() {
            if stop.is_cancelled() || self.seen.len() > FOLDERS || self.found.len() >= FOUND {
                return false;
            }
            if new && let Some(source) = self.source(&folder, used_before) {
                self.found.insert(folder);
                found(source);
            } else if depth > 0 && !self.found.contains(&folder) {
                for folder in self.inside(&folder) {
                    next.extend(self.unseen(folder, depth - 1));
                }
            }
        }
        true
    }

    /// A folder that nobody has looked at, or not as far below it; and whether it is new.
    fn unseen(&mut self, folder: String, depth: u32) -> Option<(String, u32, bool)> {
        let before = self.seen.get(&folder).copied();
        if before.is_some_and(|before| before >= depth) {
            return None;
        }
        self.seen.insert(folder.clone(), depth);
        Some((folder, depth, before.is_none()))
    }

    /// The folders in a folder that projects could be in.
    fn inside(&self, folder: &str) -> Vec<String> {
        let in_home = self.home.as_deref() == Some(folder);
        let names = self.ports.sources.folders(folder, IN_ONE);
        let names = names.unwrap_or_default().into_iter();
        names
            .filter(|name| !is_skipped(name, in_home, self.platform))
            // Its parent is without links and it is none itself, so this is, too.
            .map(|name| Path::new(folder).join(name).to_string_lossy().into_owned())
            .collect()
    }

    /// The folder as a source, where it is one that the input takes.
    fn source(&self, folder: &str, used_before: bool) -> Option<FoundSource> {
        let InputKind::Source { marker } = &self.search.input.kind else {
            return None;
        };
        let project = self.ports.sources.project(folder, &marker.file).ok()??;
        if !marker.is_named(project.name.as_deref()) {
            return None;
        }
        // What would be refused when it is chosen is not offered.
        let ctx = CheckContext {
            host: self.ports.host.as_ref(),
            sources: self.ports.sources.as_ref(),
            keeps_read_only: true,
        };
        let given = InputValue::source(folder);
        check(&self.search.input, &given, &ctx).ok()?;
        Some(FoundSource {
            path: folder.to_owned(),
            version: project.version,
            used_before,
        })
    }
}
