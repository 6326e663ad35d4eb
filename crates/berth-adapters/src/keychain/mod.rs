//! The operating system's keychain: service `berth`, account `name/generation/input`.
//!
//! On Linux the Secret Service is spoken to directly (see docs/decisions/0010); the items are those
//! of the keyring crate, attributes `service` and `username`, so other tools find them. macOS and
//! Windows go through keyring's own stores, made explicitly: nothing here is a process's global.

#[cfg(all(unix, not(target_os = "macos")))]
mod freedesktop;
mod large;
#[cfg(any(target_os = "macos", windows, test))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod session_bus;
#[cfg(all(test, target_os = "linux"))]
mod tests;

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{VaultFacts, VaultKind};
use berth_core::plan::VaultItem;
use berth_core::secret::Secret;
use zeroize::Zeroizing;

use self::large::LargeValues;
use crate::vault::Keep;

/// The service of all items.
pub const SERVICE: &str = "berth";

/// Most bytes that a Windows credential holds.
#[cfg(windows)]
const INLINE_LIMIT: Option<usize> = Some(2_560);
/// The other keychains hold what is given to them.
#[cfg(not(windows))]
const INLINE_LIMIT: Option<usize> = None;

/// A value's bytes; their memory is wiped.
type Bytes = Zeroizing<Vec<u8>>;

/// How the keychain is used.
#[derive(Clone, Debug)]
pub struct KeychainOptions {
    /// Seconds that an operation may take. Where a prompt may be shown, somebody has to read it,
    /// find the password and type it.
    pub limit_seconds: u32,
    /// Whether a locked keychain may ask the person to unlock it. A launcher never prompts.
    pub may_prompt: bool,
    /// The session bus on which the keychain answered last
    /// ([`berth_core::settings::MachineNotes::session_bus`]), for a process that was started
    /// without its address. Other systems than Linux have none.
    pub session_bus: Option<String>,
}

impl KeychainOptions {
    /// For the app's and the command line's work: a person is there.
    #[must_use]
    pub fn interactive(session_bus: Option<String>) -> Self {
        Self {
            limit_seconds: 60,
            may_prompt: true,
            session_bus,
        }
    }

    /// For the launcher: well within a client's start-up limit, and without a prompt.
    #[must_use]
    pub fn launcher(session_bus: Option<String>) -> Self {
        Self {
            limit_seconds: 10,
            may_prompt: false,
            session_bus,
        }
    }
}

/// A platform's keychain, by account and bytes. Errors are Berth's already.
#[async_trait]
trait Items: Send + Sync {
    /// Its name, and the session bus it was found on.
    async fn probe(&self) -> Result<Found>;
    async fn get(&self, account: &str) -> Result<Option<Bytes>>;
    async fn set(&self, account: &str, label: &str, value: &[u8]) -> Result<()>;
    async fn contains(&self, account: &str) -> Result<bool>;
    async fn delete(&self, account: &str) -> Result<()>;
}

/// What a probe found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The keychain.
    pub facts: VaultFacts,
    /// Address of the session bus that it is on, where the platform has such a thing.
    pub session_bus: Option<String>,
}

/// The operating system's keychain.
pub struct KeychainVault {
    items: Box<dyn Items>,
    large: LargeValues,
    limit: Duration,
}

impl KeychainVault {
    /// Nothing is opened yet; every call opens the keychain for itself, so that one that was
    /// restarted or unlocked meanwhile is no special case. `home` is Berth's.
    #[must_use]
    pub fn new(home: &Path, options: &KeychainOptions) -> Self {
        Self::over(platform(options), home, options, INLINE_LIMIT)
    }

    fn over(
        items: Box<dyn Items>,
        home: &Path,
        options: &KeychainOptions,
        inline_limit: Option<usize>,
    ) -> Self {
        Self {
            items,
            large: LargeValues::new(home, inline_limit),
            limit: Duration::from_secs(options.limit_seconds.into()),
        }
    }

    /// Whether the keychain can be used, and where it is.
    pub async fn find(&self) -> Result<Found> {
        self.limited(self.items.probe()).await
    }

    /// A keychain that waits (for a prompt that nobody sees, for a service that hangs) is left
    /// waiting.
    async fn limited<T>(&self, work: impl Future<Output = Result<T>> + Send) -> Result<T> {
        tokio::time::timeout(self.limit, work)
            .await
            .unwrap_or_else(|_| {
                let seconds = u32::try_from(self.limit.as_secs()).unwrap_or(u32::MAX);
                Err(Error::new(ErrorCode::KeychainTimeout { seconds }))
            })
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn platform(options: &KeychainOptions) -> Box<dyn Items> {
    Box::new(freedesktop::SecretServiceItems::new(options))
}

#[cfg(any(target_os = "macos", windows))]
fn platform(options: &KeychainOptions) -> Box<dyn Items> {
    Box::new(native::NativeItems::platform(options))
}

#[async_trait]
impl Keep for KeychainVault {
    async fn probe(&self) -> Result<VaultFacts> {
        Ok(self.find().await?.facts)
    }

    async fn get(&self, item: &VaultItem) -> Result<Option<Secret>> {
        let account = item.account();
        let work = async {
            let Some(stored) = self.items.get(&account).await? else {
                return Ok(None);
            };
            let value = self.large.restore(&account, stored)?;
            match std::str::from_utf8(&value) {
                Ok(text) => Ok(Some(Secret::new(text))),
                // Its text would say which bytes: the error is not kept as a cause.
                Err(_) => Err(failed("read a value that is not text")),
            }
        };
        self.limited(work).await
    }

    async fn set(&self, item: &VaultItem, value: &Secret) -> Result<()> {
        let account = item.account();
        let label = format!("Berth: {} of {}", item.input, item.name);
        let work = async {
            // What is replaced may have a file, but reading it is needed only where files are used.
            let before = match self.large.is_used() {
                true => self.items.get(&account).await?,
                false => None,
            };
            let stored = self.large.prepare(&account, value.expose().as_bytes())?;
            self.items.set(&account, &label, &stored).await?;
            before.map_or(Ok(()), |before| self.large.discard(&before))
        };
        self.limited(work).await
    }

    async fn contains(&self, item: &VaultItem) -> Result<bool> {
        self.limited(self.items.contains(&item.account())).await
    }

    async fn delete(&self, item: &VaultItem) -> Result<()> {
        let account = item.account();
        let work = async {
            let before = match self.large.is_used() {
                true => self.items.get(&account).await?,
                false => None,
            };
            self.items.delete(&account).await?;
            before.map_or(Ok(()), |before| self.large.discard(&before))
        };
        self.limited(work).await
    }
}

/// Completes "The keychain could not …".
fn failed(operation: &str) -> Error {
    Error::new(ErrorCode::KeychainFailed {
        operation: operation.to_owned(),
    })
}

fn facts(product: &str) -> VaultFacts {
    VaultFacts {
        kind: VaultKind::Keychain,
        product: product.to_owned(),
    }
}
