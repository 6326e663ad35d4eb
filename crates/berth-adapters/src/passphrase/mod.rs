//! The encrypted vault, for machines without a keychain: one file, opened with a passphrase.
//!
//! Once unlocked, the derived key lies in the kernel's keyring of this user until the login session
//! ends or nobody has used it for [`UNLOCKED_HOURS`]; so launchers read without a prompt, and
//! nothing that opens the file is on a disk. The passphrase itself is kept nowhere.

mod file;
mod session_key;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{VaultFacts, VaultKind};
use berth_core::input::InputProblem;
use berth_core::plan::VaultItem;
use berth_core::secret::Secret;

use self::file::{Header, Values};
use crate::private;
use crate::vault::Keep;
use crate::vault::sealed::SealKey;

/// Name of the file below Berth's home.
pub const FILE_NAME: &str = "secrets.vault";

/// Hours without use after which the vault is locked again.
pub const UNLOCKED_HOURS: u32 = 12;

/// Fewest characters of a new passphrase.
pub const SHORTEST: u32 = 8;

/// How long a process waits for another one that writes the file.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// The encrypted vault below one home.
#[derive(Clone, Debug)]
pub struct PassphraseVault {
    path: PathBuf,
}

impl PassphraseVault {
    /// `home` is Berth's. Nothing is opened yet.
    #[must_use]
    pub fn new(home: &Path) -> Self {
        Self {
            path: home.join(FILE_NAME),
        }
    }

    /// Makes an empty vault and unlocks it. Fails where one exists: its values would be lost.
    pub async fn create(&self, passphrase: &Secret) -> Result<()> {
        if passphrase.chars() < SHORTEST as usize {
            return Err(Error::new(ErrorCode::InputInvalid {
                input: "passphrase".to_owned(),
                problem: InputProblem::TooShort { min: SHORTEST },
            }));
        }
        if let Some(folder) = self.path.parent() {
            private::create_folder(folder)?;
        }
        let _writing = self.lock().await?;
        if self.path.exists() {
            let exists = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
            return Err(private::file_error("make", &self.path, &exists));
        }
        let (header, key) = derived(Header::new()?, passphrase).await?;
        // First, so that a system that cannot keep it gets no vault that cannot be used.
        session_key::put(&header.key_name(), &key, lifetime())?;
        file::write(&self.path, &header, &key, &Values::new())
    }

    /// Unlocks the vault for this login session.
    pub async fn unlock(&self, passphrase: &Secret) -> Result<()> {
        let header = file::read(&self.path)?.header;
        let (header, key) = derived(header, passphrase).await?;
        if !header.fits(&key) {
            return Err(Error::new(ErrorCode::PassphraseWrong));
        }
        session_key::put(&header.key_name(), &key, lifetime())
    }

    /// Locks it for every process of this user.
    pub fn lock_now(&self) -> Result<()> {
        session_key::forget(&file::read(&self.path)?.header.key_name())
    }

    fn key(&self, header: &Header) -> Result<SealKey> {
        session_key::get(&header.key_name(), lifetime())?
            .filter(|key| header.fits(key))
            .ok_or_else(|| Error::new(ErrorCode::PassphraseNeeded))
    }

    fn values(&self) -> Result<Values> {
        let sealed = file::read(&self.path)?;
        let key = self.key(&sealed.header)?;
        sealed.open(&self.path, &key)
    }

    async fn change(&self, work: impl FnOnce(&mut Values) -> bool + Send) -> Result<()> {
        let _writing = self.lock().await?;
        let sealed = file::read(&self.path)?;
        let key = self.key(&sealed.header)?;
        let mut values = sealed.open(&self.path, &key)?;
        if work(&mut values) {
            file::write(&self.path, &sealed.header, &key, &values)?;
        }
        Ok(())
    }

    /// Held while the file is read, changed and written.
    async fn lock(&self) -> Result<std::fs::File> {
        let path = self.path.with_extension("lock");
        let file = private::open_or_create(&path)?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(std::fs::TryLockError::WouldBlock) if began.elapsed() < LOCK_LIMIT => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    let held = std::io::Error::from(std::io::ErrorKind::WouldBlock);
                    return Err(private::file_error("lock", &path, &held));
                }
                Err(std::fs::TryLockError::Error(error)) => {
                    return Err(private::file_error("lock", &path, &error));
                }
            }
        }
    }
}

fn lifetime() -> Duration {
    Duration::from_secs(u64::from(UNLOCKED_HOURS) * 3_600)
}

/// Derives the key away from the runtime: it takes a good part of a second on purpose.
async fn derived(mut header: Header, passphrase: &Secret) -> Result<(Header, SealKey)> {
    let passphrase = passphrase.clone();
    tokio::task::spawn_blocking(move || {
        let key = header.derive(&passphrase)?;
        Ok((header, key))
    })
    .await
    .map_err(|error| Error::internal("deriving a key did not end").caused_by(&error))?
}

#[async_trait]
impl Keep for PassphraseVault {
    async fn probe(&self) -> Result<VaultFacts> {
        self.values()?;
        Ok(VaultFacts {
            kind: VaultKind::Passphrase,
            product: "Berth".to_owned(),
        })
    }

    async fn get(&self, item: &VaultItem) -> Result<Option<Secret>> {
        Ok(self.values()?.get(&item.account()).map(Secret::new))
    }

    async fn set(&self, item: &VaultItem, value: &Secret) -> Result<()> {
        self.change(|values| {
            values.put(item.account(), value.expose());
            true
        })
        .await
    }

    async fn contains(&self, item: &VaultItem) -> Result<bool> {
        Ok(self.values()?.get(&item.account()).is_some())
    }

    async fn delete(&self, item: &VaultItem) -> Result<()> {
        self.change(|values| values.remove(&item.account())).await
    }
}

#[cfg(test)]
mod tests;
