//! A key out of a passphrase: Argon2id.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use berth_core::error::{Error, Result};
use berth_core::secret::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::sealed::{self, KEY_LENGTH, SealKey};

/// Cost of deriving the key: 64 MiB and three passes, about a quarter of a second.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// A changed file cannot make us use more than this.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;

/// How a key is derived, and how to tell a wrong one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// Argon2id.
    memory_kib: u32,
    passes: u32,
    /// Base64.
    salt: String,
    /// Base64 of the first bytes of a hash of the key: a wrong passphrase is told from a damaged
    /// file. It helps a guesser no more than the sealed values do.
    check: String,
}

impl Derivation {
    /// With a new salt; the check is filled when the key is derived.
    pub fn new() -> Result<Self> {
        let mut salt = [0; 16];
        sealed::fill_random(&mut salt)?;
        Ok(Self {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            salt: BASE64_STANDARD.encode(salt),
            check: String::new(),
        })
    }

    /// Whether deriving the key takes no more than is reasonable.
    pub fn is_bearable(&self) -> bool {
        self.memory_kib <= MOST_MEMORY_KIB && self.passes <= MOST_PASSES
    }

    /// Derives the key; it takes a good part of a second on purpose. A new one is given its check.
    pub fn derive(&mut self, passphrase: &Secret) -> Result<SealKey> {
        let mut key = SealKey::default();
        let failed = |error: argon2::Error| {
            Error::internal("a key cannot be derived").with_cause(error.to_string())
        };
        let salt = BASE64_STANDARD
            .decode(&self.salt)
            .map_err(|error| Error::internal("a salt is damaged").caused_by(&error))?;
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

    /// Whether a key is the one.
    pub fn fits(&self, key: &SealKey) -> bool {
        self.check == check(key)
    }

    /// Different for each one.
    pub fn salt(&self) -> &str {
        &self.salt
    }
}

fn check(key: &SealKey) -> String {
    let mut hash = Sha256::new();
    hash.update(b"berth vault check");
    hash.update(key.as_slice());
    BASE64_STANDARD.encode(&hash.finalize()[..8])
}
