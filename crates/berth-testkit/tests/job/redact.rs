//! What a server says is told without the secrets that its job does not know.

use std::sync::Arc;

use berth_core::catalog::{Trust, load};
use berth_core::error::{Error, ErrorCode};
use berth_core::facts::Facts;
use berth_core::input::SecretValues;
use berth_core::job::{Job, JobState};
use berth_core::plan::{Choices, Plan, prepare_install, prepare_verify};
use berth_core::port::Store as _;
use berth_core::secret::{DOTS, Secret};
use berth_testkit::fake::{ServerScript, World};
use berth_testkit::faulty::{Fault, Faults};

use super::support::{Watcher, run};

const ENTRY: &str = r#"
id: teller
title: Teller
publisher: Somebody
summary: Tells its token
description: For tests.
categories: [utilities]
permissions: { network: none, files: none }
inputs:
  - { key: token, title: Token, required: true, kind: { type: secret } }
variants:
  - id: image
    title: Container
    best_for: Tests
    run: { type: image, image: "demo/server:1.0", env: { TOKEN: "{{token}}" } }
"#;

const SECRET: &str = "tok_0123456789";

async fn carried_out(world: &Arc<World>, plan: Plan, secrets: SecretValues, f: &Faults) -> Job {
    run(world, plan, secrets, f, &Watcher::default())
        .await
        .expect("no crash")
        .expect("started")
}

/// Installs it, and lets it tell its secret from then on.
async fn installed() -> Arc<World> {
    let world = World::new();
    world.state().publish("demo/server:1.0");
    let entry = load("teller", ENTRY, Trust::Community).expect("a good entry");
    let secrets = SecretValues::from([("token".to_owned(), Secret::new(SECRET))]);
    let choices = Choices {
        entry: "teller".to_owned(),
        secrets: secrets.clone(),
        ..Choices::default()
    };
    let plan = prepare_install(&world.ports(), &entry, &choices, &Facts::default())
        .await
        .expect("a plan");
    let job = carried_out(&world, plan, secrets, &Faults::none()).await;
    assert_eq!(job.state, JobState::Done);
    world
}

fn says(world: &World, start: Option<Error>) {
    let script = ServerScript {
        start,
        lines: vec![
            "up".to_owned(),
            format!("using {SECRET}"),
            format!("{}… taken", &SECRET[..8]),
        ],
        ..ServerScript::default()
    };
    world.state().servers.insert("teller".to_owned(), script);
}

/// A verification, which knows no secret; its lines.
async fn verified(world: &Arc<World>, faults: &Faults) -> (Job, Vec<String>) {
    let plan = prepare_verify(&world.ports(), "teller", None)
        .await
        .expect("a plan");
    let job = carried_out(world, plan, SecretValues::new(), faults).await;
    let log = world.store.log(&job.id).expect("a log");
    (job, log.into_iter().map(|line| line.text).collect())
}

#[tokio::test(start_paused = true)]
async fn a_stored_secret_is_taken_out_of_lines_in_their_order() {
    let world = installed().await;
    says(&world, None);
    let (job, lines) = verified(&world, &Faults::none()).await;
    assert_eq!(job.state, JobState::Done);
    let expected = [
        "up".to_owned(),
        format!("using {DOTS}"),
        format!("{DOTS}… taken"),
        "1 tools".to_owned(),
    ];
    assert_eq!(lines[..4], expected, "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn it_is_taken_out_of_what_an_error_keeps() {
    let world = installed().await;
    let ended = Error::new(ErrorCode::ServerExited { exit: Some(1) });
    says(
        &world,
        Some(ended.with_cause(format!("no such account: {SECRET}"))),
    );
    let (job, lines) = verified(&world, &Faults::none()).await;
    assert_eq!(job.state, JobState::Failed);
    let causes = job.error.expect("why").causes;
    assert_eq!(causes, [format!("no such account: {DOTS}")]);
    assert!(!lines.join("\n").contains(SECRET), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_made_safe_is_not_told_but_why() {
    let world = installed().await;
    let ended = Error::new(ErrorCode::ServerExited { exit: Some(1) });
    says(&world, Some(ended.with_cause(SECRET)));
    let faults = Faults::of("inspector.redact", 0, Fault::FailBefore);
    let (job, lines) = verified(&world, &faults).await;
    let error = job.error.expect("why");
    assert_eq!(error.name(), "server_exited");
    for told in [&lines, &error.causes] {
        let [only] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert!(
            only.starts_with("What the server said is not shown"),
            "{only}"
        );
    }
}
