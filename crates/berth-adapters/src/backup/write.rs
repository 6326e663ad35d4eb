//! Writing the file.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use berth_core::backup::Backup;
use berth_core::error::{Error, Result};
use berth_core::secret::Secret;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use zeroize::Zeroizing;

use super::format::{
    CHUNK, Count, DATA, END, Head, Key, MAGIC, Manifest, VOLUME, derived, hex, json, needed,
};
use crate::private::file_error;
use crate::vault::derived::Derivation;
use crate::vault::sealed::{self, PARTS_NONCE, Parts};

/// Writes a file.
pub struct Writer<'a> {
    path: &'a Path,
    file: BufWriter<File>,
    seal: Option<Parts>,
    /// A frame that is not full yet: its kind, then data.
    frame: Zeroizing<Vec<u8>>,
    count: Count,
    manifest: Manifest,
    written: u64,
}

impl<'a> Writer<'a> {
    /// Begins with an empty file.
    pub async fn begin(
        path: &'a Path,
        file: File,
        backup: &Backup,
        passphrase: Option<&Secret>,
    ) -> Result<Self> {
        let mut head = Head {
            backup: backup.clone(),
            key: None,
        };
        let mut key = None;
        if backup.encrypted {
            let passphrase = passphrase.ok_or_else(needed)?;
            let (derivation, derived) = derived(Derivation::new()?, passphrase).await?;
            let mut nonce = [0; PARTS_NONCE];
            sealed::fill_random(&mut nonce)?;
            head.key = Some(Key {
                derivation,
                nonce: BASE64_STANDARD.encode(nonce),
            });
            key = Some((derived, nonce));
        }
        let line = json(&head)?;
        let mut hash = Sha256::new();
        hash.update(&line);
        let mut writer = Self {
            path,
            file: BufWriter::new(file),
            seal: key.map(|(key, nonce)| Parts::new(key, nonce, line.clone())),
            frame: Zeroizing::new(Vec::with_capacity(CHUNK + 1)),
            count: Count::default(),
            manifest: Manifest {
                head: hex(hash),
                volumes: Vec::new(),
            },
            written: 0,
        };
        writer.put(MAGIC).await?;
        writer.put(&line).await?;
        writer.put(b"\n").await?;
        Ok(writer)
    }

    /// Bytes so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// More of the current volume.
    pub async fn data(&mut self, mut data: &[u8]) -> Result<()> {
        self.count.add(data);
        while !data.is_empty() {
            if self.frame.is_empty() {
                self.frame.push(DATA);
            }
            let (now, later) = data.split_at(data.len().min(CHUNK + 1 - self.frame.len()));
            self.frame.extend_from_slice(now);
            data = later;
            if self.frame.len() > CHUNK {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// The current volume is over.
    pub async fn volume(&mut self) -> Result<()> {
        self.flush().await?;
        let sum = self.count.sum();
        self.frame.push(VOLUME);
        self.frame.extend_from_slice(&json(&sum)?);
        self.manifest.volumes.push(sum);
        self.flush().await
    }

    /// The whole is over, and on the disk; its size.
    pub async fn end(mut self) -> Result<u64> {
        self.frame.push(END);
        self.frame.extend_from_slice(&json(&self.manifest)?);
        self.flush().await?;
        let failed = |error: std::io::Error| file_error("write", self.path, &error);
        self.file.flush().await.map_err(failed)?;
        self.file.get_ref().sync_all().await.map_err(failed)?;
        Ok(self.written)
    }

    async fn flush(&mut self) -> Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let sealed = match &mut self.seal {
            Some(parts) => parts.seal(&self.frame)?,
            None => self.frame.to_vec(),
        };
        self.frame.clear();
        let length = u32::try_from(sealed.len())
            .map_err(|error| Error::internal("a frame is too long").caused_by(&error))?;
        self.put(&length.to_be_bytes()).await?;
        self.put(&sealed).await
    }

    async fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.written += bytes.len() as u64;
        let written = self.file.write_all(bytes).await;
        written.map_err(|error| file_error("write", self.path, &error))
    }
}
