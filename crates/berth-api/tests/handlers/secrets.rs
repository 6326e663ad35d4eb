use berth_api::types::{SecretRef, SecretSet, ServerState, VaultPassphrase};
use berth_core::error::{Error, ErrorCode};
use berth_core::facts::VaultKind;
use berth_core::input::InputProblem;
use berth_core::plan::Choices;
use berth_core::secret::Secret;
use berth_testkit::fake::World;

use crate::desk::{Desk, Gate, TOKEN, clock, code, hub, name};

fn token() -> SecretRef {
    SecretRef {
        name: "hub".to_owned(),
        input: "token".to_owned(),
    }
}

fn new_token(value: &str) -> SecretSet {
    SecretSet {
        secret: token(),
        value: Secret::new(value),
    }
}

#[tokio::test]
async fn the_list_says_which_server_has_which_secret() {
    let desk = Desk::new();
    desk.install_done(clock()).await;
    desk.install_done(hub()).await;
    let rows = desk.berth.secret_list(()).await.unwrap();
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.name.as_str(), row.input.as_str()), ("hub", "token"));
    assert_eq!(
        (row.server.as_str(), row.title.as_str()),
        ("Hub", "Access token")
    );
    assert_eq!(row.env, ["HUB_TOKEN"]);
    assert_eq!(row.link.as_deref(), Some("https://hub.example/tokens"));
    assert_eq!(row.stored, Some(true));

    desk.world.state().secrets.clear();
    let rows = desk.berth.secret_list(()).await.unwrap();
    assert_eq!(rows[0].stored, Some(false));
    desk.world.state().vault = Err(Error::new(ErrorCode::KeychainLocked));
    let rows = desk.berth.secret_list(()).await.unwrap();
    assert_eq!(rows[0].stored, None);
}

#[tokio::test]
async fn a_new_value_is_stored_for_the_current_generation_and_is_untried() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    desk.install_done(Choices {
        replace: true,
        ..hub()
    })
    .await;
    desk.berth.startup().await;
    desk.berth
        .secret_set(new_token("another-token"))
        .await
        .unwrap();
    let values: Vec<String> = desk.world.state().secrets.values().cloned().collect();
    assert_eq!(values, ["another-token"]);
    let rows = desk.berth.installation_list(()).await.unwrap();
    assert_eq!(rows[0].state, ServerState::Unverified);
    let verification = desk.berth.verify_start(name("hub")).await.unwrap();
    desk.berth.job_wait(&verification.job).await.unwrap();
    let rows = desk.berth.installation_list(()).await.unwrap();
    assert_eq!(rows[0].state, ServerState::Ready);
}

#[tokio::test]
async fn a_deleted_secret_is_missing_then() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    desk.berth.startup().await;
    desk.berth.secret_delete(token()).await.unwrap();
    assert!(desk.world.state().secrets.is_empty());
    let rows = desk.berth.installation_list(()).await.unwrap();
    let input = "token".to_owned();
    assert_eq!(rows[0].state, ServerState::SecretMissing { input });
}

#[tokio::test]
async fn a_value_must_fit_and_belong_somewhere() {
    let desk = Desk::new();
    let not_installed = ErrorCode::NotInstalled {
        name: "hub".to_owned(),
    };
    let set = desk.berth.secret_set(new_token(TOKEN)).await;
    assert_eq!(code(set), not_installed);
    desk.install_done(hub()).await;
    let short = ErrorCode::InputInvalid {
        input: "token".to_owned(),
        problem: InputProblem::TooShort { min: 8 },
    };
    assert_eq!(code(desk.berth.secret_set(new_token("short")).await), short);
    let other = || SecretRef {
        input: "password".to_owned(),
        ..token()
    };
    let unknown = ErrorCode::InputUnknown {
        input: "password".to_owned(),
    };
    let set = desk.berth.secret_set(SecretSet {
        secret: other(),
        value: Secret::new(TOKEN),
    });
    assert_eq!(code(set.await), unknown);
    assert_eq!(code(desk.berth.secret_delete(other()).await), unknown);
    desk.world.state().vault = Err(Error::new(ErrorCode::KeychainLocked));
    let set = desk.berth.secret_set(new_token(TOKEN)).await;
    assert_eq!(code(set), ErrorCode::KeychainLocked);
    let deleted = desk.berth.secret_delete(token()).await;
    assert_eq!(code(deleted), ErrorCode::KeychainLocked);
    let values: Vec<String> = desk.world.state().secrets.values().cloned().collect();
    assert_eq!(values, [TOKEN], "nothing was changed");
}

#[tokio::test]
async fn a_job_that_is_at_work_keeps_its_secrets_to_itself() {
    let world = World::new();
    let (ports, gate) = Gate::before(&world.ports());
    let desk = Desk::with(world, ports);
    desk.install_done(hub()).await;
    let job = desk
        .start(Choices {
            name: Some("hub".to_owned()),
            replace: true,
            ..clock()
        })
        .await
        .unwrap();
    gate.reached.notified().await;
    let running = ErrorCode::JobRunning {
        name: "hub".to_owned(),
    };
    assert_eq!(code(desk.berth.secret_set(new_token(TOKEN)).await), running);
    assert_eq!(code(desk.berth.secret_delete(token()).await), running);
    gate.open.notify_one();
    desk.berth.job_wait(&job).await.unwrap();
}

#[tokio::test]
async fn an_encrypted_vault_is_chosen_when_it_is_made() {
    let desk = Desk::new();
    desk.world.state().vault = Err(Error::new(ErrorCode::KeychainMissing));
    desk.berth.startup().await;
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert_eq!(
        facts.vault.missing().unwrap().code,
        ErrorCode::KeychainMissing
    );
    let passphrase = || VaultPassphrase {
        passphrase: Secret::new(TOKEN),
    };
    desk.berth.vault_create(passphrase()).await.unwrap();
    let settings = desk.berth.settings_get(()).await.unwrap();
    assert_eq!(settings.vault, Some(VaultKind::Passphrase));
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert_eq!(facts.vault.found().unwrap().kind, VaultKind::Passphrase);

    desk.world.state().vault = Err(Error::new(ErrorCode::PassphraseNeeded));
    desk.berth.startup().await;
    desk.berth.vault_unlock(passphrase()).await.unwrap();
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert!(facts.vault.found().is_some());
}
