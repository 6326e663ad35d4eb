//! A server that runs somewhere else: only a registration and a secret of it are on this machine.

use std::path::PathBuf;
use std::sync::Arc;

use berth_testkit::token;
use berth_tests::http::{Mcp, Server};
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::{Ran, Sandbox, argv_with};
use serde_json::Value;

use crate::people::berth_with;

const NAME: &str = "away";

const ENTRY: &str = r#"
id: away
title: Away
publisher: Example Org
summary: Answers from somewhere else
description: A server for tests.
categories: [utilities]
permissions: { network: "the server that you name", files: "none of yours" }
inputs:
  - key: server
    title: Server
    required: true
    kind: { type: url }
  - key: team
    title: Team
    kind: { type: text }
  - key: token
    title: Token
    required: true
    kind: { type: secret, min_length: 8 }
variants:
  - id: remote
    title: Remote server
    best_for: Everyone
    run:
      type: remote
      url: "{{server}}"
      headers:
        Authorization: "Bearer {{token}}"
        X-Team: "{{team}}"
credential_check:
  tool: whoami
"#;

fn served(token: &str) -> (Arc<Mcp>, Server) {
    let mcp = Arc::new(Mcp::with_token(token));
    let answering = mcp.clone();
    let server = Server::start(move |exchange| answering.answer(exchange));
    (mcp, server)
}

fn install(sandbox: &Sandbox, server: &str, token: &str, more: &[&str]) -> Ran {
    let server = format!("server={server}");
    let args = ["install", NAME, "--secret", "token", "--set", &server];
    berth_with(sandbox, &[&args[..], more].concat(), token, &[])
}

#[test]
fn it_is_registered_called_changed_and_removed_without_its_token_anywhere() {
    let sandbox = Sandbox::new();
    sandbox.add_entry(NAME, ENTRY);
    let (right, wrong) = (token::right(), token::wrong());
    let (mcp, server) = served(&right);
    let url = server.url("/mcp");

    let plan = berth_with(
        &sandbox,
        &[
            "plan",
            NAME,
            "--secret",
            "token",
            "--set",
            &format!("server={url}"),
        ],
        &right,
        &[],
    )
    .ok()
    .stdout;
    let host = format!("127.0.0.1:{}", server.port());
    for shown in [
        format!("network: {url}"),
        "Authorization: ••••••••".to_owned(),
        format!("It runs on {host}: what its tools are given is sent there"),
    ] {
        assert!(plan.contains(&shown), "{shown}: {plan}");
    }
    assert!(!plan.contains("with your rights"), "{plan}");
    assert_eq!(
        server.seen().len(),
        0,
        "nothing is sent before the plan is agreed to"
    );

    let refused = install(&sandbox, &url, &wrong, &["--yes", "--json"]);
    assert_eq!(refused.exit, Some(12), "{refused:?}");
    let error = &refused.last_json()["error"];
    assert_eq!(error["code"], "server_refused", "{refused:?}");
    assert_eq!(error["status"], 401);
    assert_nothing_left(&sandbox, NAME);

    install(&sandbox, &url, &right, &["--yes", "--set", "team=blue"]).ok();
    assert!(is_connected(&sandbox, NAME));
    let said = sandbox
        .berth(&["call", NAME, "echo", r#"{"text": "hello"}"#])
        .ok();
    assert!(said.stdout.contains("hello"), "{said:?}");
    let last = server
        .seen()
        .into_iter()
        .rfind(|seen| seen.rpc() == "tools/call");
    let last = last.expect("the call");
    assert_eq!(last.header("x-team"), Some("blue"));
    assert_eq!(mcp.sessions(), 0, "every session was ended");
    let registered = std::fs::read_to_string(sandbox.home().join(".claude.json")).unwrap();
    let registered: Value = serde_json::from_str(&registered).unwrap();
    let registered = &registered["mcpServers"][NAME];
    assert_eq!(registered["type"], "stdio");
    assert!(!registered.to_string().contains(&host), "{registered}");
    let shown = sandbox.berth(&["show", NAME]).ok().stdout;
    assert!(shown.contains(&url), "{shown}");

    let set = |value: &str| {
        berth_with(&sandbox, &["secret", "set", NAME, "token"], value, &[]).ok();
        sandbox.berth(&["verify", NAME])
    };
    let verified = set(&wrong);
    assert_eq!(verified.exit, Some(12), "{verified:?}");
    assert!(
        verified.stderr.contains("refused the token"),
        "{verified:?}"
    );
    assert!(!is_connected(&sandbox, NAME));
    set(&right).ok();

    let (_other_mcp, other) = served(&right);
    let change = format!("server={}", other.url("/mcp"));
    sandbox
        .berth(&["install", NAME, "--replace", "--yes", "--set", &change])
        .ok();
    assert!(is_connected(&sandbox, NAME));
    assert!(!other.seen().is_empty(), "with the token that it has");
    drop(other);
    let verified = sandbox.berth(&["verify", NAME]);
    assert_eq!(verified.exit, Some(12));
    assert!(verified.stderr.contains("does not answer"), "{verified:?}");

    for value in [&right, &wrong] {
        assert_eq!(sandbox.files_with(value), Vec::<PathBuf>::new());
        assert_eq!(argv_with(value), [""; 0]);
    }
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
}

#[test]
fn a_token_is_sent_encrypted_or_not_at_all() {
    let sandbox = Sandbox::new();
    sandbox.add_entry(NAME, ENTRY);
    let ran = install(
        &sandbox,
        "http://mcp.example.com/mcp",
        &token::right(),
        &["--yes", "--json"],
    );
    assert_eq!(ran.exit, Some(6), "{ran:?}");
    let error = &ran.last_json()["error"];
    assert_eq!(error["code"], "input_invalid", "{ran:?}");
    assert_eq!(error["problem"]["problem"], "scheme", "{ran:?}");
    assert_nothing_left(&sandbox, NAME);
}
