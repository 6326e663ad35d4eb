//! Where the connection of a server is broken, one broken thing at a time.

use berth_core::client::{Place, Scope};
use berth_core::doctor::{CheckStatus as S, Diagnosis, Fix, ServerCheck, ServerCheckId as Id};
use berth_core::error::{Error, ErrorCode as E};
use berth_core::plan::Choices;
use berth_core::port::Store;
use berth_core::server::Launch;
use berth_testkit::fake::{ServerScript, World};

use crate::desk::{Desk, TOKEN, boxes, clock, code, hub, name};

async fn diagnose(desk: &Desk, server: &str) -> Diagnosis {
    let before = desk.world.snapshot();
    let diagnosis = desk.berth.server_diagnose(name(server)).await.unwrap();
    // A diagnosis looks: no job, no record, nothing in the client or the vault.
    let mut after = desk.world.snapshot();
    after.files.clone_from(&before.files);
    assert_eq!(after, before);
    let json = serde_json::to_string(&diagnosis).unwrap();
    assert!(!json.contains(TOKEN));
    diagnosis
}

fn of(diagnosis: &Diagnosis, id: Id) -> &ServerCheck {
    let found = diagnosis.checks.iter().find(|check| check.id == id);
    found.unwrap_or_else(|| panic!("no {id:?} in {diagnosis:#?}"))
}

/// The checks that are bad, with their codes.
fn bad(diagnosis: &Diagnosis) -> Vec<(Id, E)> {
    let bad = diagnosis.checks.iter().filter(|it| it.status == S::Bad);
    bad.map(|check| (check.id, check.error.clone().unwrap().code))
        .collect()
}

#[tokio::test]
async fn all_is_good_at_every_place_and_no_job_was_made() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let jobs = desk.world.store.jobs(10).unwrap().len();
    let diagnosis = diagnose(&desk, "hub").await;
    assert!(diagnosis.checks.iter().all(|it| it.status == S::Good));
    let ids: Vec<Id> = diagnosis.checks.iter().map(|it| it.id).collect();
    let expected = [
        Id::Config,
        Id::Registration,
        Id::Launcher,
        Id::Record,
        Id::Secrets,
        Id::Engine,
        Id::Images,
        Id::Sessions,
        Id::Handshake,
        Id::Client,
    ];
    assert_eq!(ids, expected);
    assert!(diagnosis.by_hand.ends_with("/usr/bin/berth run hub"));
    assert_eq!(desk.world.store.jobs(10).unwrap().len(), jobs);
}

#[tokio::test]
async fn a_server_has_to_be_there() {
    let desk = Desk::new();
    let missing = desk.berth.server_diagnose(name("hub")).await;
    let hub = "hub".to_owned();
    assert_eq!(code(missing), E::NotInstalled { name: hub });
}

#[tokio::test]
async fn a_file_that_is_no_json_and_one_without_the_server() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let file = format!("{}/.claude.json", World::USER_HOME);
    desk.world.state().files.write(&file, "{ \"mcpServers\":");
    let diagnosis = diagnose(&desk, "hub").await;
    let invalid = E::ClientConfigInvalid { path: file.clone() };
    assert_eq!(bad(&diagnosis), [(Id::Config, invalid)]);
    assert_eq!(of(&diagnosis, Id::Registration).status, S::Skipped);
    assert_eq!(of(&diagnosis, Id::Handshake).status, S::Good);

    desk.world.state().files.write(&file, "{}");
    desk.world.state().registrations.clear();
    let diagnosis = diagnose(&desk, "hub").await;
    let check = of(&diagnosis, Id::Registration);
    assert_eq!((check.status, check.fixes.len()), (S::Bad, 1));

    desk.world.state().files.delete(&file, World::USER_HOME);
    let diagnosis = diagnose(&desk, "hub").await;
    assert_eq!(of(&diagnosis, Id::Config).status, S::Bad);
}

#[tokio::test]
async fn a_registration_that_somebody_has_changed() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let key = (Place::default(), "hub".to_owned());
    let theirs = serde_json::json!({ "type": "stdio", "command": "npx", "env": { "T": TOKEN } });
    desk.world.state().registrations.insert(key, theirs);
    let diagnosis = diagnose(&desk, "hub").await;
    let check = of(&diagnosis, Id::Registration);
    assert_eq!(check.status, S::Bad);
    let replaces = |fix: &Fix| matches!(fix, Fix::Connect { replace: true, .. });
    assert!(check.fixes.iter().all(replaces));
    assert_eq!(of(&diagnosis, Id::Client).status, S::Skipped);
}

#[tokio::test]
async fn a_launcher_that_is_gone_or_not_on_the_path() {
    let desk = Desk::new();
    desk.install_done(clock()).await;
    desk.world.state().files.delete(World::LAUNCHER, "/");
    let diagnosis = diagnose(&desk, "clock").await;
    let program = World::LAUNCHER.to_owned();
    let gone = (Id::Launcher, E::ProgramMissing { program });
    assert_eq!(bad(&diagnosis), [gone]);

    let desk = Desk::new();
    let project = Place::claude_code(Scope::Project, Some("/home/ada/project".to_owned()));
    let choices = Choices {
        place: project.clone(),
        ..clock()
    };
    desk.install_done(choices).await;
    let diagnosis = diagnose(&desk, "clock").await;
    assert_eq!(bad(&diagnosis), []);
    let pending = of(&diagnosis, Id::Client);
    assert_eq!(pending.status, S::Limited);
    assert_eq!(pending.place.as_ref(), Some(&project));
    desk.world.state().launcher_on_path = false;
    let diagnosis = diagnose(&desk, "clock").await;
    assert_eq!(bad(&diagnosis), [(Id::Launcher, E::LauncherNotOnPath)]);
}

#[tokio::test]
async fn a_record_that_was_changed_is_not_started() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let mut record = desk.world.store.installation("hub").unwrap().unwrap();
    let Launch::Container(launch) = &mut record.launch else {
        panic!("a container");
    };
    launch.args.push("--other".to_owned());
    desk.world.store.put_installation(&record).unwrap();
    let diagnosis = diagnose(&desk, "hub").await;
    let hub = "hub".to_owned();
    let changed = (Id::Record, E::InstallationChanged { name: hub });
    assert_eq!(bad(&diagnosis), [changed]);
    assert_eq!(of(&diagnosis, Id::Handshake).status, S::Skipped);
}

#[tokio::test]
async fn a_secret_is_missed_by_its_name() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    desk.world.state().secrets.clear();
    let diagnosis = diagnose(&desk, "hub").await;
    let (server, input) = ("hub".to_owned(), "token".to_owned());
    let missing = E::SecretMissing {
        name: server.clone(),
        input: input.clone(),
    };
    assert_eq!(bad(&diagnosis), [(Id::Secrets, missing)]);
    let give = [Fix::GiveSecret {
        name: server,
        input,
    }];
    assert_eq!(of(&diagnosis, Id::Secrets).fixes, give);
    assert_eq!(of(&diagnosis, Id::Handshake).status, S::Skipped);

    let locked = E::PassphraseNeeded;
    desk.world.state().vault = Err(Error::new(locked.clone()));
    let diagnosis = diagnose(&desk, "hub").await;
    assert_eq!(bad(&diagnosis), [(Id::Secrets, locked)]);
}

#[tokio::test]
async fn an_engine_that_is_stopped_and_an_image_that_is_gone() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let images = std::mem::take(&mut desk.world.state().images);
    let diagnosis = diagnose(&desk, "hub").await;
    let codes = bad(&diagnosis);
    assert!(matches!(codes[..], [(Id::Images, E::ImageMissing { .. })]));
    desk.world.state().images = images;
    let endpoint = "unix:///s".to_owned();
    let stopped = E::EngineStopped { endpoint };
    desk.world.state().engine = Err(Error::new(stopped.clone()));
    let diagnosis = diagnose(&desk, "hub").await;
    assert_eq!(bad(&diagnosis), [(Id::Engine, stopped)]);
    assert_eq!(of(&diagnosis, Id::Images).status, S::Skipped);
    assert_eq!(of(&diagnosis, Id::Handshake).status, S::Skipped);
}

#[tokio::test]
async fn an_environment_that_is_gone() {
    let desk = Desk::new();
    desk.install_done(clock()).await;
    desk.install_done(boxes("/home/ada/notes")).await;
    for server in ["clock", "boxes"] {
        assert_eq!(bad(&diagnose(&desk, server).await), [], "{server}");
        let record = desk.world.store.installation(server).unwrap().unwrap();
        let folder = record.folder.unwrap();
        desk.world.state().files.delete(&folder, World::BERTH_HOME);
        let diagnosis = diagnose(&desk, server).await;
        let check = of(&diagnosis, Id::Environment);
        let code = check.error.as_ref().map(|error| &error.code);
        assert!(matches!(code, Some(E::ProgramMissing { .. })), "{check:?}");
        assert_eq!(of(&diagnosis, Id::Handshake).status, S::Skipped);
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let timeout = E::ServerTimeout { seconds: 30 };
    let script = ServerScript {
        start: Some(Error::new(timeout.clone())),
        ..ServerScript::default()
    };
    desk.world.state().servers.insert("hub".to_owned(), script);
    let diagnosis = diagnose(&desk, "hub").await;
    assert_eq!(bad(&diagnosis), [(Id::Handshake, timeout)]);
    assert_eq!(of(&diagnosis, Id::Client).status, S::Skipped);

    let answers = [("look".to_owned(), (true, "bad token".to_owned()))].into();
    let script = ServerScript {
        answers,
        ..ServerScript::default()
    };
    desk.world.state().servers.insert("hub".to_owned(), script);
    let diagnosis = diagnose(&desk, "hub").await;
    let codes = bad(&diagnosis);
    let refused = matches!(codes[..], [(Id::Handshake, E::CredentialRefused { .. })]);
    assert!(refused, "{codes:?}");
}

#[tokio::test]
async fn a_diagnosis_can_be_stopped_and_made_again() {
    let desk = Desk::new();
    desk.install_done(clock()).await;
    let looking = desk.berth.server_diagnose(name("clock"));
    let stopping = async {
        tokio::task::yield_now().await;
        desk.berth.server_diagnose_stop(()).await.unwrap();
    };
    let (stopped, ()) = tokio::join!(looking, stopping);
    assert_eq!(code(stopped), E::Cancelled);
    assert_eq!(bad(&diagnose(&desk, "clock").await), []);
}
