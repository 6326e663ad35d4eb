use std::future::Future;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use berth_adapters::passphrase::PassphraseVault;
use berth_adapters::sidecar;
use berth_adapters::sqlite::{SqliteStore, open_for_launch};
use berth_adapters::vault::{LaunchReader, Vaults};
use berth_core::plan::VaultItem;
use berth_core::port::SecretReader;
use keyring_core::api::CredentialStoreApi;

use crate::say;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

fn vaults(home: &str) -> Vaults {
    let home = Path::new(home);
    let store = SqliteStore::open(home).expect("opened");
    Vaults::new(home, Arc::new(store))
}

fn reader(home: &str) -> LaunchReader {
    let home = Path::new(home);
    let records = open_for_launch(home).expect("opened");
    let settings = records.settings().expect("read");
    let notes = records.machine_notes().expect("read");
    LaunchReader::new(home, &settings, &notes)
}

/// `HOME`: what `berth vault-serve` does.
pub fn serve(arguments: &[&str]) -> ExitCode {
    let [home] = arguments else {
        return ExitCode::from(64);
    };
    run(async {
        let mut input = tokio::io::BufReader::new(tokio::io::stdin());
        let mut output = tokio::io::stdout();
        sidecar::serve(&vaults(home), &mut input, &mut output)
            .await
            .expect("served");
    });
    ExitCode::SUCCESS
}

/// `HOME`: the vault's contract, read by a launcher's reader.
pub fn contract(arguments: &[&str]) -> ExitCode {
    let [home] = arguments else {
        return ExitCode::from(64);
    };
    run(async {
        let vaults = vaults(home);
        let reader = reader(home);
        berth_testkit::contract::vault::check(&vaults, Some(&reader)).await;
    });
    ExitCode::SUCCESS
}

/// `HOME NAME GENERATION INPUT`: says the value, or the error's code, as a launcher gets it.
pub fn read(arguments: &[&str]) -> ExitCode {
    let [home, name, generation, input] = arguments else {
        return ExitCode::from(64);
    };
    let item = VaultItem {
        name: (*name).to_owned(),
        generation: (*generation).to_owned(),
        input: (*input).to_owned(),
    };
    match run(reader(home).get(&item)) {
        Ok(value) => say(value.expose()),
        Err(error) => say(&error.name()),
    }
    ExitCode::SUCCESS
}

/// `HOME`: locks the encrypted vault.
pub fn lock(arguments: &[&str]) -> ExitCode {
    let [home] = arguments else {
        return ExitCode::from(64);
    };
    PassphraseVault::new(Path::new(home))
        .lock_now()
        .expect("locked");
    ExitCode::SUCCESS
}

fn entry(account: &str) -> keyring_core::Entry {
    zbus_secret_service_keyring_store::Store::new()
        .expect("opened")
        .build("berth", account, None)
        .expect("built")
}

/// `ACCOUNT`: reads an item as the keyring crate does.
pub fn keyring_get(arguments: &[&str]) -> ExitCode {
    let [account] = arguments else {
        return ExitCode::from(64);
    };
    say(&entry(account).get_password().expect("read"));
    ExitCode::SUCCESS
}

/// `ACCOUNT VALUE`: writes an item as the keyring crate does.
pub fn keyring_set(arguments: &[&str]) -> ExitCode {
    let [account, value] = arguments else {
        return ExitCode::from(64);
    };
    entry(account).set_password(value).expect("written");
    ExitCode::SUCCESS
}
