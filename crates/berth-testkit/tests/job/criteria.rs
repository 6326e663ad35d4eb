//! What has to be true beside the handshake is looked at with every verification, kept and shown,
//! and undoes an installation only where the entry requires it.

use std::sync::Arc;

use berth_core::catalog::{Trust, load};
use berth_core::error::{Error, ErrorCode};
use berth_core::facts::Facts;
use berth_core::input::SecretValues;
use berth_core::job::{Job, JobState};
use berth_core::plan::{Choices, Plan, prepare_install, prepare_verify};
use berth_core::port::Store as _;
use berth_core::secret::Secret;
use berth_core::server::{CriterionSeen, Finding};
use berth_testkit::fake::{Kept, ServerScript, World};
use berth_testkit::faulty::{Fault, Faults};

use super::support::{Watcher, run};

const ENTRY: &str = r#"
id: looked
title: Looked at
publisher: Somebody
summary: Says what has to be true of it
description: For tests.
categories: [utilities]
permissions: { network: none, files: none }
inputs:
  - { key: token, title: Token, required: true, kind: { type: secret } }
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: demo/server:1.0
      env: { TOKEN: "{{token}}" }
      mounts:
        - { source: { from: volume, holds: keys, holds_keys: true }, target: /data }
health:
  - { id: store, title: The store can be written, required: REQUIRED, check: { type: writable, path: /data/store } }
  - { id: keys, title: Keys are private, help: Make new ones., check: { type: mode, path: "/data/keys/*.key", at_most: "0600", may_be_missing: true } }
  - { id: log, title: Nothing critical happened, check: { type: log, path: /data/log, pattern: critical, lines: 2 } }
  - { id: printed, title: It complained of nothing, check: { type: log, pattern: "(?i)traceback" } }
  - { id: status, title: It says that it is well, check: { type: command, command: [status, "-q"], seconds: 5 } }
"#;

async fn plan(world: &Arc<World>, required: bool) -> Plan {
    world.state().publish("demo/server:1.0");
    let text = ENTRY.replace("REQUIRED", &required.to_string());
    let entry = load("looked", &text, Trust::Community).expect("a good entry");
    let choices = Choices {
        entry: "looked".to_owned(),
        secrets: secrets(),
        ..Choices::default()
    };
    prepare_install(&world.ports(), &entry, &choices, &Facts::default())
        .await
        .expect("a plan")
}

fn secrets() -> SecretValues {
    SecretValues::from([("token".to_owned(), Secret::new("tok_secret"))])
}

async fn carried_out(world: &Arc<World>, plan: Plan, faults: &Faults) -> Job {
    run(world, plan, secrets(), faults, &Watcher::default())
        .await
        .expect("no crash")
        .expect("started")
}

async fn verified(world: &Arc<World>, faults: &Faults) -> (Job, Vec<CriterionSeen>) {
    let plan = prepare_verify(&world.ports(), "looked", None)
        .await
        .expect("a plan");
    let job = carried_out(world, plan, faults).await;
    let installed = world.store.installation("looked").expect("read");
    let health = installed
        .and_then(|it| it.health)
        .expect("it was looked at");
    (job, health.criteria)
}

fn met(seen: &[CriterionSeen]) -> Vec<(&str, Option<bool>)> {
    seen.iter().map(|it| (it.id.as_str(), it.met)).collect()
}

fn keep(world: &World, path: &str, uid: u32, mode: u32, text: Option<&str>) {
    let text = text.map(str::to_owned);
    let kept = Kept { uid, mode, text };
    world.state().kept.insert(path.to_owned(), kept);
}

#[tokio::test]
async fn each_is_kept_with_what_was_seen_and_none_of_the_secrets() {
    let world = World::new();
    let job = carried_out(&world, plan(&world, false).await, &Faults::none()).await;
    assert_eq!((job.state, &job.error), (JobState::Done, &None));
    let (_, seen) = verified(&world, &Faults::none()).await;
    let yes = Some(true);
    assert_eq!(
        met(&seen),
        ["store", "keys", "log", "printed", "status"].map(|id| (id, yes))
    );

    keep(&world, "/data/store", 0, 0o755, None);
    keep(&world, "/data/keys/signing.key", 1000, 0o644, Some("k"));
    keep(
        &world,
        "/data/log",
        1000,
        0o600,
        Some("critical: tok_secret\nfine"),
    );
    world.state().programs.insert(
        "status".to_owned(),
        (Some(3), vec!["tok_secret is wrong".to_owned()]),
    );
    let script = ServerScript {
        lines: vec!["Traceback (most recent call last)".to_owned()],
        ..ServerScript::default()
    };
    world.state().servers.insert("looked".to_owned(), script);
    let (job, seen) = verified(&world, &Faults::none()).await;
    assert_eq!(job.state, JobState::Done, "the handshake decides");
    let no = Some(false);
    assert_eq!(
        met(&seen),
        ["store", "keys", "log", "printed", "status"].map(|id| (id, no))
    );
    assert_eq!(seen[1].help.as_deref(), Some("Make new ones."));
    let Finding::Command { exit, lines, .. } = &seen[4].seen else {
        panic!("{seen:?}");
    };
    assert_eq!((exit, lines.len()), (&Some(3), 1));
    assert!(!format!("{seen:?}").contains("tok_secret"), "{seen:?}");
    let log = world.store.log(&job.id).expect("read");
    let told = |text: &str| log.iter().any(|line| line.text == text);
    assert!(
        told("Keys are private: no (/data/keys/signing.key has mode 0644)"),
        "{log:#?}"
    );
}

#[tokio::test]
async fn they_are_told_beside_a_handshake_that_fails_as_well() {
    let world = World::new();
    carried_out(&world, plan(&world, false).await, &Faults::none()).await;
    keep(&world, "/data", 0, 0o755, None);
    let broken = Error::new(ErrorCode::ServerExited { exit: Some(1) });
    let script = ServerScript {
        start: Some(broken.clone()),
        ..ServerScript::default()
    };
    world.state().servers.insert("looked".to_owned(), script);
    let (job, seen) = verified(&world, &Faults::none()).await;
    assert_eq!(job.error, Some(broken));
    assert_eq!(met(&seen)[0], ("store", Some(false)), "that is why");
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_told_as_that() {
    let world = World::new();
    carried_out(&world, plan(&world, false).await, &Faults::none()).await;
    let faults = Faults::of("inspector.inspect", 0, Fault::FailBefore);
    let (job, seen) = verified(&world, &faults).await;
    assert_eq!(job.state, JobState::Done);
    assert!(seen.iter().all(|it| it.met.is_none()), "{seen:?}");
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn one_that_is_required_undoes_an_installation() {
    let world = World::new();
    let before = world.snapshot();
    keep(&world, "/data", 0, 0o755, None);
    let job = carried_out(&world, plan(&world, true).await, &Faults::none()).await;
    assert_eq!(job.state, JobState::Failed);
    let error = job.error.expect("a reason");
    let title = "The store can be written".to_owned();
    assert_eq!(error.code, ErrorCode::CriterionUnmet { title });
    assert!(error.causes[0].contains("mode 0755"), "{:?}", error.causes);
    assert_eq!(world.snapshot().volumes, before.volumes);
    assert_eq!(world.store.installation("looked").expect("read"), None);

    world.state().kept.clear();
    let job = carried_out(&world, plan(&world, true).await, &Faults::none()).await;
    assert_eq!(job.state, JobState::Done);
    let faults = Faults::of("inspector.inspect", 0, Fault::FailBefore);
    let (job, _) = verified(&world, &faults).await;
    assert_eq!(job.state, JobState::Failed, "nobody knows");
}
