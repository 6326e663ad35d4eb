//! Servers that are reached over HTTP, in a container of each session.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::project::Project;
use berth_tests::sandbox::Sandbox;
use berth_tests::session::Session;
use serde_json::json;

#[test]
fn dynamic_mcp_over_http_keeps_its_tools_and_believes_the_handshake_only() {
    let name = "dynamic-mcp";
    let project = Project::dynamic_mcp(Sandbox::new(), "source");
    let sandbox = &project.sandbox;
    let broken = project.folder.join("src/without-docker");
    fs::write(&broken, "").unwrap();
    let folder = project.folder.to_str().unwrap();
    let args = [
        "install",
        name,
        "--variant",
        "http",
        "--source",
        folder,
        "--yes",
        "--json",
    ];
    let refused = sandbox.berth(&args);
    assert_eq!(
        refused.exit,
        Some(12),
        "ready, and not working: {refused:?}"
    );
    let error = &refused.last_json()["error"];
    assert_eq!(
        (&error["code"], &error["status"]),
        (&json!("server_status"), &json!(500))
    );
    assert!(
        refused.stdout.contains("Docker is not available"),
        "{refused:?}"
    );
    for said in ["ready: /readyz answers 200", "live: /livez answers 200"] {
        assert!(refused.stdout.contains(said), "{said}: {refused:?}");
    }
    assert_nothing_left(sandbox, name);
    fs::remove_file(&broken).unwrap();

    let plan = sandbox
        .berth(&["plan", name, "--variant", "http", "--source", folder])
        .ok();
    for shown in [
        "--publish=127.0.0.1::8788",
        "a port of 127.0.0.1 leads to the server",
    ] {
        assert!(plan.stdout.contains(shown), "{shown}: {plan:?}");
    }
    project.install(&["--variant", "http"]);
    assert!(is_connected(sandbox, name));
    assert_eq!(project.tools(), 8);
    assert_says_how_it_is(&project);
    project.tool(
        "dynamic.tool.create",
        &json!({ "name": "table", "code": "return 1" }),
    );
    sandbox.berth(&["update", name, "--yes"]).ok();
    let tools = project.tool("dynamic.tool.list", &json!({}));
    assert_eq!(tools["tools"], json!(["table"]));
    project.install(&["--replace", "--set", "profile=enterprise"]);
    assert_eq!(project.tools(), 17);
    assert_says_how_it_is(&project);
    // What is not said stays: the variant, the profile. An empty value takes an input away.
    sandbox.berth(&["install", name, "--replace", "--yes"]).ok();
    assert_eq!(project.tools(), 17);
    assert_says_how_it_is(&project);
    project.install(&["--replace", "--set", "profile="]);
    assert_eq!(project.tools(), 8);
    project.install(&["--replace", "--variant", "image"]);
    let tools = project.tool("dynamic.tool.list", &json!({}));
    assert_eq!(
        tools["tools"],
        json!(["table"]),
        "the other variant has the same volume"
    );
    sandbox.berth(&["remove", name, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, name);
}

/// It says how it is when it is verified, and that counts for nothing.
fn assert_says_how_it_is(project: &Project) {
    let (sandbox, name) = (&project.sandbox, "dynamic-mcp");
    let yes = |path: &str| json!({ "path": path, "status": 200 });
    let verified = sandbox.berth(&["verify", name, "--json"]).ok().last_json();
    let health = &verified["health"];
    assert_eq!(health["live"], yes("/livez"), "{verified}");
    assert_eq!(health["ready"], yes("/readyz"), "{verified}");
    assert_eq!(health["metrics"], yes("/metrics"), "{verified}");
    assert_eq!(
        health["numbers"],
        json!([{
            "name": "mcp_sessions",
            "labels": "transport=\"http\"",
            "value": "1",
            "help": "Sessions that are open.",
        }])
    );
    let shown = sandbox.berth(&["show", name]).ok().stdout;
    for text in [
        "the handshake decides",
        "/readyz      yes (status 200)",
        "mcp_sessions {transport=\"http\"}  1      Sessions that are open.",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
}

#[test]
fn dot_ai_is_closed_to_all_but_berth() {
    let name = "dot-ai";
    let project = Project::dot_ai(Sandbox::new());
    let sandbox = &project.sandbox;
    let qdrant = "qdrant_url=http://127.0.0.1:6333";
    sandbox
        .berth(&[
            "install",
            name,
            "--variant",
            "http",
            "--yes",
            "--set",
            qdrant,
        ])
        .ok();
    assert!(is_connected(sandbox, name));
    let said = project.tool("version", &json!({}));
    assert_eq!(said["version"], "2.2.2");
    assert_eq!(said["telemetry"], "false");
    assert_eq!(said["qdrant"], "http://127.0.0.1:6333");
    assert_eq!(sandbox.keychain_items().len(), 1, "its token was made");

    let mut session = Session::begin(sandbox, name);
    let greeted = session.greet();
    assert!(greeted.contains("dot-ai"), "{greeted}");
    let inspected = session.container();
    let container = inspected["Id"].as_str().unwrap();
    let bound = sandbox.docker(&["port", container, "3456/tcp"]).ok().stdout;
    let address = bound.trim();
    assert!(
        address.starts_with("127.0.0.1:") && bound.lines().count() == 1,
        "{bound}"
    );
    assert!(asked(address, "GET /healthz").starts_with("HTTP/1.1 200"));
    assert!(asked(address, "POST /mcp").starts_with("HTTP/1.1 401"));
    let token = inspected["Config"]["Env"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|each| each.as_str()?.strip_prefix("DOT_AI_AUTH_TOKEN="))
        .unwrap()
        .to_owned();
    session.end();
    assert_eq!(sandbox.containers(), [""; 0]);
    assert_eq!(sandbox.files_with(&token), Vec::<std::path::PathBuf>::new());

    sandbox.berth(&["remove", name, "--yes"]).ok();
    assert_nothing_left(sandbox, name);
}

/// What somebody without the token is told.
fn asked(address: &str, what: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{what} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
