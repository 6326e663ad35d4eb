use std::collections::BTreeMap;

use berth_core::port::PathKind;

/// Files in memory, with the paths of a Unix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, Node>);

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A folder.
    Folder,
    /// A file with its text.
    File(String),
    /// A symbolic link to an absolute path.
    Link(String),
}

impl Files {
    /// Makes a folder and its parents.
    pub fn create_folder(&mut self, path: &str) {
        for parent in parents(path) {
            self.0.entry(parent).or_insert(Node::Folder);
        }
        self.0.entry(path.to_owned()).or_insert(Node::Folder);
    }

    /// Writes a file and makes its parents.
    pub fn write(&mut self, path: &str, text: &str) {
        for parent in parents(path) {
            self.0.entry(parent).or_insert(Node::Folder);
        }
        self.0.insert(path.to_owned(), Node::File(text.to_owned()));
    }

    /// Makes a link and its parents.
    pub fn link(&mut self, path: &str, target: &str) {
        self.write(path, "");
        self.0
            .insert(path.to_owned(), Node::Link(target.to_owned()));
    }

    /// A file's text.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<&str> {
        match self.0.get(path) {
            Some(Node::File(text)) => Some(text),
            _ => None,
        }
    }

    /// What is at a path, links followed.
    #[must_use]
    pub fn kind(&self, path: &str) -> PathKind {
        match self.canonical(path).and_then(|path| self.0.get(&path)) {
            Some(Node::Folder) => PathKind::Folder,
            Some(Node::File(_)) => PathKind::File,
            Some(Node::Link(_)) => PathKind::Other,
            None => PathKind::Nothing,
        }
    }

    /// The path without links, `.` and `..`; `None` where it does not exist.
    #[must_use]
    pub fn canonical(&self, path: &str) -> Option<String> {
        let mut found = String::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => found.truncate(found.rfind('/').unwrap_or(0)),
                part => {
                    found.push('/');
                    found.push_str(part);
                    if let Some(Node::Link(target)) = self.0.get(&found) {
                        found = self.canonical(target)?;
                    }
                }
            }
        }
        if found.is_empty() {
            return Some("/".to_owned());
        }
        self.0.contains_key(&found).then_some(found)
    }

    /// Deletes a path and everything below it, then the folders above it that became empty, as
    /// far as they are below `stop`.
    pub fn delete(&mut self, path: &str, stop: &str) {
        let below = format!("{path}/");
        self.0
            .retain(|other, _| other != path && !other.starts_with(&below));
        for parent in parents(path).into_iter().rev() {
            let inside = format!("{parent}/");
            let empty = !self.0.keys().any(|other| other.starts_with(&inside));
            if !parent.starts_with(&format!("{stop}/")) || !empty {
                break;
            }
            self.0.remove(&parent);
        }
    }

    /// All paths below a folder.
    #[must_use]
    pub fn below(&self, folder: &str) -> Vec<String> {
        let below = format!("{folder}/");
        let paths = self.0.keys().filter(|path| path.starts_with(&below));
        paths.cloned().collect()
    }

    /// Everything there is, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Node)> {
        self.0.iter()
    }
}

/// The folders above a path, outermost first, without the root.
fn parents(path: &str) -> Vec<String> {
    path.match_indices('/')
        .filter(|(index, _)| *index > 0)
        .map(|(index, _)| path[..index].to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deleting_takes_empty_parents_along_up_to_a_place() {
        let mut files = Files::default();
        files.create_folder("/h/berth/installations/time/G1");
        files.write("/h/berth/installations/time/G1/bin/x", "x");
        files.create_folder("/h/berth/installations/time/G2");
        files.delete("/h/berth/installations/time/G1", "/h/berth");
        assert_eq!(files.kind("/h/berth/installations/time"), PathKind::Folder);
        files.delete("/h/berth/installations/time/G2", "/h/berth");
        assert_eq!(files.kind("/h/berth/installations"), PathKind::Nothing);
        assert_eq!(files.kind("/h/berth"), PathKind::Folder);
    }

    #[test]
    fn links_and_dots_are_followed() {
        let mut files = Files::default();
        files.write("/a/b/file", "x");
        files.link("/l", "/a/b");
        assert_eq!(
            files.canonical("/l/../b/./file").as_deref(),
            Some("/a/b/file")
        );
        assert_eq!(files.kind("/l"), PathKind::Folder);
        assert_eq!(files.canonical("/l/nothing"), None);
        assert_eq!(files.canonical("/").as_deref(), Some("/"));
    }
}
