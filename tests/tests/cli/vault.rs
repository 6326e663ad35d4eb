//! The vault's commands, and the hidden one that the window asks.

use std::sync::Arc;

use berth_adapters::sidecar::SidecarVault;
use berth_testkit::{contract, ground, token};
use berth_tests::sandbox::Sandbox;
use tempfile::TempDir;

use crate::people::{HUB, add_hub, assert_nothing_left, berth_with, using_image};

#[tokio::test]
async fn the_window_s_vault_is_this_program() {
    let home = TempDir::with_prefix_in("vault", ground::tmp()).unwrap();
    let home = home.path().to_str().unwrap().to_owned();
    let command = berth_adapters::compose::VAULT_COMMAND.to_owned();
    let args = vec!["--home".to_owned(), home, command];
    let vault = Arc::new(SidecarVault::new(ground::berth(), args));
    contract::vault::check(vault.as_ref(), None).await;
}

#[test]
fn an_encrypted_vault_serves_instead_of_the_keychain() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let passphrase = token::right();
    let vault = |what: &str, input: &str| berth_with(&sandbox, &["vault", what], input, &[]);
    assert_eq!(
        vault("unlock", &passphrase).exit,
        Some(13),
        "there is none yet"
    );
    assert_eq!(vault("create", "short").exit, Some(6));
    vault("create", &passphrase).ok();
    assert_ne!(
        vault("create", &passphrase).exit,
        Some(0),
        "its values would be lost"
    );
    assert_eq!(vault("unlock", "not the passphrase").exit, Some(9));
    vault("unlock", &format!("{passphrase}\n")).ok();

    let right = token::right();
    let args = ["install", HUB, "--secret", "token", "--yes"];
    berth_with(&sandbox, &args, &right, &[]).ok();
    assert_eq!(sandbox.keychain_items(), [""; 0]);
    let called = sandbox.berth(&["call", HUB, "whoami"]).ok();
    assert!(called.stdout.contains("fixture-user"), "{}", called.stdout);
    for value in [&right, &passphrase] {
        assert_eq!(sandbox.files_with(value), Vec::<std::path::PathBuf>::new());
    }
    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    assert_nothing_left(&sandbox, HUB);
}
