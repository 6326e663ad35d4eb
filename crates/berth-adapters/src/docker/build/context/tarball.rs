//! A folder as the tar that an engine builds from.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;

use bytes::{Bytes, BytesMut};
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc::Sender;

use super::{Done, Sink, Stop, open, unreadable};

/// What is given on at once, in bytes.
const CHUNK: usize = 64 << 10;

/// Writes a tar, in chunks.
pub(super) struct Tar {
    tar: Builder<Chunks>,
    /// Files, folders and links so far.
    pub(super) entries: u64,
}

impl Tar {
    pub(super) fn new(to: Sender<io::Result<Bytes>>) -> Self {
        Self {
            tar: Builder::new(Chunks {
                to,
                pending: BytesMut::with_capacity(CHUNK),
            }),
            entries: 0,
        }
    }

    /// Ends it; how many entries it has.
    pub(super) fn finish(self) -> Done<u64> {
        let ended = self.tar.into_inner().and_then(|mut chunks| chunks.send());
        ended.map(|()| self.entries).map_err(|_| Stop::Write)
    }
}

impl Sink for Tar {
    fn folder(&mut self, path: &Path, about: &Metadata) -> Done {
        let mut header = header(EntryType::Directory, about);
        self.tar
            .append_data(&mut header, path, io::empty())
            .map_err(|_| Stop::Write)?;
        self.entries += 1;
        Ok(())
    }

    fn link(&mut self, path: &Path, full: &Path) -> Done {
        let stop = |error: io::Error| Stop::Read(unreadable("read", full, &error));
        let about = fs::symlink_metadata(full).map_err(stop)?;
        let target = fs::read_link(full).map_err(stop)?;
        let mut header = header(EntryType::Symlink, &about);
        self.tar
            .append_link(&mut header, path, target)
            .map_err(|_| Stop::Write)?;
        self.entries += 1;
        Ok(())
    }

    fn file(&mut self, path: &Path, full: &Path) -> Done {
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
                self.entries += 1;
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

/// A file of exactly the length that its header tells, however it is written to meanwhile.
pub(super) struct Whole {
    pub(super) file: File,
    pub(super) left: u64,
    pub(super) failed: Option<io::Error>,
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
