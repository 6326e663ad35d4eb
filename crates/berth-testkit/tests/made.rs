//! Secrets that Berth makes: what they look like, when one is made, and that it is told nowhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use berth_core::catalog::{Entry, Generate, Trust, load};
use berth_core::facts::Facts;
use berth_core::input::SecretValues;
use berth_core::job::{Job, JobRunner};
use berth_core::plan::{Choices, Plan, Step, VaultItem, prepare_install, preview};
use berth_core::port::{Host, Store};
use berth_core::secret::{Secret, make};
use berth_testkit::fake::World;

const ENTRY: &str = r#"
id: notes
title: Notes
publisher: Somebody
summary: Keeps notes in a database
description: For tests.
categories: [utilities]
permissions: { network: none, files: none of yours }
inputs:
  - key: password
    title: Database password
    required: true
    kind: { type: secret, generate: { length: 40, prefix: db- } }
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: notes/server:1
      env: { DATABASE_URL: "postgres://notes:{{password}}@db:5432/notes" }
"#;

fn entry() -> Entry {
    load("notes.yaml", ENTRY, Trust::Community).expect("an entry")
}

fn choices(secret: Option<&str>, replace: bool) -> Choices {
    let secret = secret.map(|value| ("password".to_owned(), Secret::new(value)));
    Choices {
        entry: "notes".to_owned(),
        secrets: SecretValues::from_iter(secret),
        replace,
        ..Choices::default()
    }
}

fn world() -> Arc<World> {
    let world = World::new();
    world.state().build("notes/server:1");
    world
}

async fn planned(world: &Arc<World>, choices: &Choices) -> Plan {
    prepare_install(&world.ports(), &entry(), choices, &Facts::default())
        .await
        .expect("a plan")
}

async fn installed(world: &Arc<World>, choices: Choices) -> Job {
    let plan = planned(world, &choices).await;
    let runner = JobRunner::new(world.ports());
    let started = runner.start(plan, choices.secrets).expect("started");
    let job = started.run(Arc::new(|_| {})).await;
    assert_eq!(job.error, None);
    job
}

/// The only value in the vault.
fn kept(world: &World) -> (VaultItem, String) {
    let secrets = world.state().secrets.clone();
    let [(item, value)] = &secrets.into_iter().collect::<Vec<_>>()[..] else {
        panic!("one secret");
    };
    (item.clone(), value.clone())
}

fn of_secrets(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| preview(plan, step).kind)
        .filter(|kind| kind.ends_with("_secret"))
        .collect()
}

#[test]
fn every_letter_and_digit_comes_and_nothing_else() {
    let world = World::new();
    let host: Arc<dyn Host> = world.ports().host;
    let generate = Generate {
        length: 250,
        prefix: "k_".to_owned(),
    };
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let made = make(&generate, host.as_ref()).expect("made");
        let random = made.expose().strip_prefix("k_").expect("its prefix");
        assert_eq!(random.len(), 250);
        assert!(random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        seen.extend(random.bytes());
    }
    assert_eq!(seen.len(), 62);
}

#[tokio::test]
async fn it_is_made_once_and_kept_until_another_one_is_given() {
    let world = world();
    let first = planned(&world, &choices(None, false)).await;
    assert_eq!(of_secrets(&first), ["make_secret"]);

    let job = installed(&world, choices(None, false)).await;
    let (item, made) = kept(&world);
    assert!(
        made.starts_with("db-") && made.len() == 43,
        "{}",
        made.len()
    );
    let told = format!(
        "{}{:?}{:?}",
        serde_json::to_string(&job).expect("JSON"),
        world.store.installations().expect("read"),
        world.store.log(&job.id).expect("read"),
    );
    assert!(told.contains("make_secret") && !told.contains(&made));

    let again = planned(&world, &choices(None, true)).await;
    assert_eq!(of_secrets(&again), ["keep_secret"]);
    installed(&world, choices(None, true)).await;
    let (next, same) = kept(&world);
    assert_eq!(same, made);
    assert_ne!(next.generation, item.generation);

    let other = planned(&world, &choices(Some("mine-1234"), true)).await;
    assert_eq!(of_secrets(&other), ["store_secret"]);
    installed(&world, choices(Some("mine-1234"), true)).await;
    assert_eq!(kept(&world).1, "mine-1234");
}

#[tokio::test]
async fn one_that_is_there_already_can_be_given() {
    let world = world();
    installed(&world, choices(Some("mine-1234"), false)).await;
    assert_eq!(kept(&world).1, "mine-1234");
}

#[tokio::test]
async fn the_consent_says_that_it_is_made_and_not_how_it_looks() {
    let world = world();
    let plan = planned(&world, &choices(None, false)).await;
    let step = plan
        .steps
        .iter()
        .find(|step| matches!(step, Step::MakeSecret { .. }))
        .expect("a secret is made");
    let text = format!("{:?}", preview(&plan, step));
    assert!(
        text.contains("notes/") && text.contains("/password"),
        "{text}"
    );
    assert!(world.state().secrets.is_empty());
}
