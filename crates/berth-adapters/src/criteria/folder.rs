//! What is in a folder of this computer's.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use berth_core::criteria::{Written, glob};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::server::{FileMode, Spot};

use super::volume::split;
use crate::private::file_error;

/// How much of a log's end is looked through.
const BYTES: u64 = 64 << 20;
/// Most files that are looked at.
const FILES: usize = 10_000;

/// Tries it: a file is made and taken away again, or opened to be written.
pub fn writable(at: &Spot) -> Result<Written> {
    let mut path = PathBuf::from(at.path());
    while !path.exists() && path.starts_with(at.root()) {
        path.pop();
    }
    if !path.starts_with(at.root()) {
        return Err(Error::new(ErrorCode::PathMissing {
            path: at.root().to_owned(),
        }));
    }
    let tried = if path.is_dir() {
        let name = format!(".berth-{}", ulid::Ulid::generate());
        let file = path.join(name);
        File::create_new(&file).and_then(|_| fs::remove_file(&file))
    } else {
        fs::OpenOptions::new().append(true).open(&path).map(drop)
    };
    let can = match tried {
        Ok(()) => true,
        Err(error) => match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => false,
            _ => return Err(file_error("write", &path, &error)),
        },
    };
    Ok(Written {
        can,
        looked_at: path.to_string_lossy().into_owned(),
        compared: None,
    })
}

/// The files that fit, with their modes.
#[cfg(unix)]
pub fn files(at: &Spot) -> Result<Vec<FileMode>> {
    use std::os::unix::fs::MetadataExt;

    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(glob::fixed(at.path()))];
    let depth = Path::new(at.path()).components().count();
    let mut looked_at = 0;
    while let Some(path) = open.pop() {
        looked_at += 1;
        if looked_at > FILES {
            let many = io::Error::other("there are more files than are looked at");
            return Err(file_error("look through", Path::new(at.root()), &many));
        }
        let about = match path.symlink_metadata() {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(file_error("look at", &path, &error)),
        };
        if about.is_dir() && path.components().count() < depth {
            let listed = fs::read_dir(&path).map_err(|error| file_error("read", &path, &error))?;
            open.extend(listed.flatten().map(|entry| entry.path()));
        }
        let name = path.to_string_lossy();
        if about.is_file() && glob::fits(at.path(), &name) {
            found.push(FileMode {
                path: name.into_owned(),
                mode: about.mode() & 0o7777,
            });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Here, who may read a file is not told by such numbers.
#[cfg(not(unix))]
pub fn files(at: &Spot) -> Result<Vec<FileMode>> {
    let none = io::Error::from(io::ErrorKind::Unsupported);
    let _ = (FILES, glob::fixed(at.path()), fs::read_dir::<&Path>);
    Err(file_error("read the mode of", Path::new(at.path()), &none))
}

/// Tells the lines at the end of a file; `false` where there is none.
pub fn lines(at: &Spot, told: &mut (dyn for<'l> FnMut(&'l [u8]) + Send)) -> Result<bool> {
    let path = Path::new(at.path());
    let failed = |error: io::Error| file_error("read", path, &error);
    // The server may have made links here, to what only the person can read.
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    if !real.starts_with(Path::new(at.root()).canonicalize().map_err(failed)?) {
        return Err(failed(io::Error::other("it leads out of its folder")));
    }
    let mut file = File::open(real).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if !about.is_file() {
        return Err(failed(io::Error::other("it is not a file")));
    }
    let from = about.len().saturating_sub(BYTES);
    file.seek(SeekFrom::Start(from)).map_err(failed)?;
    // It may grow while it is read.
    let mut end = io::Read::take(file, BYTES);
    split(&mut end, &mut |line| {
        told(line);
        true
    })
    .map_err(failed)?;
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn read(root: &Path, name: &str) -> Result<Option<String>> {
        let at = Spot::Folder {
            folder: root.to_string_lossy().into_owned(),
            path: root.join(name).to_string_lossy().into_owned(),
        };
        let mut all = String::new();
        let there = lines(&at, &mut |line| {
            all.push_str(&String::from_utf8_lossy(line))
        })?;
        Ok(there.then_some(all))
    }

    #[test]
    fn a_log_is_read_where_it_is_and_not_where_a_link_leads() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("kept");
        fs::create_dir(&root).expect("a folder");
        fs::write(folder.path().join("secret"), "not for it").expect("a file");
        fs::write(root.join("log"), "a line\n").expect("a file");
        for (to, name) in [("../secret", "out"), ("log", "in")] {
            std::os::unix::fs::symlink(to, root.join(name)).expect("a link");
        }
        let is = |name: &str| read(&root, name).expect("it can be read");
        assert_eq!(is("log").as_deref(), Some("a line"));
        assert_eq!(is("in").as_deref(), Some("a line"), "a link inside is fine");
        assert_eq!(is("nothing"), None);
        assert!(read(&root, "out").is_err());
    }
}
