//! What a server says of itself is kept beside what its handshake says, whichever that is.

use std::sync::Arc;

use berth_core::catalog::{Trust, load};
use berth_core::error::{Error, ErrorCode};
use berth_core::facts::Facts;
use berth_core::input::SecretValues;
use berth_core::job::{Job, JobState};
use berth_core::plan::{Choices, Plan, prepare_install, prepare_verify};
use berth_core::port::{ProbeAnswer, Store as _};
use berth_core::server::{Health, Probed};
use berth_testkit::fake::{ServerScript, World};
use berth_testkit::faulty::Faults;

use super::support::{Watcher, run};

const ENTRY: &str = r#"
id: told
title: Told
publisher: Somebody
summary: Says how it is
description: For tests.
categories: [utilities]
permissions: { network: none, files: none }
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: demo/server:1.0
      http: { port: 8080, live: /livez, ready: /readyz, metrics: /metrics }
"#;

async fn installed() -> Arc<World> {
    let world = World::new();
    world.state().publish("demo/server:1.0");
    let entry = load("told", ENTRY, Trust::Community).expect("a good entry");
    let choices = Choices {
        entry: "told".to_owned(),
        ..Choices::default()
    };
    let plan = prepare_install(&world.ports(), &entry, &choices, &Facts::default())
        .await
        .expect("a plan");
    assert_eq!(carried_out(&world, plan).await.error, None);
    world
}

async fn carried_out(world: &Arc<World>, plan: Plan) -> Job {
    let (secrets, watcher) = (SecretValues::new(), Watcher::default());
    run(world, plan, secrets, &Faults::none(), &watcher)
        .await
        .expect("no crash")
        .expect("started")
}

async fn verified(world: &Arc<World>) -> (Job, Health) {
    let plan = prepare_verify(&world.ports(), "told", None)
        .await
        .expect("a plan");
    let job = carried_out(world, plan).await;
    let installed = world.store.installation("told").expect("read");
    (
        job,
        installed.and_then(|it| it.health).expect("it was asked"),
    )
}

fn says(world: &World, path: &str, status: u16, body: &str) {
    let url = format!("http://127.0.0.1:{}{path}", World::PORT);
    let body = body.to_owned();
    let answer = ProbeAnswer { status, body };
    world.state().answers.insert(url, answer);
}

fn probed(path: &str, status: Option<u16>) -> Option<Probed> {
    let path = path.to_owned();
    Some(Probed { path, status })
}

/// Its handshake fails from now on, as this.
fn broken(world: &World) -> Error {
    let broken = Error::new(ErrorCode::ServerStatus {
        address: "http://127.0.0.1/mcp".to_owned(),
        status: 500,
    });
    let script = ServerScript {
        start: Some(broken.clone()),
        ..ServerScript::default()
    };
    world.state().servers.insert("told".to_owned(), script);
    broken
}

#[tokio::test(start_paused = true)]
async fn what_it_says_is_kept_and_decides_nothing() {
    let world = installed().await;
    says(&world, "/readyz", 503, "");
    says(&world, "/metrics", 200, "# HELP up Whether.\nup 1\n");
    let (job, health) = verified(&world).await;
    assert_eq!(job.state, JobState::Done, "not ready, and it works");
    assert_eq!(health.live, probed("/livez", None));
    assert_eq!(health.ready, probed("/readyz", Some(503)));
    assert_eq!(health.metrics, probed("/metrics", Some(200)));
    assert_eq!(health.numbers.len(), 1);
    assert!(!health.asked_at.is_empty());

    says(&world, "/readyz", 200, "");
    says(&world, "/metrics", 500, "up 1\n");
    let broken = broken(&world);
    let (job, health) = verified(&world).await;
    assert_eq!(job.state, JobState::Failed, "ready, and it does not work");
    assert_eq!(job.error, Some(broken));
    assert_eq!(health.ready, probed("/readyz", Some(200)));
    assert_eq!(health.numbers, [], "that was no answer with numbers");
    assert_eq!(world.state().containers, [], "nothing of it runs on");
    let log = world.store.log(&job.id).expect("read");
    let lines: Vec<_> = log.iter().map(|line| line.text.as_str()).collect();
    assert!(lines.contains(&"ready: /readyz answers 200"), "{lines:?}");
    assert!(lines.contains(&"live: /livez does not answer"), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn what_it_says_a_moment_later_is_waited_for() {
    let world = installed().await;
    broken(&world);
    let later = async {
        for path in ["/readyz", "/livez", "/metrics"] {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            says(&world, path, 200, "");
        }
    };
    let ((job, health), ()) = tokio::join!(verified(&world), later);
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(health.live, probed("/livez", Some(200)));
    assert_eq!(health.ready, probed("/readyz", Some(200)));
    assert_eq!(health.metrics, probed("/metrics", Some(200)));
}
