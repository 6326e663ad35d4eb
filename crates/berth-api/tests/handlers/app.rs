use berth_api::types::{FactsRefresh, LinkRequest, PickRequest};
use berth_core::client::Client;
use berth_core::doctor::{CheckId, CheckStatus};
use berth_core::error::{Error, ErrorCode};
use berth_core::facts::{Fact, Platform, Probe};
use berth_core::port::Store;
use berth_core::settings::{Settings, Theme};
use berth_testkit::fake::World;

use crate::desk::{Desk, hub};

fn pick() -> PickRequest {
    PickRequest {
        title: "Choose".to_owned(),
    }
}

#[tokio::test]
async fn the_window_learns_what_it_runs_on() {
    let desk = Desk::new();
    let info = desk.berth.app_info(()).await.unwrap();
    assert_eq!(info.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(info.platform, "linux");
    assert_eq!(info.home, World::BERTH_HOME);
    assert_eq!(info.user_home, World::USER_HOME);
    assert_eq!(info.launcher, World::LAUNCHER);
    for (platform, expected) in [(Platform::MacOs, "macos"), (Platform::Windows, "windows")] {
        desk.world.state().platform = platform;
        assert_eq!(desk.berth.app_info(()).await.unwrap().platform, expected);
    }
}

#[tokio::test]
async fn a_refresh_asks_only_the_probes_that_are_named() {
    let desk = Desk::new();
    let request = FactsRefresh {
        probes: vec![Probe::Git, Probe::Engine],
    };
    desk.berth.facts_refresh(request).await.unwrap();
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert!(facts.git.found().is_some() && facts.engine.found().is_some());
    assert_eq!(facts.claude, Fact::Unknown);
    let all = FactsRefresh::default();
    desk.berth.facts_refresh(all).await.unwrap();
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert!(facts.claude.found().is_some() && facts.vault.found().is_some());
}

#[tokio::test]
async fn launchers_are_told_where_the_engine_answered() {
    let desk = Desk::new();
    desk.berth.startup().await;
    let notes = desk.world.store.machine_notes().unwrap();
    let endpoint = "unix:///var/run/docker.sock".to_owned();
    assert_eq!(notes.engine_endpoint, Some(endpoint));
    assert_eq!(notes.engine_api.as_deref(), Some("1.50"));
    // An engine that is away for a while is not forgotten.
    desk.world.state().engine = Err(Error::new(ErrorCode::EngineMissing));
    desk.berth.startup().await;
    assert_eq!(desk.world.store.machine_notes().unwrap(), notes);
}

#[tokio::test]
async fn settings_are_kept_and_what_they_change_is_probed() {
    let desk = Desk::new();
    desk.berth.startup().await;
    desk.world.state().files.write("/opt/claude", "program");
    desk.world.state().engine = Err(Error::new(ErrorCode::EngineMissing));
    let settings = Settings {
        theme: Theme::Dark,
        claude_program: Some("/opt/claude".to_owned()),
        ..Settings::default()
    };
    desk.berth.settings_set(settings.clone()).await.unwrap();
    assert_eq!(desk.berth.settings_get(()).await.unwrap(), settings);
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert!(facts.engine.found().is_some(), "its setting did not change");
    let settings = Settings {
        engine_endpoint: Some("tcp://engine.example:2376".to_owned()),
        ..settings
    };
    desk.berth.settings_set(settings).await.unwrap();
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert!(facts.engine.missing().is_some());
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused() {
    let desk = Desk::new();
    let endpoint = |endpoint: &str| Settings {
        engine_endpoint: Some(endpoint.to_owned()),
        ..Settings::default()
    };
    let claude = |program: &str| Settings {
        claude_program: Some(program.to_owned()),
        ..Settings::default()
    };
    for settings in [
        endpoint("/var/run/docker.sock"),
        endpoint("unix://"),
        endpoint("ssh://somewhere"),
        claude("claude"),
        claude("/opt/nothing"),
        claude(World::USER_HOME),
    ] {
        let set = desk.berth.settings_set(settings.clone()).await;
        assert_eq!(set.unwrap_err().name(), "input_invalid", "{settings:?}");
    }
    let kept = desk.berth.settings_get(()).await.unwrap();
    assert_eq!(kept, Settings::default());
}

#[tokio::test]
async fn clients_and_checks_say_what_was_found() {
    let desk = Desk::new();
    let clients = desk.berth.client_list(()).await.unwrap();
    let listed: Vec<Client> = clients.iter().map(|row| row.client).collect();
    assert_eq!(listed, Client::ALL);
    assert_eq!(clients[0].state, Fact::Unknown);
    desk.world.state().vault = Err(Error::new(ErrorCode::KeychainMissing));
    let checks = desk.berth.doctor_run(()).await.unwrap();
    let check = |id| checks.iter().find(|check| check.id == id).unwrap();
    assert_eq!(check(CheckId::Engine).status, CheckStatus::Checking);
    desk.berth
        .facts_refresh(FactsRefresh::default())
        .await
        .unwrap();
    let checks = desk.berth.doctor_run(()).await.unwrap();
    let check = |id| checks.iter().find(|check| check.id == id).unwrap();
    assert_eq!(check(CheckId::Engine).status, CheckStatus::Good);
    assert_eq!(check(CheckId::Vault).status, CheckStatus::Bad);
    assert_ne!(
        check(CheckId::Catalog).status,
        CheckStatus::Good,
        "one file is malformed"
    );
    let clients = desk.berth.client_list(()).await.unwrap();
    assert!(clients[0].state.found().is_some());
}

#[tokio::test]
async fn a_link_to_the_launcher_is_seen_at_once() {
    let desk = Desk::new();
    desk.world.state().launcher_on_path = false;
    desk.berth.startup().await;
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert!(facts.launcher_on_path.missing().is_some());
    let linked = desk.berth.launcher_link(()).await.unwrap();
    assert!(linked.path.starts_with(World::USER_HOME), "{linked:?}");
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert_eq!(facts.launcher_on_path.found().is_some(), linked.on_path);
}

#[tokio::test]
async fn dialogs_and_links_reach_the_desktop() {
    let desk = Desk::new();
    *desk.dialogs.answer.lock().unwrap() = Some("/home/ada/notes".to_owned());
    let picked = desk.berth.pick_folder(pick()).await.unwrap();
    assert_eq!(picked.path.as_deref(), Some("/home/ada/notes"));
    *desk.dialogs.answer.lock().unwrap() = None;
    assert!(desk.berth.pick_file(pick()).await.unwrap().path.is_none());
    *desk.dialogs.broken.lock().unwrap() = true;
    assert!(desk.berth.pick_folder(pick()).await.is_err());
    assert!(desk.berth.pick_file(pick()).await.is_err());

    let open = |url: &str| {
        let url = url.to_owned();
        desk.berth.link_open(LinkRequest { url })
    };
    open("https://example.org/docs").await.unwrap();
    for bad in ["file:///etc/passwd", "http://example.org/", "nonsense"] {
        assert_eq!(open(bad).await.unwrap_err().name(), "input_invalid");
    }
    let opened = desk.dialogs.opened.lock().unwrap().clone();
    assert_eq!(opened, ["https://example.org/docs"]);
}

#[tokio::test]
async fn a_report_tells_much_and_no_path_of_the_person() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    desk.world
        .state()
        .missing_packages
        .insert("clock-server".to_owned());
    let failed = desk.install(crate::desk::clock()).await;
    assert_eq!(failed.error.unwrap().name(), "package_not_found");
    let text = desk.berth.support_report(()).await.unwrap().text;
    for expected in [
        "Docker 28.2.0",
        "GNOME Keyring",
        "hub: hub (image), example/hub 2.0.0",
        "package_not_found",
        "Collecting clock-server==1.2.3",
        "broken.yaml",
    ] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    assert!(!text.contains(World::USER_HOME), "{text}");
    assert!(!text.contains(crate::desk::TOKEN), "{text}");
}
