//! What entries offer to do with their installed servers.

use berth_api::types::{ActionRequest, ActionRow, ActionStart, FactsRefresh, NameRequest};
use berth_core::catalog::{Catalog, Trust};
use berth_core::error::{Error, ErrorCode};
use berth_core::job::{Job, JobState};
use berth_core::plan::Choices;
use berth_testkit::fake::World;

use crate::desk::Desk;

const ENTRY: &str = r#"
id: keeper
title: Keeper
publisher: Ada
summary: Keeps something
description: For tests.
categories: [utilities]
permissions: { network: none, files: none of yours }
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: example/keeper:1
      mounts:
        - { source: { from: volume, holds: its keys }, target: /keep }
actions:
  - id: renew
    title: Make new keys
    help: Restart Claude Code afterwards.
    changes: its keys
    steps:
      - { type: command, command: [put-aside], undo: [put-back] }
      - { type: tool, tool: look }
  - { id: status, title: Show its status, steps: [{ type: command, command: [status] }] }
  - { id: other, title: Do what it cannot, steps: [{ type: tool, tool: other }] }
"#;

async fn desk() -> Desk {
    let world = World::new();
    world.state().publish("example/keeper:1");
    let catalog = Catalog::from_files([("keeper.yaml", ENTRY)], Trust::Verified);
    assert_eq!(catalog.reports(), []);
    let ports = world.ports();
    let desk = Desk::over(world, ports, catalog);
    let choices = Choices {
        entry: "keeper".to_owned(),
        ..Choices::default()
    };
    desk.install_done(choices).await;
    desk
}

fn request(action: &str) -> ActionRequest {
    ActionRequest {
        name: "keeper".to_owned(),
        action: action.to_owned(),
    }
}

async fn rows(desk: &Desk) -> Vec<ActionRow> {
    let name = "keeper".to_owned();
    let page = desk.berth.installation_get(NameRequest { name }).await;
    page.unwrap().actions
}

async fn done(desk: &Desk, action: &str) -> Job {
    let preview = desk.berth.action_preview(request(action)).await.unwrap();
    let start = ActionStart {
        request: request(action),
        consent: preview.consent.unwrap(),
    };
    let started = desk.berth.action_start(start).await.unwrap();
    desk.berth.job_wait(&started.job).await.unwrap()
}

#[tokio::test]
async fn they_are_listed_with_what_stands_in_the_way() {
    let desk = desk().await;
    let found = rows(&desk).await;
    let asks: Vec<(&str, bool)> = found.iter().map(|it| (it.id.as_str(), it.asks)).collect();
    assert_eq!(asks, [("renew", true), ("status", false), ("other", false)]);
    assert_eq!(found[0].changes.as_deref(), Some("its keys"));
    assert_eq!((&found[0].missing, &found[1].missing), (&None, &None));
    let tool = "other".to_owned();
    let missing = Error::new(ErrorCode::ToolUnknown { tool });
    assert_eq!(found[2].missing, Some(missing.clone()));
    let refused = desk.berth.action_preview(request("other")).await;
    assert_eq!(refused.unwrap_err(), missing);

    let stopped = Error::new(ErrorCode::EngineMissing);
    desk.world.state().engine = Err(stopped.clone());
    desk.berth
        .facts_refresh(FactsRefresh::default())
        .await
        .unwrap();
    assert_eq!(rows(&desk).await[1].missing, Some(stopped));
}

#[tokio::test]
async fn one_is_carried_out_as_it_was_agreed_to() {
    let desk = desk().await;
    let start = ActionStart {
        request: request("renew"),
        consent: String::new(),
    };
    let refused = desk.berth.action_start(start).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ConsentNeeded);
    let start = ActionStart {
        request: request("renew"),
        consent: "another plan".to_owned(),
    };
    let refused = desk.berth.action_start(start).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::PlanChanged);
    let job = done(&desk, "renew").await;
    assert_eq!((job.state, job.error), (JobState::Done, None));
    assert_eq!(done(&desk, "status").await.state, JobState::Done);
    let refused = desk.berth.action_preview(request("none")).await;
    assert_eq!(refused.unwrap_err().name(), "action_unknown");
}

#[tokio::test]
async fn one_that_fails_says_how_its_program_ended() {
    let desk = desk().await;
    let no = (Some(3), vec!["not today".to_owned()]);
    desk.world.state().programs.insert("status".to_owned(), no);
    let job = done(&desk, "status").await;
    let error = job.error.unwrap();
    let program = "status".to_owned();
    let exit = Some(3);
    assert_eq!(error.code, ErrorCode::ProgramFailed { program, exit });
    assert_eq!(error.causes, ["not today"]);
}
