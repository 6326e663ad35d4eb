//! Reading the file. Nothing of it is believed before it is checked.

use std::io::ErrorKind;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use berth_core::backup::Backup;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::secret::Secret;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, BufReader};
use zeroize::Zeroizing;

use super::format::{
    CHUNK, Count, DATA, END, HEAD_LIMIT, Head, MAGIC, Manifest, Sum, VOLUME, derived, hex, needed,
};
use crate::private::file_error;
use crate::vault::sealed::{Parts, TAG_LENGTH};

/// Reads a file.
pub struct Reader<'a> {
    path: &'a Path,
    file: BufReader<File>,
    open: Option<Parts>,
    head: Head,
    line: Vec<u8>,
    count: Count,
    sums: Vec<Sum>,
    read: u64,
    size: u64,
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// More of the current volume.
    Data(Zeroizing<Vec<u8>>),
    /// The current volume is over, and was what was written.
    Volume,
    /// The file is over, and nothing of it is missing.
    End,
}

impl<'a> Reader<'a> {
    /// Opens a file and reads what it says of itself.
    pub async fn open(path: &'a Path) -> Result<Self> {
        let failed = |error: std::io::Error| file_error("read", path, &error);
        let file = File::open(path).await.map_err(failed)?;
        let about = file.metadata().await.map_err(failed)?;
        let foreign = || {
            Error::new(ErrorCode::BackupForeign {
                path: path.display().to_string(),
            })
        };
        // What is no file could be read without end.
        if !about.is_file() {
            return Err(foreign());
        }
        let mut file = BufReader::new(file);
        let mut magic = [0; MAGIC.len()];
        match file.read_exact(&mut magic).await {
            Ok(_) if magic == MAGIC => {}
            Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(failed(error)),
            _ => return Err(foreign()),
        }
        let mut line = Vec::new();
        let mut limited = (&mut file).take(HEAD_LIMIT);
        limited.read_until(b'\n', &mut line).await.map_err(failed)?;
        if line.pop() != Some(b'\n') {
            return Err(damaged(path));
        }
        let head: Head =
            serde_json::from_slice(&line).map_err(|error| damaged(path).caused_by(&error))?;
        if head.key.is_some() != head.backup.encrypted {
            return Err(damaged(path));
        }
        let read = file.stream_position().await.map_err(failed)?;
        Ok(Self {
            path,
            file,
            open: None,
            head,
            line,
            count: Count::default(),
            sums: Vec::new(),
            read,
            size: about.len(),
        })
    }

    /// What it says of itself.
    pub fn backup(&self) -> &Backup {
        &self.head.backup
    }

    /// Bytes so far, and of the whole file.
    pub fn progress(&self) -> (u64, u64) {
        (self.read, self.size)
    }

    /// Gets ready to read the content.
    pub async fn unlock(&mut self, passphrase: Option<&Secret>) -> Result<()> {
        let Some(key) = self.head.key.clone() else {
            return Ok(());
        };
        let passphrase = passphrase.ok_or_else(needed)?;
        let nonce = BASE64_STANDARD
            .decode(&key.nonce)
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        let nonce = nonce
            .filter(|_| key.derivation.is_bearable())
            .ok_or_else(|| damaged(self.path))?;
        let (derivation, derived) = derived(key.derivation, passphrase).await?;
        if !derivation.fits(&derived) {
            return Err(Error::new(ErrorCode::BackupLocked {
                path: self.path.display().to_string(),
            }));
        }
        self.open = Some(Parts::new(derived, nonce, self.line.clone()));
        Ok(())
    }

    /// The next part of the content. After [`Next::End`] there is none.
    pub async fn next(&mut self) -> Result<Next> {
        let mut length = [0; 4];
        self.exactly(&mut length).await?;
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 || length > CHUNK + 1 + TAG_LENGTH {
            return Err(damaged(self.path));
        }
        let mut frame = Zeroizing::new(vec![0; length]);
        self.exactly(&mut frame).await?;
        if let Some(parts) = &mut self.open {
            frame = parts.open(&frame).ok_or_else(|| damaged(self.path))?;
        }
        let Some((kind, content)) = frame.split_first() else {
            return Err(damaged(self.path));
        };
        match *kind {
            DATA => {
                self.count.add(content);
                frame.remove(0);
                Ok(Next::Data(frame))
            }
            VOLUME => {
                let sum = self.count.sum();
                if serde_json::from_slice::<Sum>(content).ok().as_ref() != Some(&sum) {
                    return Err(damaged(self.path));
                }
                self.sums.push(sum);
                Ok(Next::Volume)
            }
            END => {
                let mut hash = Sha256::new();
                hash.update(&self.line);
                let whole = Manifest {
                    head: hex(hash),
                    volumes: std::mem::take(&mut self.sums),
                };
                let is_whole = serde_json::from_slice::<Manifest>(content).ok()
                    == Some(whole.clone())
                    && whole.volumes.len() == self.head.backup.volumes.len()
                    && self.count.bytes == 0
                    && self.read == self.size;
                if is_whole {
                    Ok(Next::End)
                } else {
                    Err(damaged(self.path))
                }
            }
            _ => Err(damaged(self.path)),
        }
    }

    async fn exactly(&mut self, bytes: &mut [u8]) -> Result<()> {
        match self.file.read_exact(bytes).await {
            Ok(_) => {
                self.read += bytes.len() as u64;
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(damaged(self.path)),
            Err(error) => Err(file_error("read", self.path, &error)),
        }
    }
}

fn damaged(path: &Path) -> Error {
    Error::new(ErrorCode::BackupDamaged {
        path: path.display().to_string(),
    })
}
