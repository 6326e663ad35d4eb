//! A project's folder, copied without what its tools made.

use std::io::{self, Read};
use std::path::Path;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::progress::Watch;
use bytes::{Buf, Bytes};
use tar::Archive;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::docker::build::folder::{Context, Ignore};

/// What is not copied, as `.dockerignore` would say it: what is made from the rest, and the history.
const MADE: &str = "**/node_modules\n**/.git\n";

/// How many chunks wait to be written: what of the folder is in memory.
const AHEAD: usize = 4;

/// Copies a folder to a place where nothing is yet; links stay links, and none is followed out of
/// it. Files with credentials (`.env`) are left out, and named to the watch.
///
/// # Errors
/// `FolderMissing`, `FileFailed`; what the watch says when it is cancelled.
pub async fn copy(from: &str, to: &str, watch: &Watch) -> Result<()> {
    let made =
        Ignore::parse(MADE).map_err(|_| Error::internal("what is not copied cannot be read"))?;
    let context = Context::without(from, made)?;
    let (sender, receiver) = channel(AHEAD);
    let packing = spawn_blocking(move || context.pack(sender));
    let target = to.to_owned();
    let cancel = watch.cancel().clone();
    let writing = spawn_blocking(move || {
        let stream = Stream {
            from: receiver,
            chunk: Bytes::new(),
            cancel,
        };
        std::fs::create_dir_all(&target)?;
        Archive::new(stream).unpack(Path::new(&target))
    });
    // Each ends with the other. Both are waited for: nobody writes any more once this is left.
    let (packed, written) = (packing.await, writing.await);
    watch.check()?;
    let ended = |error| Error::internal("a copy ended early").caused_by(&error);
    let packed = packed.map_err(ended)??;
    written.map_err(ended)?.map_err(|error| {
        Error::new(ErrorCode::FileFailed {
            operation: "write".to_owned(),
            path: to.to_owned(),
        })
        .caused_by(&error)
    })?;
    for name in packed.withheld {
        watch.line(format!("left out: {name}"));
    }
    Ok(())
}

/// What is packed, as it comes. Read on a thread of its own.
struct Stream {
    from: Receiver<io::Result<Bytes>>,
    chunk: Bytes,
    cancel: CancellationToken,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        while !self.chunk.has_remaining() {
            match self.from.blocking_recv() {
                Some(chunk) => self.chunk = chunk?,
                None => return Ok(0),
            }
        }
        let length = self.chunk.len().min(buffer.len());
        self.chunk.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
