//! Backups of what a server keeps.

use berth_api::types::{BackupRequest, BackupStart, SaveRequest};
use berth_core::catalog::{Catalog, Trust};
use berth_core::error::Result;
use berth_core::job::{Job, JobState};
use berth_core::plan::Choices;
use berth_core::secret::Secret;
use berth_testkit::fake::World;

use crate::desk::{Desk, TOKEN};

const FILE: &str = "/home/ada/notes/keeper.berth-backup";

fn entry(keys: bool) -> String {
    format!(
        "id: keeper
title: Keeper
publisher: Ada
summary: Keeps something
description: For tests.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: example/keeper:1
      mounts:
        - {{ source: {{ from: volume, holds: its keys, holds_keys: {keys} }}, target: /keep }}
"
    )
}

/// The keeper, installed, with something in its volume.
async fn desk(keys: bool) -> Desk {
    let world = World::new();
    world.state().publish("example/keeper:1");
    let text = entry(keys);
    let catalog = Catalog::from_files([("keeper.yaml", text.as_str())], Trust::Verified);
    assert_eq!(catalog.reports(), []);
    let ports = world.ports();
    let desk = Desk::over(world, ports, catalog);
    let choices = Choices {
        entry: "keeper".to_owned(),
        ..Choices::default()
    };
    desk.install_done(choices).await;
    fill(&desk, "first");
    desk
}

fn fill(desk: &Desk, content: &str) {
    let mut state = desk.world.state();
    let volume = state.volumes.iter().next().unwrap().clone();
    state.contents.insert(volume, content.to_owned());
}

fn content(desk: &Desk) -> String {
    desk.world.state().contents.values().next().unwrap().clone()
}

fn request() -> BackupRequest {
    BackupRequest {
        name: "keeper".to_owned(),
        file: FILE.to_owned(),
    }
}

async fn ended(desk: &Desk, passphrase: Option<&str>, restore: bool) -> Result<Job> {
    let preview = match restore {
        true => desk.berth.restore_preview(request()).await?,
        false => desk.berth.backup_preview(request()).await?,
    };
    let start = BackupStart {
        request: request(),
        consent: preview.consent.unwrap(),
        passphrase: passphrase.map(Secret::new),
    };
    let job = match restore {
        true => desk.berth.restore_start(start).await?.job,
        false => desk.berth.backup_start(start).await?.job,
    };
    desk.berth.job_wait(&job).await
}

#[tokio::test]
async fn keys_are_backed_up_and_restored_with_a_passphrase() {
    let desk = desk(true).await;
    for (given, code) in [
        (None, "input_missing"),
        (Some("  "), "input_missing"),
        (Some("too short"), "input_invalid"),
    ] {
        let refused = ended(&desk, given, false).await;
        assert_eq!(refused.unwrap_err().name(), code, "{given:?}");
    }
    let job = ended(&desk, Some(TOKEN), false).await.unwrap();
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    let again = ended(&desk, Some(TOKEN), false).await;
    assert_eq!(again.unwrap_err().name(), "file_there");

    fill(&desk, "later");
    let missing = ended(&desk, None, true).await;
    assert_eq!(missing.unwrap_err().name(), "input_missing");
    let wrong = ended(&desk, Some("wrong"), true).await.unwrap();
    assert_eq!(wrong.error.unwrap().name(), "backup_locked");
    assert_eq!(content(&desk), "later");
    // White space that was pasted with it does not count.
    let padded = format!(" {TOKEN}\n");
    let job = ended(&desk, Some(&padded), true).await.unwrap();
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    assert_eq!(content(&desk), "first");

    let kept = serde_json::to_string(&desk.berth.job_list(()).await.unwrap()).unwrap();
    assert!(
        !kept.contains(TOKEN),
        "the passphrase is written down nowhere"
    );
}

#[tokio::test]
async fn what_holds_no_keys_needs_no_passphrase() {
    let desk = desk(false).await;
    let job = ended(&desk, None, false).await.unwrap();
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    fill(&desk, "later");
    let job = ended(&desk, None, true).await.unwrap();
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    assert_eq!(content(&desk), "first");
}

#[tokio::test]
async fn consent_is_to_what_was_shown() {
    let desk = desk(true).await;
    let preview = desk.berth.backup_preview(request()).await.unwrap();
    let start = |consent: &str| BackupStart {
        request: BackupRequest {
            file: format!("{FILE}-2"),
            ..request()
        },
        consent: consent.to_owned(),
        passphrase: Some(Secret::new(TOKEN)),
    };
    let none = desk.berth.backup_start(start("")).await;
    assert_eq!(none.unwrap_err().name(), "consent_needed");
    let other = desk
        .berth
        .backup_start(start(&preview.consent.unwrap()))
        .await;
    assert_eq!(other.unwrap_err().name(), "plan_changed");
}

#[tokio::test]
async fn a_new_file_is_asked_for_and_not_written() {
    let desk = desk(true).await;
    *desk.dialogs.answer.lock().unwrap() = Some("/home/ada".to_owned());
    let request = SaveRequest {
        title: "Save".to_owned(),
        file_name: "x".to_owned(),
    };
    let picked = desk.berth.pick_new_file(request).await.unwrap();
    assert_eq!(picked.path.as_deref(), Some("/home/ada/x"));
    assert!(desk.dialogs.saved.lock().unwrap().is_empty());
}
