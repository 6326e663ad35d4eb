//! Over a real GNOME Keyring on a bus of the test's own.

use std::sync::Arc;
use std::time::Duration;

use berth_core::port::{SecretReader, Vault};
use berth_testkit::contract;
use berth_testkit::keychain::Keychain;
use secret_service::{EncryptionType, SecretService};
use tempfile::TempDir;

use super::freedesktop::SecretServiceItems;
use super::session_bus::Candidates;
use super::*;
use crate::vault::{self, Keep};

fn keychain() -> Keychain {
    Keychain::start().expect("a keychain; its programs are installed by the project's commands")
}

/// A vault on that bus and no other.
struct Bench {
    vault: Arc<KeychainVault>,
    _home: TempDir,
}

fn bench(bus: &str, may_prompt: bool, limit_seconds: u32, inline: Option<usize>) -> Bench {
    let home = tempfile::tempdir().expect("a folder");
    let options = KeychainOptions {
        limit_seconds,
        may_prompt,
        session_bus: None,
    };
    let items = SecretServiceItems::on(Candidates::only(bus), may_prompt);
    let vault = KeychainVault::over(Box::new(items), home.path(), &options, inline);
    Bench {
        vault: Arc::new(vault),
        _home: home,
    }
}

fn item() -> VaultItem {
    VaultItem {
        name: "github".to_owned(),
        generation: "01J".to_owned(),
        input: "token".to_owned(),
    }
}

/// The suite's view of one kind of vault.
struct Ported(Arc<KeychainVault>);

#[async_trait]
impl Vault for Ported {
    async fn probe(&self) -> Result<VaultFacts> {
        self.0.probe().await
    }
    async fn set(&self, item: &VaultItem, value: &Secret) -> Result<()> {
        self.0.set(item, value).await
    }
    async fn contains(&self, item: &VaultItem) -> Result<bool> {
        self.0.contains(item).await
    }
    async fn copy(&self, from: &VaultItem, to: &VaultItem) -> Result<()> {
        vault::copy(self.0.as_ref(), from, to).await
    }
    async fn delete(&self, item: &VaultItem) -> Result<()> {
        self.0.delete(item).await
    }
    async fn create_passphrase_vault(&self, _: &Secret) -> Result<()> {
        Err(failed("do this"))
    }
    async fn unlock(&self, _: &Secret) -> Result<()> {
        Err(failed("do this"))
    }
}

#[async_trait]
impl SecretReader for Ported {
    async fn get(&self, item: &VaultItem) -> Result<Secret> {
        vault::read(self.0.as_ref(), item).await
    }
}

#[tokio::test]
async fn keeps_the_contract() {
    let keychain = keychain();
    for inline in [None, Some(2_560)] {
        let bench = bench(keychain.address(), true, 60, inline);
        let ported = Ported(Arc::clone(&bench.vault));
        contract::vault::check(&ported, Some(&ported)).await;
    }
}

#[tokio::test]
async fn says_what_and_where_it_is() {
    let keychain = keychain();
    let found = bench(keychain.address(), true, 60, None)
        .vault
        .find()
        .await
        .expect("there");
    assert_eq!(found.facts.kind, VaultKind::Keychain);
    assert_eq!(found.facts.product, "GNOME Keyring");
    assert_eq!(found.session_bus.as_deref(), Some(keychain.address()));
}

#[tokio::test]
async fn no_bus_and_no_service_mean_no_keychain() {
    let place = tempfile::tempdir().expect("a folder");
    let nowhere = format!("unix:path={}/bus", place.path().display());
    let keychain = keychain();
    let [service, _bus] = keychain.pids();
    let pid = rustix::process::Pid::from_raw(service.try_into().expect("small"));
    rustix::process::kill_process(pid.expect("a process"), rustix::process::Signal::KILL)
        .expect("killed");
    for bus in [nowhere.as_str(), keychain.address()] {
        let vault = bench(bus, true, 60, None).vault;
        for error in [
            vault.find().await.expect_err("nothing there"),
            vault.get(&item()).await.expect_err("nothing there"),
            vault
                .set(&item(), &Secret::new("x"))
                .await
                .expect_err("nothing there"),
        ] {
            assert_eq!(error.code, ErrorCode::KeychainMissing, "{:?}", error.causes);
            assert!(!error.causes.is_empty());
        }
    }
}

async fn lock(keychain: &Keychain) {
    let connection = zbus::connection::Builder::address(keychain.address())
        .expect("an address")
        .build()
        .await
        .expect("connected");
    let service = SecretService::connect_with_existing(EncryptionType::Plain, connection)
        .await
        .expect("there");
    service
        .get_default_collection()
        .await
        .expect("there")
        .lock()
        .await
        .expect("locked");
}

#[tokio::test]
async fn a_locked_keychain_is_locked_whether_or_not_it_may_ask() {
    let keychain = keychain();
    let stored = bench(keychain.address(), true, 60, None).vault;
    stored
        .set(&item(), &Secret::new("x"))
        .await
        .expect("stored");
    lock(&keychain).await;
    // Where it may ask, it cannot: there is no display.
    for may_prompt in [false, true] {
        let vault = bench(keychain.address(), may_prompt, 60, None).vault;
        for error in [
            vault.find().await.expect_err("locked"),
            vault.get(&item()).await.expect_err("locked"),
            vault
                .set(&item(), &Secret::new("x"))
                .await
                .expect_err("locked"),
            vault.delete(&item()).await.expect_err("locked"),
        ] {
            assert_eq!(error.code, ErrorCode::KeychainLocked, "{:?}", error.causes);
        }
        assert!(
            vault.contains(&item()).await.expect("asked"),
            "that needs no unlocking"
        );
    }
}

/// Stands where the desktop's prompts come from, and never answers.
async fn silent_prompter(keychain: &Keychain) -> zbus::Connection {
    let connection = zbus::connection::Builder::address(keychain.address())
        .expect("an address")
        .build()
        .await
        .expect("connected");
    connection
        .request_name("org.gnome.keyring.SystemPrompter")
        .await
        .expect("the name");
    connection
}

#[tokio::test]
async fn a_prompt_that_nobody_answers_is_waited_for_until_the_limit() {
    let keychain = keychain();
    let _prompter = silent_prompter(&keychain).await;
    let stored = bench(keychain.address(), true, 60, None).vault;
    stored
        .set(&item(), &Secret::new("x"))
        .await
        .expect("stored");
    lock(&keychain).await;
    let vault = bench(keychain.address(), true, 1, None).vault;
    assert_eq!(
        vault.get(&item()).await.expect_err("too long").code,
        ErrorCode::KeychainTimeout { seconds: 1 }
    );
    let quiet = bench(keychain.address(), false, 60, None).vault;
    let asked = tokio::time::timeout(Duration::from_secs(20), quiet.get(&item())).await;
    assert_eq!(
        asked
            .expect("without a prompt there is nothing to wait for")
            .expect_err("locked")
            .code,
        ErrorCode::KeychainLocked
    );
}

#[tokio::test]
async fn without_any_collection_it_is_as_if_locked() {
    let keychain = keychain();
    let connection = zbus::connection::Builder::address(keychain.address())
        .expect("an address")
        .build()
        .await
        .expect("connected");
    let service = SecretService::connect_with_existing(EncryptionType::Plain, connection)
        .await
        .expect("there");
    let collection = service.get_default_collection().await.expect("there");
    collection.delete().await.expect("deleted");
    for may_prompt in [false, true] {
        let vault = bench(keychain.address(), may_prompt, 60, None).vault;
        assert!(vault.get(&item()).await.expect("nothing").is_none());
        for error in [
            vault.find().await.expect_err("none"),
            vault
                .set(&item(), &Secret::new("x"))
                .await
                .expect_err("none"),
        ] {
            assert_eq!(error.code, ErrorCode::KeychainLocked, "{:?}", error.causes);
        }
    }
}
