//! macOS's and Windows's keychains, through keyring's stores for them.
//!
//! Their calls block, on macOS for as long as a prompt is shown. Each one has a thread of its own,
//! which a time limit leaves behind: unlike the runtime's blocking threads it does not hold up the
//! process's end.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use keyring_core::{CredentialStore, Entry};
use zeroize::Zeroizing;

use super::{Bytes, Found, Items, SERVICE, facts, failed};

/// Opens the platform's store.
type Open = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// Items of a keyring store.
#[derive(Clone)]
pub struct NativeItems {
    open: Open,
    product: &'static str,
    modifiers: &'static [(&'static str, &'static str)],
    /// Only macOS's keychain shows prompts.
    #[cfg_attr(not(target_os = "macos"), allow(dead_code))]
    may_prompt: bool,
}

impl NativeItems {
    #[cfg(target_os = "macos")]
    pub fn platform(options: &super::KeychainOptions) -> Self {
        Self {
            open: Arc::new(|| Ok(apple_native_keyring_store::keychain::Store::new()?)),
            product: "macOS Keychain",
            modifiers: &[],
            may_prompt: options.may_prompt,
        }
    }

    #[cfg(windows)]
    pub fn platform(options: &super::KeychainOptions) -> Self {
        Self {
            open: Arc::new(|| Ok(windows_native_keyring_store::Store::new()?)),
            product: "Windows Credential Manager",
            // The default would let a secret roam to other computers with the profile.
            modifiers: &[("persistence", "Local")],
            may_prompt: options.may_prompt,
        }
    }

    /// Runs an operation on an account's entry, on a thread of its own.
    async fn on<T: Send + 'static>(
        &self,
        account: &str,
        operation: &'static str,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let (items, account) = (self.clone(), account.to_owned());
        let (send, receive) = tokio::sync::oneshot::channel();
        let run = move || {
            let done = items
                .entry(&account)
                .and_then(|entry| items.quietly(|| work(&entry)));
            // Nobody waits any more once the time limit has passed.
            let _ = send.send(done);
        };
        std::thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(run)
            .map_err(|error| failed(operation).caused_by(&error))?;
        match receive.await {
            Ok(Ok(value)) => Ok(Some(value)),
            Ok(Err(keyring_core::Error::NoEntry)) => Ok(None),
            Ok(Err(error)) => Err(explain(&error, operation)),
            Err(gone) => Err(failed(operation).caused_by(&gone)),
        }
    }

    fn entry(&self, account: &str) -> keyring_core::Result<Entry> {
        let modifiers: HashMap<&str, &str> = self.modifiers.iter().copied().collect();
        let modifiers = (!modifiers.is_empty()).then_some(&modifiers);
        (self.open)()?.build(SERVICE, account, modifiers)
    }

    /// Without a prompt, where none is allowed. The switch is the process's; the launcher, which
    /// is the one that must not prompt, does nothing else with the keychain.
    #[cfg(target_os = "macos")]
    fn quietly<T>(
        &self,
        work: impl FnOnce() -> keyring_core::Result<T>,
    ) -> keyring_core::Result<T> {
        use security_framework::os::macos::keychain::SecKeychain;
        let _quiet = match self.may_prompt {
            true => None,
            false => Some(
                SecKeychain::disable_user_interaction()
                    .map_err(|error| keyring_core::Error::PlatformFailure(Box::new(error)))?,
            ),
        };
        work()
    }

    #[cfg(not(target_os = "macos"))]
    fn quietly<T>(
        &self,
        work: impl FnOnce() -> keyring_core::Result<T>,
    ) -> keyring_core::Result<T> {
        work()
    }
}

#[async_trait]
impl Items for NativeItems {
    async fn probe(&self) -> Result<Found> {
        // Asking for what is not there opens the store and shows no prompt.
        self.on("probe", "be opened", |entry| {
            entry.get_credential().map(|_| ())
        })
        .await?;
        Ok(Found {
            facts: facts(self.product),
            session_bus: None,
        })
    }

    async fn get(&self, account: &str) -> Result<Option<Bytes>> {
        self.on(account, "read a secret", |entry| {
            entry.get_secret().map(Zeroizing::new)
        })
        .await
    }

    async fn set(&self, account: &str, _label: &str, value: &[u8]) -> Result<()> {
        let value = Zeroizing::new(value.to_vec());
        self.on(account, "store a secret", move |entry| {
            entry.set_secret(&value)
        })
        .await?
        .ok_or_else(|| failed("store a secret"))
    }

    async fn contains(&self, account: &str) -> Result<bool> {
        let found = self
            .on(account, "be searched", |entry| {
                entry.get_credential().map(|_| ())
            })
            .await?;
        Ok(found.is_some())
    }

    async fn delete(&self, account: &str) -> Result<()> {
        self.on(account, "delete a secret", Entry::delete_credential)
            .await?;
        Ok(())
    }
}

/// `operation` completes "The keychain could not …".
fn explain(error: &keyring_core::Error, operation: &str) -> Error {
    use keyring_core::Error as E;
    match error {
        E::NoStorageAccess(_) => Error::new(ErrorCode::KeychainLocked).caused_by(error),
        E::PlatformFailure(cause) if is_refusal(cause.as_ref()) => {
            Error::new(ErrorCode::KeychainLocked).caused_by(error)
        }
        // Both carry the value in their text or their debug form.
        E::BadEncoding(_) | E::BadDataFormat(..) => failed(operation),
        _ => failed(operation).caused_by(error),
    }
}

/// Whether macOS could not ask, or was told no.
#[cfg(target_os = "macos")]
fn is_refusal(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    // errSecInteractionNotAllowed, errSecAuthFailed, errSecUserCanceled
    cause
        .downcast_ref::<security_framework::base::Error>()
        .is_some_and(|error| [-25_308, -25_293, -128].contains(&error.code()))
}

#[cfg(not(target_os = "macos"))]
fn is_refusal(_cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use berth_core::plan::VaultItem;
    use berth_core::secret::Secret;
    use keyring_core::mock;

    use super::super::{KeychainOptions, KeychainVault};
    use super::*;
    use crate::vault::Keep;

    fn items(store: &Arc<CredentialStore>) -> NativeItems {
        let store = Arc::clone(store);
        NativeItems {
            open: Arc::new(move || Ok(Arc::clone(&store))),
            product: "Mock",
            modifiers: &[],
            may_prompt: true,
        }
    }

    fn store() -> Arc<CredentialStore> {
        mock::Store::new().expect("made")
    }

    /// A vault as on Windows, where an item holds 2,560 bytes.
    fn vault(store: &Arc<CredentialStore>, home: &Path) -> KeychainVault {
        let options = KeychainOptions::interactive(None);
        KeychainVault::over(Box::new(items(store)), home, &options, Some(2_560))
    }

    fn item() -> VaultItem {
        VaultItem {
            name: "n".to_owned(),
            generation: "g".to_owned(),
            input: "token".to_owned(),
        }
    }

    fn files(home: &Path) -> usize {
        std::fs::read_dir(home.join("vault")).map_or(0, Iterator::count)
    }

    #[tokio::test]
    async fn stores_reads_and_deletes() {
        let items = items(&store());
        assert_eq!(items.probe().await.expect("there").facts.product, "Mock");
        assert!(items.get("a").await.expect("asked").is_none());
        items.set("a", "label", b"value").await.expect("stored");
        assert!(items.contains("a").await.expect("asked"));
        let read = items.get("a").await.expect("asked").expect("there");
        assert_eq!(read.as_slice(), b"value");
        items.delete("a").await.expect("deleted");
        items.delete("a").await.expect("missing is fine");
        assert!(!items.contains("a").await.expect("asked"));
    }

    #[tokio::test]
    async fn a_refused_store_is_locked_and_a_broken_one_has_failed() {
        let store = store();
        let items = items(&store);
        items.set("a", "label", b"value").await.expect("stored");
        let cause = || Box::new(std::io::Error::other("why"));
        for (error, name) in [
            (
                keyring_core::Error::NoStorageAccess(cause()),
                "keychain_locked",
            ),
            (
                keyring_core::Error::PlatformFailure(cause()),
                "keychain_failed",
            ),
            (
                keyring_core::Error::BadEncoding(b"value".to_vec()),
                "keychain_failed",
            ),
        ] {
            let entry = store.build(SERVICE, "a", None).expect("built");
            let mock: &mock::Cred = entry.as_any().downcast_ref().expect("a mock");
            mock.set_error(error);
            let error = items.get("a").await.expect_err("as told");
            assert_eq!(error.name(), name);
            assert!(!format!("{error:?}").contains("value"), "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_long_value_takes_its_file_along() {
        let home = tempfile::tempdir().expect("a folder");
        let store = store();
        let vault = vault(&store, home.path());
        let long = Secret::new("line\n".repeat(2_000));
        for expected_files in [1, 1] {
            vault.set(&item(), &long).await.expect("stored");
            assert_eq!(files(home.path()), expected_files, "the old file goes");
        }
        let read = vault.get(&item()).await.expect("read").expect("there");
        assert_eq!(read.expose(), long.expose());
        let raw = items(&store).get(&item().account()).await.expect("read");
        assert!(raw.expect("there").len() <= 2_560);

        vault
            .set(&item(), &Secret::new("short"))
            .await
            .expect("stored");
        assert_eq!(files(home.path()), 0);
        vault.set(&item(), &long).await.expect("stored");
        vault.delete(&item()).await.expect("deleted");
        assert_eq!(files(home.path()), 0);
        assert!(vault.get(&item()).await.expect("read").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_keychain_that_waits_for_nobody_is_left_waiting() {
        let home = tempfile::tempdir().expect("a folder");
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let waiting = NativeItems {
            open: Arc::new(move || {
                let _ = held.lock().map(|held| held.recv());
                Err(keyring_core::Error::NoDefaultStore)
            }),
            product: "Mock",
            modifiers: &[],
            may_prompt: true,
        };
        let options = KeychainOptions::interactive(None);
        let vault = KeychainVault::over(Box::new(waiting), home.path(), &options, None);
        assert_eq!(
            vault.get(&item()).await.expect_err("too long").code,
            ErrorCode::KeychainTimeout { seconds: 60 }
        );
        drop(hold);
    }
}
