//! What a folder gives to a build: as the tar that an engine builds from, written as it is read.
//!
//! Links stay links, and none is followed out of the folder; sockets, pipes and devices are left
//! out. Owners are, as with Docker's own command line, 0 everywhere.

mod measured;
mod tarball;

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use berth_core::error::{Error, ErrorCode, Result};
use bytes::Bytes;
use tokio::sync::mpsc::Sender;

use self::tarball::Tar;
use super::ignore::{BadPattern, Ignore, Matched};

pub use self::measured::Measured;

/// Longest Dockerfile and longest `.dockerignore`, in bytes.
const TEXT_LIMIT: u64 = 1 << 20;

/// A folder to pack.
#[derive(Debug)]
pub struct Context {
    root: PathBuf,
    ignore: Ignore,
    ignored_by: Option<String>,
}

/// What was packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// Files, folders and links.
    pub entries: u64,
    /// Files with credentials that were left out whatever `.dockerignore` says.
    pub withheld: Vec<String>,
}

/// Whether a file is one in which projects keep their tokens. It would be baked into the image by
/// the first `COPY . .`; a template of it (`.env.example`) holds none.
fn holds_credentials(name: &str) -> bool {
    const TEMPLATES: &[&str] = &["example", "sample", "template", "dist", "defaults"];
    name == ".env"
        || name
            .strip_prefix(".env.")
            .is_some_and(|rest| !TEMPLATES.iter().any(|end| rest.ends_with(end)))
}

impl Context {
    /// Reads what the folder leaves out: `NAME.dockerignore` beside the Dockerfile, else
    /// `.dockerignore`.
    pub fn open(folder: &str, dockerfile: &str) -> Result<Self> {
        let mut context = Self::without(folder, Ignore::default())?;
        for name in [&format!("{dockerfile}.dockerignore"), ".dockerignore"] {
            let Some(text) = context.text(name)? else {
                continue;
            };
            let bad = |pattern: BadPattern| {
                Error::new(ErrorCode::FileFailed {
                    operation: "use".to_owned(),
                    path: context.root.join(name).display().to_string(),
                })
                .with_cause(format!("`{}` is not a pattern", pattern.0))
            };
            let mut ignore = Ignore::parse(&text).map_err(bad)?;
            for always in [dockerfile, ".dockerignore"] {
                ignore.always(always).map_err(bad)?;
            }
            context.ignore = ignore;
            context.ignored_by = Some(name.to_owned());
            break;
        }
        Ok(context)
    }

    /// A folder without what these patterns leave out.
    pub fn without(folder: &str, ignore: Ignore) -> Result<Self> {
        let root = fs::canonicalize(folder).ok().filter(|root| root.is_dir());
        let root = root.ok_or_else(|| {
            Error::new(ErrorCode::FolderMissing {
                path: folder.to_owned(),
            })
        })?;
        Ok(Self {
            root,
            ignore,
            ignored_by: None,
        })
    }

    /// The text of a file of the folder; `None` where it is not there, or is a link to elsewhere.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        let path = self.root.join(name);
        let Ok(path) = fs::canonicalize(&path) else {
            return Ok(None);
        };
        if !path.starts_with(&self.root) || !path.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let read = open(&path).and_then(|file| file.take(TEXT_LIMIT).read_to_end(&mut bytes));
        read.map_err(|error| unreadable("read", &path, &error))?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Packs the folder, in the order of the names. Blocks; ends early, and well, where nobody
    /// receives any more.
    pub fn pack(&self, to: Sender<io::Result<Bytes>>) -> Result<Packed> {
        let mut walk = Walk::new(self, Tar::new(to.clone()));
        let done = walk.all().and_then(|()| {
            Ok(Packed {
                entries: walk.sink.finish()?,
                withheld: walk.withheld,
            })
        });
        match done {
            Ok(packed) => Ok(packed),
            Err(Stop::Write) => Ok(Packed::default()),
            Err(Stop::Read(error)) => {
                // Without it the engine would take what it got for all there is.
                let _ = to.blocking_send(Err(io::Error::other("the folder cannot be read")));
                Err(error)
            }
        }
    }

    /// What the folder gives, without reading it.
    pub fn measure(&self) -> Result<Measured> {
        let mut walk = Walk::new(self, Measured::default());
        match walk.all() {
            Err(Stop::Read(error)) => Err(error),
            Ok(()) | Err(Stop::Write) => Ok(walk.sink),
        }
    }

    /// The file of the folder that says what is left out, where there is one.
    pub fn ignored_by(&self) -> Option<&str> {
        self.ignored_by.as_deref()
    }
}

/// Why packing ended early.
enum Stop {
    /// Something of the folder cannot be read.
    Read(Error),
    /// The other end went away.
    Write,
}

/// What is done with what a folder gives. Paths are relative to it; `full` ones are not.
trait Sink {
    /// A folder; what is in it follows.
    fn folder(&mut self, path: &Path, about: &Metadata) -> Done;

    /// A link.
    fn link(&mut self, path: &Path, full: &Path) -> Done;

    /// A file.
    fn file(&mut self, path: &Path, full: &Path) -> Done;
}

type Done<T = ()> = std::result::Result<T, Stop>;

/// Goes through what a folder gives, in the order of the names.
struct Walk<'a, S> {
    context: &'a Context,
    sink: S,
    withheld: Vec<String>,
    /// Folders that are left out themselves, until something in them is not.
    waiting: Vec<(PathBuf, Metadata)>,
}

impl<'a, S: Sink> Walk<'a, S> {
    fn new(context: &'a Context, sink: S) -> Self {
        Self {
            context,
            sink,
            withheld: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn all(&mut self) -> Done {
        self.folder(Path::new(""), "", &Matched::default())
    }

    /// Goes through what is in a folder. `path` is relative, `name` the same with `/`.
    fn folder(&mut self, path: &Path, name: &str, above: &Matched) -> Done {
        let full = self.context.root.join(path);
        let stop = |error: io::Error| Stop::Read(unreadable("read", &full, &error));
        let mut entries = fs::read_dir(&full)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(stop)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let own = entry.file_name();
            let path = path.join(&own);
            let own = own.to_string_lossy();
            let name = match name {
                "" => own.clone().into_owned(),
                _ => format!("{name}/{own}"),
            };
            let (matched, left_out) = self.context.ignore.look(&name, above);
            let full = entry.path();
            let stop = |error: io::Error| Stop::Read(unreadable("read", &full, &error));
            let kind = entry.file_type().map_err(stop)?;
            if kind.is_dir() {
                if left_out && !self.context.ignore.can_bring_back(&name) {
                    continue;
                }
                let about = fs::symlink_metadata(&full).map_err(stop)?;
                self.waiting.push((path.clone(), about));
                if !left_out {
                    self.enter()?;
                }
                self.folder(&path, &name, &matched)?;
                // Still waiting where nothing in it was brought back.
                self.waiting.retain(|(waiting, _)| *waiting != path);
                continue;
            }
            if left_out || !(kind.is_file() || kind.is_symlink()) {
                continue;
            }
            if holds_credentials(&own) {
                self.withheld.push(name);
                continue;
            }
            self.enter()?;
            if kind.is_symlink() {
                self.sink.link(&path, &full)?;
            } else {
                self.sink.file(&path, &full)?;
            }
        }
        Ok(())
    }

    /// Tells the folders that what follows is in.
    fn enter(&mut self) -> Done {
        for (path, about) in std::mem::take(&mut self.waiting) {
            self.sink.folder(&path, &about)?;
        }
        Ok(())
    }
}

/// Opens a file that must not have become a link, and must not make us wait.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

fn unreadable(operation: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorCode::FileFailed {
        operation: operation.to_owned(),
        path: path.display().to_string(),
    })
    .caused_by(error)
}

#[cfg(test)]
mod tests;
