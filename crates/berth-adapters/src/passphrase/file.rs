//! The vault's file: a header in JSON that says how the key is derived, and the values, sealed.

use std::collections::BTreeMap;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::secret::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::private;
use crate::vault::sealed::{self, KEY_LENGTH, SealKey};

/// What the file is, for whoever looks into it.
const FORMAT: &str = "berth vault 1";

/// Cost of deriving the key: 64 MiB and three passes, about a quarter of a second.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// A changed file cannot make us use more than this.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;

/// How the key is derived, and how to tell a wrong one. It is authenticated with the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    format: String,
    /// Argon2id.
    memory_kib: u32,
    passes: u32,
    /// Base64.
    salt: String,
    /// Base64 of the first bytes of a hash of the key: a wrong passphrase is told from a damaged
    /// file. It helps a guesser no more than the sealed values do.
    check: String,
}

/// The file.
#[derive(Serialize, Deserialize)]
pub struct VaultFile {
    #[serde(flatten)]
    pub header: Header,
    /// Base64.
    sealed: String,
}

impl Header {
    /// With a new salt; the check is filled when the key is derived.
    pub fn new() -> Result<Self> {
        let mut salt = [0; 16];
        sealed::fill_random(&mut salt)?;
        Ok(Self {
            format: FORMAT.to_owned(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            salt: BASE64_STANDARD.encode(salt),
            check: String::new(),
        })
    }

    /// Derives the key. A new header is given its check.
    pub fn derive(&mut self, passphrase: &Secret) -> Result<SealKey> {
        let mut key = SealKey::default();
        let failed = |error: argon2::Error| {
            Error::internal("the vault's key cannot be derived").with_cause(error.to_string())
        };
        let salt = BASE64_STANDARD
            .decode(&self.salt)
            .map_err(|error| Error::internal("the vault's salt is damaged").caused_by(&error))?;
        let params =
            Params::new(self.memory_kib, self.passes, 1, Some(KEY_LENGTH)).map_err(failed)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), &salt, key.as_mut())
            .map_err(failed)?;
        if self.check.is_empty() {
            self.check = check(&key);
        }
        Ok(key)
    }

    /// Whether a key is this vault's.
    pub fn fits(&self, key: &SealKey) -> bool {
        self.check == check(key)
    }

    /// What the key is called in the session: every vault has another salt.
    pub fn key_name(&self) -> String {
        format!("berth:vault:{}", self.salt)
    }

    fn about(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self)
            .map_err(|error| Error::internal("a header has no JSON form").caused_by(&error))
    }
}

fn check(key: &SealKey) -> String {
    let mut hash = Sha256::new();
    hash.update(b"berth vault check");
    hash.update(key.as_slice());
    BASE64_STANDARD.encode(&hash.finalize()[..8])
}

/// Reads the file. It is not opened yet.
pub fn read(path: &Path) -> Result<VaultFile> {
    let bytes = std::fs::read(path).map_err(|error| private::file_error("read", path, &error))?;
    let file: VaultFile =
        serde_json::from_slice(&bytes).map_err(|error| damaged(path).caused_by(&error))?;
    let header = &file.header;
    if header.format != FORMAT {
        return Err(damaged(path).with_cause("it has another format"));
    }
    if header.memory_kib > MOST_MEMORY_KIB || header.passes > MOST_PASSES {
        return Err(damaged(path).with_cause("deriving its key would take too much"));
    }
    Ok(file)
}

/// Writes the whole file in one go.
pub fn write(path: &Path, header: &Header, key: &SealKey, values: &Values) -> Result<()> {
    // Room for all of it: a vector that grows leaves copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(values.room()));
    serde_json::to_writer(&mut *plain, &values.0)
        .map_err(|error| Error::internal("the values have no JSON form").caused_by(&error))?;
    let file = VaultFile {
        header: header.clone(),
        sealed: BASE64_STANDARD.encode(sealed::seal(key, &header.about()?, &plain)?),
    };
    let mut text = serde_json::to_vec_pretty(&file)
        .map_err(|error| Error::internal("the vault has no JSON form").caused_by(&error))?;
    text.push(b'\n');
    private::replace(path, &text)
}

impl VaultFile {
    /// Decrypts the values.
    pub fn open(&self, path: &Path, key: &SealKey) -> Result<Values> {
        let bytes = BASE64_STANDARD
            .decode(&self.sealed)
            .map_err(|error| damaged(path).caused_by(&error))?;
        let plain = sealed::open(key, &self.header.about()?, &bytes)
            .ok_or_else(|| damaged(path).with_cause("its content was changed"))?;
        // The parser's error could quote a value.
        serde_json::from_slice(&plain)
            .map(Values)
            .map_err(|_| damaged(path))
    }
}

fn damaged(path: &Path) -> Error {
    Error::new(ErrorCode::StoreDamaged {
        path: path.display().to_string(),
    })
}

/// The values by account; their memory is wiped.
pub struct Values(BTreeMap<String, String>);

impl Values {
    pub fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub fn get(&self, account: &str) -> Option<&str> {
        self.0.get(account).map(String::as_str)
    }

    pub fn put(&mut self, account: String, value: &str) {
        if let Some(mut old) = self.0.insert(account, value.to_owned()) {
            old.zeroize();
        }
    }

    /// Whether there was one.
    pub fn remove(&mut self, account: &str) -> bool {
        match self.0.remove(account) {
            Some(mut old) => {
                old.zeroize();
                true
            }
            None => false,
        }
    }

    /// Most bytes of its JSON: every byte could become `\u00XX`.
    fn room(&self) -> usize {
        let text = |s: &String| s.len() * 6 + 4;
        self.0.iter().map(|(k, v)| text(k) + text(v)).sum::<usize>() + 2
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        self.0.values_mut().for_each(Zeroize::zeroize);
    }
}
