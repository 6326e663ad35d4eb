use std::collections::BTreeMap;

use berth_api::types::{ServerState, ToolCallRequest};
use berth_core::client::{Place, Scope};
use berth_core::error::{Error, ErrorCode};
use berth_core::job::JobState;
use berth_core::plan::Choices;
use berth_core::port::{SessionContainer, SessionLabels, Store};
use berth_core::server::Launch;
use berth_testkit::fake::{ServerScript, World};

use crate::desk::{Desk, TOKEN, clock, code, hub, name};

async fn state(desk: &Desk) -> ServerState {
    desk.berth.startup().await;
    let mut rows = desk.berth.installation_list(()).await.unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0).state
}

fn session(home: &str, running: bool) -> SessionContainer {
    SessionContainer {
        id: format!("c-{home}-{running}"),
        running,
        labels: SessionLabels {
            installation: "hub".to_owned(),
            generation: "g".to_owned(),
            session: "s".to_owned(),
            home: home.to_owned(),
            owner: "7:7:boot".to_owned(),
        },
        ports: BTreeMap::new(),
    }
}

fn call(tool: &str) -> ToolCallRequest {
    ToolCallRequest {
        name: "clock".to_owned(),
        tool: tool.to_owned(),
        arguments: [("zone".to_owned(), "UTC".into())].into_iter().collect(),
    }
}

#[tokio::test]
async fn a_row_and_a_page_tell_what_was_installed() {
    let desk = Desk::new();
    assert!(desk.berth.installation_list(()).await.unwrap().is_empty());
    desk.install_done(Choices {
        place: Place::claude_code(Scope::Project, Some("/home/ada/project".to_owned())),
        ..clock()
    })
    .await;
    let page = desk.berth.installation_get(name("clock")).await.unwrap();
    assert_eq!(page.row.version, "1.2.3");
    assert_eq!(page.row.title, "Clock");
    assert_eq!(page.row.variant_title, "Python package");
    assert_eq!(page.row.tools, 1);
    assert_eq!(page.row.places[0].scope, Scope::Project);
    assert_eq!(page.registered_command, ["berth", "run", "clock"]);
    assert_eq!(page.prompt.as_deref(), Some("What time is it?"));
    let not_installed = ErrorCode::NotInstalled {
        name: "hub".to_owned(),
    };
    let missing = desk.berth.installation_get(name("hub")).await;
    assert_eq!(code(missing), not_installed);
}

#[tokio::test]
async fn a_state_is_what_is_true_now() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    assert_eq!(state(&desk).await, ServerState::Ready);

    let owner = "7:7:boot".to_owned();
    desk.world.state().living_owners.insert(owner);
    let containers = vec![
        session(World::BERTH_HOME, true),
        session(World::BERTH_HOME, false),
        session("/another/home", true),
    ];
    desk.world.state().containers = containers;
    assert_eq!(state(&desk).await, ServerState::InUse);
    let rows = desk.berth.installation_list(()).await.unwrap();
    assert_eq!(rows[0].sessions, 1);
    desk.world.state().containers.clear();

    let removed = std::mem::take(&mut desk.world.state().registrations);
    assert_eq!(state(&desk).await, ServerState::NotRegistered);
    desk.world.state().registrations = removed;

    let mut record = desk.world.store.installation("hub").unwrap().unwrap();
    record.last_error = Some(Error::new(ErrorCode::ServerTimeout { seconds: 30 }));
    desk.world.store.put_installation(&record).unwrap();
    assert_eq!(state(&desk).await, ServerState::Failing);
    record.last_error = None;
    record.verified_at = None;
    desk.world.store.put_installation(&record).unwrap();
    assert_eq!(state(&desk).await, ServerState::Unverified);

    desk.world.state().secrets.clear();
    let input = "token".to_owned();
    assert_eq!(state(&desk).await, ServerState::SecretMissing { input });
}

#[tokio::test]
async fn a_source_folder_that_is_gone_is_told_and_found_again() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let mut record = desk.world.store.installation("hub").unwrap().unwrap();
    record.launch = Launch::Process {
        program: "/p".to_owned(),
        args: Vec::new(),
        env: Default::default(),
        path: Vec::new(),
        source: Some("/home/ada/source".to_owned()),
        folder: "/".to_owned(),
    };
    desk.world.store.put_installation(&record).unwrap();
    let path = "/home/ada/source".to_owned();
    assert_eq!(state(&desk).await, ServerState::PathMissing { path });
    desk.world.state().files.create_folder("/home/ada/source");
    assert_eq!(state(&desk).await, ServerState::Ready);
}

#[tokio::test]
async fn where_a_component_is_away_nothing_is_claimed() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    {
        let mut state = desk.world.state();
        state.vault = Err(Error::new(ErrorCode::KeychainLocked));
        state.engine = Err(Error::new(ErrorCode::EngineMissing));
        state.claude = Err(Error::new(ErrorCode::ClaudeMissing));
        state.registrations.clear();
    }
    assert_eq!(state(&desk).await, ServerState::Ready);
}

#[tokio::test]
async fn a_tool_answers_through_the_registered_command() {
    let desk = Desk::new();
    desk.install_done(clock()).await;
    let answer = desk.berth.tool_call(call("look")).await.unwrap();
    assert!(!answer.is_error);
    assert_eq!(answer.text, "ok");
    assert_eq!(answer.result["arguments"]["zone"], "UTC");

    let answers = [("look".to_owned(), (true, "no such zone".to_owned()))].into();
    let script = ServerScript {
        answers,
        ..ServerScript::default()
    };
    desk.world
        .state()
        .servers
        .insert("clock".to_owned(), script);
    let answer = desk.berth.tool_call(call("look")).await.unwrap();
    assert!(answer.is_error);
    assert_eq!(answer.text, "no such zone");
}

#[tokio::test]
async fn a_call_fails_with_what_is_wrong() {
    let desk = Desk::new();
    let not_installed = ErrorCode::NotInstalled {
        name: "clock".to_owned(),
    };
    assert_eq!(
        code(desk.berth.tool_call(call("look")).await),
        not_installed
    );
    desk.install_done(clock()).await;
    let unknown = ErrorCode::ToolUnknown {
        tool: "hear".to_owned(),
    };
    assert_eq!(code(desk.berth.tool_call(call("hear")).await), unknown);
    let exited = ErrorCode::ServerExited { exit: Some(3) };
    let script = ServerScript {
        start: Some(Error::new(exited.clone())),
        ..ServerScript::default()
    };
    desk.world
        .state()
        .servers
        .insert("clock".to_owned(), script);
    assert_eq!(code(desk.berth.tool_call(call("look")).await), exited);
}

#[tokio::test]
async fn a_page_holds_no_secret() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let page = desk.berth.installation_get(name("hub")).await.unwrap();
    let json = serde_json::to_string(&page).unwrap();
    assert!(!json.contains(TOKEN));
    assert!(json.contains("HUB_TOKEN"), "the variable's name is shown");
}

#[tokio::test]
async fn a_server_says_what_to_do_after_a_change_and_can_be_installed_again() {
    let desk = Desk::new();
    desk.install(clock()).await;
    let page = desk.berth.installation_get(name("clock")).await.unwrap();
    let changed: Vec<&str> = page
        .updates
        .iter()
        .map(|update| update.changed.as_str())
        .collect();
    assert_eq!(changed, ["Its packages", "The time zone"]);

    let again = desk.install(Choices::again(&page.installation)).await;
    assert_eq!(again.state, JobState::Done, "{:?}", again.error);
    let after = desk.berth.installation_get(name("clock")).await.unwrap();
    assert_ne!(after.installation.generation, page.installation.generation);
    assert_eq!(after.installation.inputs, page.installation.inputs);
    assert_eq!(after.installation.variant, page.installation.variant);
    assert_eq!(after.row.places, page.row.places);
}
