use std::collections::BTreeMap;

use super::checks::{checks, may_ask, may_start};
use super::gather::{PlaceFacts, ServerFacts};
use super::hand::by_hand;
use super::*;
use crate::client::{DirectAddress, LauncherCommand, Registration, Scope};
use crate::error::ErrorCode as E;
use crate::facts::{Fact, Platform, VaultFacts, VaultKind};
use crate::port::{ClientHealth, PathKind, ServiceState};
use crate::server::{Launch, SecretTarget, SecretUse, seal};
use ServerCheckId as Id;

mod containers;

const TOKEN: &str = "tok-tok-tok";

fn server() -> Installation {
    let launch = Launch::Process {
        program: "/b/bin/notes".to_owned(),
        args: Vec::new(),
        env: BTreeMap::new(),
        path: Vec::new(),
        source: Some("/h/notes".to_owned()),
        folder: "/b".to_owned(),
    };
    let secrets = vec![SecretUse {
        env: "TOKEN".to_owned(),
        target: SecretTarget::Variable,
        template: "{{token}}".to_owned(),
        input: "token".to_owned(),
        service: None,
        made: false,
    }];
    Installation {
        name: "notes".to_owned(),
        generation: "G1".to_owned(),
        entry: "notes".to_owned(),
        title: "Notes".to_owned(),
        variant: "python".to_owned(),
        variant_title: "Python".to_owned(),
        pins: Vec::new(),
        seal: seal("notes", &launch, &secrets, &[], &[]).expect("a seal"),
        launch,
        secrets,
        criteria: Vec::new(),
        actions: Vec::new(),
        inputs: BTreeMap::new(),
        stopped: false,
        places: vec![Place::default()],
        direct: Vec::new(),
        folder: Some("/b".to_owned()),
        built: None,
        data: Vec::new(),
        tools: Vec::new(),
        tools_hash: None,
        startup_seconds: 30,
        installed_at: "2026-01-02T03:04:05.678Z".to_owned(),
        verified_at: None,
        last_error: None,
        health: None,
    }
}

fn launcher() -> LauncherCommand {
    LauncherCommand {
        program: "/usr/bin/berth".to_owned(),
        args: ["run", "notes"].map(str::to_owned).to_vec(),
        address: None,
    }
}

fn registered(raw: serde_json::Value) -> Result<Option<Registration>> {
    Ok(Some(Registration {
        name: "notes".to_owned(),
        place: Place::default(),
        raw,
    }))
}

fn well() -> ServerFacts {
    ServerFacts {
        platform: Platform::Linux,
        link: "/h/.local/bin/berth".to_owned(),
        places: vec![PlaceFacts {
            place: Place::default(),
            file: Some("/h/.claude.json".to_owned()),
            file_there: true,
            found: registered(launcher().to_json()),
            wanted: launcher(),
            address: None,
            launcher: Ok("/usr/bin/berth".to_owned()),
            said: Some(Ok(ClientHealth::Connected)),
        }],
        record: Ok(()),
        vault: Fact::Found {
            value: VaultFacts {
                kind: VaultKind::Keychain,
                product: "Keyring".to_owned(),
            },
        },
        secrets: vec![("token".to_owned(), Ok(true))],
        engine: Fact::Unknown,
        images: Vec::new(),
        environment: vec![("/b/bin/notes".to_owned(), PathKind::File)],
        folders: vec![("/h/notes".to_owned(), PathKind::Folder)],
        services: Ok(Vec::new()),
        sessions: None,
        answer: Some(Ok((3, 40))),
    }
}

fn of(checks: &[ServerCheck], id: Id) -> &ServerCheck {
    let found = checks.iter().find(|check| check.id == id);
    found.unwrap_or_else(|| panic!("no {id:?}"))
}

fn statuses(checks: &[ServerCheck]) -> Vec<(Id, CheckStatus)> {
    checks.iter().map(|it| (it.id, it.status)).collect()
}

/// What is seen with this one thing broken, before anything is started.
fn broken(change: impl FnOnce(&mut ServerFacts)) -> Vec<ServerCheck> {
    let mut facts = well();
    facts.answer = None;
    facts.places[0].said = None;
    change(&mut facts);
    checks(&server(), &facts)
}

#[test]
fn all_is_well_in_the_order_of_the_way() {
    let checks = checks(&server(), &well());
    let order = [
        Id::Config,
        Id::Registration,
        Id::Launcher,
        Id::Record,
        Id::Secrets,
        Id::Environment,
        Id::Folders,
        Id::Handshake,
        Id::Client,
    ];
    let good = order.map(|id| (id, CheckStatus::Good));
    assert_eq!(statuses(&checks), good);
    assert!(may_start(&checks));
    assert_eq!(may_ask(&checks), [Place::default()]);
}

#[test]
fn a_file_that_is_not_valid_hides_what_is_registered_and_not_the_server() {
    let path = "/h/.claude.json".to_owned();
    let error = Error::new(E::ClientConfigInvalid { path });
    let checks = broken(|facts| facts.places[0].found = Err(error.clone()));
    assert_eq!(of(&checks, Id::Config).error, Some(error));
    for id in [Id::Registration, Id::Launcher, Id::Client] {
        assert_eq!(of(&checks, id).status, CheckStatus::Skipped, "{id:?}");
    }
    assert!(may_start(&checks), "the server itself can be looked at");
    assert!(may_ask(&checks).is_empty());
}

#[test]
fn a_file_that_is_gone_differs_from_a_server_that_is() {
    let gone = broken(|facts| {
        facts.places[0].found = Ok(None);
        facts.places[0].file_there = false;
    });
    assert_eq!(of(&gone, Id::Config).status, CheckStatus::Bad);
    assert_eq!(of(&gone, Id::Registration).status, CheckStatus::Skipped);
    let taken_out = broken(|facts| facts.places[0].found = Ok(None));
    assert_eq!(of(&taken_out, Id::Config).status, CheckStatus::Good);
    let check = of(&taken_out, Id::Registration);
    let code = check.error.as_ref().map(|error| &error.code);
    assert!(matches!(code, Some(E::NotRegistered { .. })));
    let connect = |replace| Fix::Connect {
        name: "notes".to_owned(),
        place: Place::default(),
        replace,
        direct: false,
    };
    assert_eq!(check.fixes, [connect(false)]);
    let theirs = serde_json::json!({ "command": "npx", "args": [TOKEN], "env": { "T": TOKEN } });
    let changed = broken(|facts| facts.places[0].found = registered(theirs));
    let check = of(&changed, Id::Registration);
    assert_eq!(check.status, CheckStatus::Bad);
    assert_eq!(check.fixes, [connect(true)]);
    assert_eq!(of(&changed, Id::Launcher).status, CheckStatus::Skipped);
    let json = serde_json::to_string(&changed).expect("JSON");
    assert!(json.contains("npx") && !json.contains(TOKEN), "{json}");
}

#[test]
fn a_registration_that_still_leads_to_the_server_is_limited() {
    let raw = serde_json::json!({ "command": "/old/berth", "args": ["run", "notes"] });
    let checks = broken(|facts| facts.places[0].found = registered(raw));
    let check = of(&checks, Id::Registration);
    assert_eq!(check.status, CheckStatus::Limited);
    let name = "notes".to_owned();
    assert_eq!(check.fixes, [Fix::InstallAgain { name }]);
    assert_eq!(of(&checks, Id::Launcher).status, CheckStatus::Good);
}

#[test]
fn an_address_is_as_good_as_a_launcher_and_needs_none() {
    let address = DirectAddress {
        url: "http://127.0.0.1:4000/mcp".to_owned(),
        headers: BTreeMap::new(),
        helper: None,
    };
    let given = LauncherCommand {
        address: Some(address.clone()),
        ..launcher()
    };
    let checks = broken(|facts| {
        facts.places[0].found = registered(given.to_json());
        facts.places[0].address = Some(address);
    });
    assert_eq!(of(&checks, Id::Registration).status, CheckStatus::Good);
    assert!(checks.iter().all(|check| check.id != Id::Launcher));
}

#[test]
fn a_launcher_that_is_gone_keeps_the_client_from_being_asked() {
    let checks = broken(|facts| {
        facts.places[0].launcher = Err(Error::new(E::LauncherNotOnPath));
    });
    let check = of(&checks, Id::Launcher);
    assert_eq!(check.status, CheckStatus::Bad);
    let path = "/h/.local/bin/berth".to_owned();
    assert_eq!(check.fixes, [Fix::LinkLauncher { path }]);
    assert!(may_start(&checks));
    assert!(may_ask(&checks).is_empty());
}

#[test]
fn a_record_that_was_changed_says_nothing_of_what_it_needs() {
    let name = "notes".to_owned();
    let error = Error::new(E::InstallationChanged { name });
    let checks = broken(|facts| facts.record = Err(error.clone()));
    assert_eq!(of(&checks, Id::Record).error, Some(error));
    for id in [Id::Secrets, Id::Environment, Id::Folders, Id::Handshake] {
        assert_eq!(of(&checks, id).status, CheckStatus::Skipped, "{id:?}");
    }
    assert!(!may_start(&checks));
}

#[test]
fn whatever_the_server_needs_keeps_it_from_being_started() {
    let secret = broken(|facts| facts.secrets[0].1 = Ok(false));
    let check = of(&secret, Id::Secrets);
    let (name, input) = ("notes".to_owned(), "token".to_owned());
    assert_eq!(check.fixes, [Fix::GiveSecret { name, input }]);
    let locked = broken(|facts| {
        facts.vault = Fact::Missing {
            error: Error::new(E::PassphraseNeeded),
        };
        facts.secrets.clear();
    });
    assert_eq!(of(&locked, Id::Secrets).fixes, [Fix::UnlockVault]);
    let environment = broken(|facts| facts.environment[0].1 = PathKind::Nothing);
    let folder = broken(|facts| facts.folders[0].1 = PathKind::Nothing);
    for (checks, id) in [
        (secret, Id::Secrets),
        (locked, Id::Secrets),
        (environment, Id::Environment),
        (folder, Id::Folders),
    ] {
        assert_eq!(of(&checks, id).status, CheckStatus::Bad, "{id:?}");
        assert!(!may_start(&checks), "{id:?}");
        assert!(!of(&checks, id).fixes.is_empty(), "{id:?}");
    }
}

#[test]
fn a_server_that_does_not_answer_is_not_asked_of_the_client() {
    let mut facts = well();
    facts.answer = Some(Err(Error::new(E::ServerTimeout { seconds: 30 })));
    facts.places[0].said = None;
    let seen = checks(&server(), &facts);
    assert_eq!(of(&seen, Id::Handshake).status, CheckStatus::Bad);
    assert_eq!(of(&seen, Id::Client).status, CheckStatus::Skipped);
    assert!(may_ask(&seen).is_empty());

    let tool = "look".to_owned();
    facts.answer = Some(Err(Error::new(E::CredentialRefused { tool })));
    let seen = checks(&server(), &facts);
    let (name, input) = ("notes".to_owned(), "token".to_owned());
    let give = [Fix::GiveSecret { name, input }];
    assert_eq!(of(&seen, Id::Handshake).fixes, give);
}

#[test]
fn a_client_can_wait_for_a_person_or_say_no() {
    let said = |said| {
        let mut facts = well();
        facts.places[0].said = Some(said);
        of(&checks(&server(), &facts), Id::Client).status
    };
    let limited = CheckStatus::Limited;
    assert_eq!(said(Ok(ClientHealth::PendingApproval)), limited);
    assert_eq!(said(Ok(ClientHealth::Unclear)), limited);
    assert_eq!(said(Err(Error::new(E::ClaudeMissing))), CheckStatus::Bad);
    let desktop = {
        let mut facts = well();
        facts.places[0].place = Place::claude_desktop();
        facts.places[0].found = registered(launcher().to_desktop_json());
        facts.places[0].said = None;
        checks(&server(), &facts)
    };
    assert_eq!(of(&desktop, Id::Registration).status, CheckStatus::Good);
    assert!(desktop.iter().all(|check| check.id != Id::Client));
}

#[test]
fn each_place_is_looked_at_by_itself() {
    let mut facts = well();
    let mut other = well().places.remove(0);
    other.place = Place::claude_code(Scope::Local, Some("/h/p".to_owned()));
    other.found = Ok(None);
    other.said = None;
    facts.places.push(other);
    let seen = checks(&server(), &facts);
    assert_eq!(may_ask(&seen), [Place::default()]);
}

#[test]
fn what_is_tried_by_hand_is_one_line_for_the_shell() {
    let command = LauncherCommand {
        program: "/opt/my apps/berth".to_owned(),
        ..launcher()
    };
    let line = by_hand(&command, Platform::Linux);
    assert!(line.ends_with("| '/opt/my apps/berth' run notes"), "{line}");
    assert!(line.contains(r#""method":"initialize""#), "{line}");
    let line = by_hand(&command, Platform::Windows);
    let end = r#"| "/opt/my apps/berth" run notes"#;
    assert!(line.ends_with(end), "{line}");
}
