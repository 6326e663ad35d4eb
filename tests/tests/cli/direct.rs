//! Claude Code has the address of a server itself, and asks Berth for the token when it connects.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use berth_testkit::token;
use berth_tests::http::{Mcp, Server};
use berth_tests::leak::Watch;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::{Ran, Sandbox};
use serde_json::{Value, json};

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
  - key: token
    title: Token
    kind: { type: secret, min_length: 8 }
variants:
  - id: remote
    title: Remote server
    best_for: Everyone
    run:
      type: remote
      url: "{{server}}"
      headers: { Authorization: "Bearer {{token}}" }
"#;

fn served(mcp: Mcp) -> Server {
    let mcp = Arc::new(mcp);
    Server::start(move |exchange| mcp.answer(exchange))
}

fn install(sandbox: &Sandbox, url: &str, token: &str, more: &[&str]) -> Ran {
    let server = format!("server={url}");
    let args = [
        "install", NAME, "--secret", "token", "--yes", "--set", &server,
    ];
    berth_with(sandbox, &[&args[..], more].concat(), token, &[])
}

fn settings(sandbox: &Sandbox) -> Value {
    let text = fs::read_to_string(sandbox.home().join(".claude.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Whether the token came with a request of Claude Code's own.
fn token_came(server: &Server, token: &str) -> bool {
    let bearer = format!("Bearer {token}");
    let seen = server.seen().into_iter();
    let mut by_claude = seen.filter(|seen| {
        let agent = seen.header("user-agent").unwrap_or_default();
        !agent.starts_with("berth/")
    });
    by_claude.any(|seen| seen.header("authorization") == Some(&bearer))
}

#[test]
fn claude_code_connects_by_itself_with_a_token_that_is_written_nowhere() {
    let sandbox = Sandbox::new();
    sandbox.add_entry(NAME, ENTRY);
    let (right, wrong) = (token::right(), token::wrong());
    let server = served(Mcp::with_token(&right));
    let url = server.url("/mcp");
    let watch = Watch::start(&[&right, &wrong]);

    let server_is = format!("server={url}");
    let plan = [
        "plan", NAME, "--secret", "token", "--set", &server_is, "--direct",
    ];
    let plan = berth_with(&sandbox, &plan, &right, &[]).ok().stdout;
    for shown in [
        "headersHelper",
        "Claude Code connects to the server itself",
        "headers away",
    ] {
        assert!(plan.contains(shown), "{shown}: {plan}");
    }
    let refused = install(&sandbox, &url, &wrong, &["--direct"]);
    assert_eq!(refused.exit, Some(12), "{refused:?}");
    assert_nothing_left(&sandbox, NAME);

    install(&sandbox, &url, &right, &["--direct"]).ok();
    let registered = settings(&sandbox)["mcpServers"][NAME].clone();
    assert_eq!(registered["type"], "http");
    assert_eq!(registered["url"], url);
    assert_eq!(registered.get("headers"), None, "{registered}");
    let helper = registered["headersHelper"].as_str().unwrap();
    assert!(helper.ends_with("berth headers away"), "{helper}");
    assert!(token_came(&server, &right), "Berth's verification asked it");
    assert!(is_connected(&sandbox, NAME));
    let row = sandbox.berth(&["show", NAME, "--json"]).ok().json();
    assert_eq!(row["row"]["state"]["state"], "ready", "{row}");
    sandbox.berth(&["verify", NAME]).ok();

    let exported = sandbox
        .berth(&["export", NAME, "--as", "mcp-json"])
        .ok()
        .stdout;
    let exported: Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(
        exported["mcpServers"][NAME],
        json!({ "type": "http", "url": url, "headersHelper": "berth headers away" })
    );

    // The same through Berth, and back.
    sandbox
        .berth(&["install", NAME, "--replace", "--yes", "--set", &server_is])
        .ok();
    assert_eq!(settings(&sandbox)["mcpServers"][NAME]["type"], "stdio");
    assert!(is_connected(&sandbox, NAME));
    let args = [
        "install",
        NAME,
        "--replace",
        "--yes",
        "--direct",
        "--set",
        &server_is,
    ];
    sandbox.berth(&args).ok();
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    assert_eq!(settings(&sandbox)["mcpServers"][NAME], registered, "kept");
    assert!(is_connected(&sandbox, NAME));

    let seen = watch.stop();
    assert!(seen.is_empty(), "{seen:#?}");
    for secret in [&right, &wrong] {
        assert_eq!(sandbox.files_with(secret), Vec::<PathBuf>::new());
    }
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
}

#[test]
fn a_token_goes_to_no_other_address_and_to_no_terminal() {
    let sandbox = Sandbox::new();
    sandbox.add_entry(NAME, ENTRY);
    let right = token::right();
    let server = served(Mcp::with_token(&right));
    let thief = served(Mcp::with_token(&right));
    let url = server.url("/mcp");
    install(&sandbox, &url, &right, &["--direct"]).ok();

    let asked = |address: Option<&str>| -> Ran {
        let mut command = sandbox.command(sandbox.path("bin/berth"));
        command.args(["headers", NAME]);
        command.env_remove("CLAUDE_CODE_MCP_SERVER_URL");
        if let Some(address) = address {
            command.env("CLAUDE_CODE_MCP_SERVER_URL", address);
        }
        command.output().unwrap().into()
    };
    let given = asked(Some(&url)).ok().json();
    assert_eq!(given, json!({ "Authorization": format!("Bearer {right}") }));
    for other in [None, Some(thief.url("/mcp")), Some(server.url("/other"))] {
        let refused = asked(other.as_deref());
        assert_eq!(refused.exit, Some(12), "{other:?}: {refused:?}");
        assert_eq!(refused.stdout, "");
        assert!(
            refused.stderr.contains("are given to Claude Code only"),
            "{refused:?}"
        );
    }

    // Somebody changes the address in the file.
    let file = sandbox.home().join(".claude.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace(&url, &thief.url("/mcp"))).unwrap();
    assert!(!is_connected(&sandbox, NAME));
    assert!(!thief.seen().is_empty(), "it was asked");
    assert!(!token_came(&thief, &right), "without the token");
    fs::write(&file, text).unwrap();
    assert!(is_connected(&sandbox, NAME));

    // Through Berth nobody is given it.
    let server_is = format!("server={url}");
    sandbox
        .berth(&["install", NAME, "--replace", "--yes", "--set", &server_is])
        .ok();
    assert_eq!(asked(Some(&url)).exit, Some(12));
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
}

#[test]
fn it_is_given_where_it_works_and_refused_where_it_does_not() {
    let sandbox = Sandbox::new();
    sandbox.add_entry(NAME, ENTRY);
    let right = token::right();
    let server = served(Mcp::with_token(&right));
    let url = server.url("/mcp");
    let folder = sandbox.project();
    let project = folder.to_str().unwrap();
    let problem = |ran: &Ran| {
        assert_eq!(ran.exit, Some(6), "{ran:?}");
        ran.last_json()["error"]["problem"].clone()
    };
    let local = [
        "--direct",
        "--scope",
        "local",
        "--project",
        project,
        "--json",
    ];
    let refused = install(&sandbox, &url, &right, &local);
    assert_eq!(problem(&refused), "scope");
    fs::create_dir_all(sandbox.home().join(".config/Claude")).unwrap();
    let refused = install(
        &sandbox,
        &url,
        &right,
        &["--direct", "--client", "claude-desktop", "--json"],
    );
    assert_eq!(problem(&refused), "client");
    assert_eq!(sandbox.berth(&["list", "--json"]).ok().stdout, "[]\n");

    install(&sandbox, &url, &right, &[]).ok();
    let connect = [
        "connect",
        NAME,
        "--direct",
        "--yes",
        "--scope",
        "project",
        "--project",
        project,
    ];
    sandbox.berth(&connect).ok();
    let shared = fs::read_to_string(folder.join(".mcp.json")).unwrap();
    let shared: Value = serde_json::from_str(&shared).unwrap();
    let expected = json!({ "type": "http", "url": url, "headersHelper": "berth headers away" });
    assert_eq!(shared["mcpServers"][NAME], expected);
    // Another address is written there, too.
    let other = served(Mcp::with_token(&right));
    let change = format!("server={}", other.url("/mcp"));
    sandbox
        .berth(&["install", NAME, "--replace", "--yes", "--set", &change])
        .ok();
    let shared = fs::read_to_string(folder.join(".mcp.json")).unwrap();
    assert!(shared.contains(&other.url("/mcp")), "{shared}");
    let disconnect = [
        "disconnect",
        NAME,
        "--yes",
        "--scope",
        "project",
        "--project",
        project,
    ];
    sandbox.berth(&disconnect).ok();
    assert!(!folder.join(".mcp.json").exists());
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
}
