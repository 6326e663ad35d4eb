//! The logs that servers keep, as their entry names them.

use berth_api::types::{LogPage, LogRequest};
use berth_core::catalog::{Catalog, LogFormat, Trust};
use berth_core::error::{ErrorCode, Result};
use berth_core::input::InputValue;
use berth_core::plan::Choices;
use berth_core::secret::Secret;
use berth_testkit::fake::{Kept, World};

use crate::desk::{Desk, TOKEN, code, name};

const ENTRY: &str = r#"
id: notes
title: Notes
publisher: Ada
summary: Keeps notes
description: Keeps notes.
categories: [utilities]
permissions: { network: none, files: none of yours }
inputs:
  - key: audit
    title: Audit
    kind: { type: boolean }
  - key: token
    title: Token
    required: true
    kind: { type: secret }
variants:
  - id: image
    title: Container
    best_for: All
    version: 1.0.0
    run:
      type: image
      image: "example/notes:1"
      env: { TOKEN: "{{token}}", AUDIT: "{{audit?on}}" }
      mounts: [{ source: { from: volume, holds: notes }, target: /data }]
logs:
  - { id: audit, title: Audit, about: Who did what., when: { input: audit, is: ["yes"] }, path: /data/audit.log, format: jsonl }
  - { id: plain, title: Plain, about: What it says., path: /data/plain.log }
"#;

async fn installed(audit: bool) -> Desk {
    let world = World::new();
    world.state().publish("example/notes:1");
    let catalog = Catalog::from_files([("notes.yaml", ENTRY)], Trust::Verified);
    assert!(catalog.reports().is_empty(), "{:#?}", catalog.reports());
    let ports = world.ports();
    let desk = Desk::over(world, ports, catalog);
    desk.install_done(Choices {
        entry: "notes".to_owned(),
        inputs: [("audit".to_owned(), InputValue::Boolean(audit))].into(),
        secrets: [("token".to_owned(), Secret::new(TOKEN))].into(),
        ..Choices::default()
    })
    .await;
    desk
}

async fn read(desk: &Desk, log: &str, lines: u32) -> Result<LogPage> {
    let request = LogRequest {
        name: "notes".to_owned(),
        log: log.to_owned(),
        lines,
    };
    desk.berth.log_read(request).await
}

fn write(desk: &Desk, path: &str, text: &str) {
    let kept = Kept {
        uid: 1000,
        mode: 0o644,
        text: Some(text.to_owned()),
    };
    desk.world.state().kept.insert(path.to_owned(), kept);
}

#[tokio::test]
async fn a_server_has_the_logs_of_its_entry_as_it_is_set_up() {
    for (audit, expected) in [(true, &["audit", "plain"][..]), (false, &["plain"])] {
        let desk = installed(audit).await;
        let page = desk.berth.installation_get(name("notes")).await.unwrap();
        let ids: Vec<&str> = page.logs.iter().map(|log| log.id.as_str()).collect();
        assert_eq!(ids, expected);
    }
    let desk = installed(false).await;
    for log in ["audit", "nothing"] {
        let unknown = ErrorCode::LogUnknown {
            name: "notes".to_owned(),
            log: log.to_owned(),
        };
        assert_eq!(code(read(&desk, log, 9).await), unknown);
    }
}

#[tokio::test]
async fn its_end_is_read_without_the_secret() {
    let desk = installed(true).await;
    let page = read(&desk, "audit", 9).await.unwrap();
    assert!(!page.end.there, "nothing is written yet");
    assert_eq!(page.log.format, LogFormat::Jsonl);
    assert_eq!(page.log.path, "/data/audit.log");

    let text = format!("{{\"event\": \"a\"}}\n{{\"event\": \"b\", \"level\": \"{TOKEN}\"}}\n");
    write(&desk, "/data/audit.log", &text);
    let page = read(&desk, "audit", 1).await.unwrap();
    assert!(page.end.there && page.end.more);
    assert_eq!(page.end.lines.len(), 1);
    assert_eq!(page.end.lines[0].event.as_deref(), Some("b"));
    assert!(!format!("{page:?}").contains(&TOKEN[..7]), "{page:?}");

    write(&desk, "/data/plain.log", "x");
    assert_eq!(
        read(&desk, "plain", 9).await.unwrap().end.lines[0].text,
        "x"
    );
}

#[tokio::test]
async fn where_the_secrets_are_not_known_nothing_is_told() {
    let desk = installed(false).await;
    write(&desk, "/data/plain.log", TOKEN);
    desk.world.state().secrets.clear();
    let missing = ErrorCode::SecretMissing {
        name: "notes".to_owned(),
        input: "token".to_owned(),
    };
    assert_eq!(code(read(&desk, "plain", 9).await), missing);
}
