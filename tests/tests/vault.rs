//! Secrets between real processes: the window's half asks a program that owns the vault, and a
//! launcher with a bare environment reads. Over a real keychain, and over the encrypted file.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};

use berth_adapters::sidecar::SidecarVault;
use berth_adapters::sqlite::SqliteStore;
use berth_core::error::ErrorCode;
use berth_core::facts::VaultKind;
use berth_core::plan::VaultItem;
use berth_core::port::{Store, Vault};
use berth_core::secret::Secret;
use berth_testkit::contract;
use berth_testkit::keychain::Keychain;

const HELPER: &str = env!("CARGO_BIN_EXE_berth-test-helper");
const VALUE: &str = "ghp_not-a-real-token-ü";

fn keychain() -> Keychain {
    Keychain::start().expect("a keychain; its programs are installed by the project's commands")
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

fn item() -> VaultItem {
    VaultItem {
        name: "github".to_owned(),
        generation: "01J".to_owned(),
        input: "token".to_owned(),
    }
}

/// The helper with this environment and nothing else.
fn helper(environment: &[String], arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["-i".to_owned()];
    all.extend_from_slice(environment);
    all.push(HELPER.to_owned());
    all.extend(arguments.iter().map(|&a| a.to_owned()));
    all
}

fn run(environment: &[String], arguments: &[&str]) -> Output {
    Command::new("/usr/bin/env")
        .args(helper(environment, arguments))
        .output()
        .expect("run")
}

fn said(environment: &[String], arguments: &[&str]) -> String {
    let output = run(environment, arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("text")
        .trim_end()
        .to_owned()
}

/// What a client gives a server: no address of a bus.
fn bare(home: &Path) -> Vec<String> {
    vec![
        format!("HOME={}", home.display()),
        "PATH=/usr/bin:/bin".to_owned(),
    ]
}

fn with_bus(home: &Path, keychain: &Keychain) -> Vec<String> {
    let mut environment = bare(home);
    environment.push(format!("DBUS_SESSION_BUS_ADDRESS={}", keychain.address()));
    environment
}

fn sidecar(environment: &[String], home: &Path) -> SidecarVault {
    let home = text(home);
    SidecarVault::new("/usr/bin/env", helper(environment, &["vault-serve", &home]))
}

fn read_args(home: &str) -> [&str; 5] {
    ["vault-read", home, "github", "01J", "token"]
}

#[tokio::test]
async fn the_window_stores_and_a_bare_launcher_reads() {
    let keychain = keychain();
    let place = tempfile::tempdir().expect("a folder");
    let home = place.path().join("berth");
    let window = sidecar(&with_bus(place.path(), &keychain), &home);
    let facts = window.probe().await.expect("there");
    assert_eq!(facts.kind, VaultKind::Keychain);
    window
        .set(&item(), &Secret::new(VALUE))
        .await
        .expect("stored");
    assert!(window.contains(&item()).await.expect("asked"));
    // It finds the bus by the note that the probe left.
    let home = text(&home);
    assert_eq!(said(&bare(place.path()), &read_args(&home)), VALUE);
    window.delete(&item()).await.expect("deleted");
    assert_eq!(
        said(&bare(place.path()), &read_args(&home)),
        "secret_missing"
    );
}

#[tokio::test]
async fn both_halves_keep_the_contract_over_the_keychain() {
    let keychain = keychain();
    let place = tempfile::tempdir().expect("a folder");
    let environment = with_bus(place.path(), &keychain);
    contract::vault::check(&sidecar(&environment, &place.path().join("a")), None).await;
    said(
        &environment,
        &["vault-contract", &text(&place.path().join("b"))],
    );
}

#[tokio::test]
async fn items_are_those_of_the_keyring_crate() {
    let keychain = keychain();
    let place = tempfile::tempdir().expect("a folder");
    let home = place.path().join("berth");
    let environment = with_bus(place.path(), &keychain);
    let window = sidecar(&environment, &home);
    window
        .set(&item(), &Secret::new(VALUE))
        .await
        .expect("stored");
    let account = item().account();
    assert_eq!(account, "github/01J/token");
    assert_eq!(said(&environment, &["keyring-get", &account]), VALUE);
    said(&environment, &["keyring-set", &account, "changed"]);
    assert_eq!(said(&environment, &read_args(&text(&home))), "changed");
    window.delete(&item()).await.expect("deleted");
    said(&environment, &["keyring-set", &account, "new"]);
    assert_eq!(said(&environment, &read_args(&text(&home))), "new");
}

#[tokio::test]
async fn the_encrypted_vault_is_read_by_others_while_it_is_unlocked() {
    let place = tempfile::tempdir().expect("a folder");
    let home = place.path().join("berth");
    let home_text = text(&home);
    let environment = bare(place.path());
    let window = sidecar(&environment, &home);
    let passphrase = || Secret::new("correct horse battery");
    window
        .create_passphrase_vault(&passphrase())
        .await
        .expect("made");
    let chosen = SqliteStore::open(&home).expect("opened").settings();
    assert_eq!(chosen.expect("read").vault, Some(VaultKind::Passphrase));
    assert_eq!(
        window.probe().await.expect("unlocked").kind,
        VaultKind::Passphrase
    );
    window
        .set(&item(), &Secret::new(VALUE))
        .await
        .expect("stored");
    assert_eq!(said(&environment, &read_args(&home_text)), VALUE);

    said(&environment, &["vault-lock", &home_text]);
    assert_eq!(
        said(&environment, &read_args(&home_text)),
        "passphrase_needed"
    );
    assert_eq!(
        window.probe().await.expect_err("locked").code,
        ErrorCode::PassphraseNeeded
    );
    let wrong = window.unlock(&Secret::new("correct horse batterx")).await;
    assert_eq!(wrong.expect_err("wrong").code, ErrorCode::PassphraseWrong);
    window.unlock(&passphrase()).await.expect("unlocked");
    assert_eq!(said(&environment, &read_args(&home_text)), VALUE);

    contract::vault::check(&window, None).await;
    said(&environment, &["vault-contract", &home_text]);
    said(&environment, &["vault-lock", &home_text]);
}

#[tokio::test]
async fn a_secret_goes_over_standard_input_only() {
    let place = tempfile::tempdir().expect("a folder");
    let (around, input) = (place.path().join("around"), place.path().join("input"));
    // Writes down everything that another process could see of it, and what it was told.
    let script = "tr '\\0' '\\n' < /proc/$$/cmdline > \"$0\"; env >> \"$0\"; cat > \"$1\"; \
                  echo '{\"answer\":\"done\"}'";
    let args = vec![
        "-c".to_owned(),
        script.to_owned(),
        text(&around),
        text(&input),
    ];
    let window = SidecarVault::new("/bin/sh", args);
    window
        .set(&item(), &Secret::new(VALUE))
        .await
        .expect("it says so");
    let around = std::fs::read_to_string(around).expect("read");
    assert!(around.contains("PATH=") && !around.contains(VALUE));
    let input = std::fs::read_to_string(input).expect("read");
    assert_eq!(input.matches(VALUE).count(), 1);
    assert_eq!(input.lines().count(), 1);
}

#[tokio::test]
async fn a_program_that_does_not_answer_is_an_error() {
    let shell = |script: &str| {
        SidecarVault::new("/bin/sh", vec!["-c".to_owned(), script.to_owned()]).with_limit(1)
    };
    let missing = SidecarVault::new("/no/such/berth", Vec::new());
    for (vault, expected) in [
        (missing, "program_missing"),
        (shell("echo broken >&2; exit 3"), "keychain_failed"),
        (shell("echo not json"), "keychain_failed"),
        (
            shell("cat >/dev/null; echo '{\"answer\":\"done\"}'"),
            "keychain_failed",
        ),
        (shell("exec sleep 600"), "keychain_timeout"),
    ] {
        let error = vault.probe().await.expect_err(expected);
        assert_eq!(error.name(), expected, "{error:?}");
    }
    let broken = shell("echo broken >&2; exit 3");
    let error = broken.probe().await.expect_err("it failed");
    let causes = error.causes.join("\n");
    assert!(
        causes.contains("broken") && causes.contains('3'),
        "{causes}"
    );
}

#[test]
fn the_serving_half_outlives_a_request_that_it_cannot_read() {
    use std::io::Write;
    use std::process::Stdio;
    let place = tempfile::tempdir().expect("a folder");
    let home = text(&place.path().join("berth"));
    let mut environment = bare(place.path());
    environment.push(format!("DBUS_SESSION_BUS_ADDRESS=unix:path={home}/nowhere"));
    let mut child = Command::new("/usr/bin/env")
        .args(helper(&environment, &["vault-serve", &home]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let requests = format!(
        "{{\"op\":\"read\",\"item\":1}}\n{{\"op\":\"set\",\"value\":\"{VALUE}\"}}\n{{\"op\":\"get\"}}\n"
    );
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(requests.as_bytes()).expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).expect("text");
    assert_eq!(answers.lines().count(), 3, "{answers}");
    assert!(answers.lines().all(|line| line.contains("\"failed\"")));
    assert!(!answers.contains(VALUE), "{answers}");
}

#[tokio::test]
async fn a_keychain_that_has_ended_comes_back_with_what_it_had() {
    let keychain = keychain();
    let place = tempfile::tempdir().expect("a folder");
    let home = place.path().join("berth");
    let window = sidecar(&with_bus(place.path(), &keychain), &home);
    let value = Secret::new(VALUE);
    window.set(&item(), &value).await.expect("stored");
    assert!(!keychain.revive().expect("asked"), "it runs");

    let service = keychain.pids()[0];
    let service = rustix::process::Pid::from_raw(service.cast_signed()).expect("a process");
    rustix::process::kill_process(service, rustix::process::Signal::KILL).expect("killed");
    let gone = window.contains(&item()).await.expect_err("it has gone");
    assert_eq!(gone.code, ErrorCode::KeychainMissing);
    assert!(keychain.revive().expect("started again"));
    assert!(window.contains(&item()).await.expect("asked"));
    window.delete(&item()).await.expect("deleted");
}
