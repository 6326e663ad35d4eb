//! The vault's file: a header in JSON that says how the key is derived, and the values, sealed.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::secret::Secret;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::private;
use crate::vault::derived::Derivation;
use crate::vault::sealed::{self, SealKey};

/// What the file is, for whoever looks into it.
const FORMAT: &str = "berth vault 1";

/// How the key is derived, and how to tell a wrong one. It is authenticated with the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    format: String,
    #[serde(flatten)]
    derivation: Derivation,
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
        Ok(Self {
            format: FORMAT.to_owned(),
            derivation: Derivation::new()?,
        })
    }

    /// Derives the key. A new header is given its check.
    pub fn derive(&mut self, passphrase: &Secret) -> Result<SealKey> {
        self.derivation.derive(passphrase)
    }

    /// Whether a key is this vault's.
    pub fn fits(&self, key: &SealKey) -> bool {
        self.derivation.fits(key)
    }

    /// What the key is called in the session: every vault has another salt.
    pub fn key_name(&self) -> String {
        format!("berth:vault:{}", self.derivation.salt())
    }

    fn about(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self)
            .map_err(|error| Error::internal("a header has no JSON form").caused_by(&error))
    }
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
    if !header.derivation.is_bearable() {
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
