//! The file (`docs/backup-format.md`): a line that says what it is, a line of JSON that says what is
//! in it, then frames, sealed where the file is encrypted.

use berth_core::backup::{Backup, PASSPHRASE};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::secret::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::vault::derived::Derivation;
use crate::vault::sealed::SealKey;

/// The first line.
pub const MAGIC: &[u8] = b"berth backup 1\n";

/// Most bytes of the second line.
pub const HEAD_LIMIT: u64 = 256 * 1024;

/// Most bytes of a volume in a frame.
pub const CHUNK: usize = 64 * 1024;

/// The first byte of a frame says what it is.
pub const DATA: u8 = b'd';
pub const VOLUME: u8 = b'v';
pub const END: u8 = b'e';

/// The second line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    #[serde(flatten)]
    pub backup: Backup,
    /// How the key is derived; only, and always, in an encrypted file.
    pub key: Option<Key>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Key {
    #[serde(flatten)]
    pub derivation: Derivation,
    /// Base64: the beginning of the frames' nonces.
    pub nonce: String,
}

/// The end of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Bytes of its tar stream.
    pub bytes: u64,
    /// In hexadecimal, over its tar stream.
    pub sha256: String,
}

/// The end of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// In hexadecimal, over the second line without its line break.
    pub head: String,
    /// Each volume's.
    pub volumes: Vec<Sum>,
}

pub fn hex(hash: Sha256) -> String {
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn json<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|error| Error::internal("a backup's part has no JSON form").caused_by(&error))
}

pub fn needed() -> Error {
    Error::new(ErrorCode::InputMissing {
        input: PASSPHRASE.to_owned(),
    })
}

/// Derives a key away from the runtime.
pub async fn derived(mut key: Derivation, passphrase: &Secret) -> Result<(Derivation, SealKey)> {
    let passphrase = passphrase.clone();
    tokio::task::spawn_blocking(move || {
        let derived = key.derive(&passphrase)?;
        Ok((key, derived))
    })
    .await
    .map_err(|error| Error::internal("deriving a key did not end").caused_by(&error))?
}

/// What has come by of a volume.
#[derive(Default)]
pub struct Count {
    hash: Sha256,
    pub bytes: u64,
}

impl Count {
    /// More of it.
    pub fn add(&mut self, data: &[u8]) {
        self.hash.update(data);
        self.bytes += data.len() as u64;
    }

    /// It is over; the next one begins.
    pub fn sum(&mut self) -> Sum {
        let Self { hash, bytes } = std::mem::take(self);
        Sum {
            bytes,
            sha256: hex(hash),
        }
    }
}
