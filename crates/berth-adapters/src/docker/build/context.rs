//! A folder as the tar that an engine builds from, written as it is read.
//!
//! Links stay links, and none is followed out of the folder; sockets, pipes and devices are left
//! out. Owners are, as with Docker's own command line, 0 everywhere.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use berth_core::error::{Error, ErrorCode, Result};
use bytes::{Bytes, BytesMut};
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc::Sender;

use super::ignore::{BadPattern, Ignore, Matched};

/// Longest Dockerfile and longest `.dockerignore`, in bytes.
const TEXT_LIMIT: u64 = 1 << 20;

/// What is given on at once, in bytes.
const CHUNK: usize = 64 << 10;

/// A folder to pack.
#[derive(Debug)]
pub struct Context {
    root: PathBuf,
    ignore: Ignore,
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
        Ok(Self { root, ignore })
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
        let mut pack = Pack {
            context: self,
            tar: Builder::new(Chunks {
                to: to.clone(),
                pending: BytesMut::with_capacity(CHUNK),
            }),
            packed: Packed::default(),
            waiting: Vec::new(),
        };
        let done = pack.folder(Path::new(""), "", &Matched::default());
        let done = done.and_then(|()| {
            let finished = pack.tar.into_inner().and_then(|mut chunks| chunks.send());
            finished.map_err(|_| Stop::Write)?;
            Ok(pack.packed)
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
}

/// Why packing ended early.
enum Stop {
    /// Something of the folder cannot be read.
    Read(Error),
    /// The other end went away.
    Write,
}

struct Pack<'a> {
    context: &'a Context,
    tar: Builder<Chunks>,
    packed: Packed,
    /// Folders that are left out themselves, until something in them is not.
    waiting: Vec<(PathBuf, Metadata)>,
}

impl Pack<'_> {
    /// Packs what is in a folder. `path` is relative, `name` the same with `/`.
    fn folder(
        &mut self,
        path: &Path,
        name: &str,
        above: &Matched,
    ) -> std::result::Result<(), Stop> {
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
                self.packed.withheld.push(name);
                continue;
            }
            self.enter()?;
            if kind.is_symlink() {
                self.link(&path, &full)?;
            } else {
                self.file(&path, &full)?;
            }
        }
        Ok(())
    }

    /// Writes the folders that what follows is in.
    fn enter(&mut self) -> std::result::Result<(), Stop> {
        for (path, about) in std::mem::take(&mut self.waiting) {
            let mut header = header(EntryType::Directory, &about);
            self.tar
                .append_data(&mut header, &path, io::empty())
                .map_err(|_| Stop::Write)?;
            self.packed.entries += 1;
        }
        Ok(())
    }

    fn link(&mut self, path: &Path, full: &Path) -> std::result::Result<(), Stop> {
        let stop = |error: io::Error| Stop::Read(unreadable("read", full, &error));
        let about = fs::symlink_metadata(full).map_err(stop)?;
        let target = fs::read_link(full).map_err(stop)?;
        let mut header = header(EntryType::Symlink, &about);
        self.tar
            .append_link(&mut header, path, target)
            .map_err(|_| Stop::Write)?;
        self.packed.entries += 1;
        Ok(())
    }

    fn file(&mut self, path: &Path, full: &Path) -> std::result::Result<(), Stop> {
        let stop = |error: io::Error| Stop::Read(unreadable("read", full, &error));
        let file = open(full).map_err(stop)?;
        let about = file.metadata().map_err(stop)?;
        // It was a file a moment ago.
        if !about.is_file() {
            return Ok(());
        }
        let mut header = header(EntryType::Regular, &about);
        header.set_size(about.len());
        let mut whole = Whole {
            file,
            left: about.len(),
            failed: None,
        };
        let wrote = self.tar.append_data(&mut header, path, &mut whole);
        match whole.failed {
            Some(error) => Err(stop(error)),
            None => {
                self.packed.entries += 1;
                wrote.map_err(|_| Stop::Write)
            }
        }
    }
}

fn header(kind: EntryType, about: &Metadata) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mode(mode(about));
    let since = about.modified().ok();
    let since = since.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    header.set_mtime(since.map_or(0, |since| since.as_secs()));
    header
}

#[cfg(unix)]
fn mode(about: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o7777
}

/// Windows has no such modes; Docker's own command line sends these from there.
#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0o755
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

/// A file of exactly the length that its header tells, however it is written to meanwhile.
struct Whole {
    file: File,
    left: u64,
    failed: Option<io::Error>,
}

impl Read for Whole {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let most = buffer.len().min(most);
        match self.file.read(&mut buffer[..most]) {
            Ok(0) => {
                self.failed = Some(io::ErrorKind::UnexpectedEof.into());
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Ok(read) => {
                self.left -= read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(error);
                Err(kind.into())
            }
        }
    }
}

/// Gives on what is written, in chunks.
struct Chunks {
    to: Sender<io::Result<Bytes>>,
    pending: BytesMut,
}

impl Chunks {
    fn send(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let chunk = self.pending.split().freeze();
        self.pending.reserve(CHUNK);
        self.to
            .blocking_send(Ok(chunk))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
