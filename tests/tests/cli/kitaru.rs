//! The Kitaru entry with its real packages: both installers, every scope, its own local server.

use std::collections::BTreeSet;
use std::net::{TcpListener, TcpStream};

use berth_testkit::token;
use berth_tests::http::{Request, Server};
use berth_tests::left::is_connected;
use berth_tests::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::people::{assert_nothing_left, berth_with};

/// The tools that the documentation of Kitaru 0.21 names: nine for executions, seven for
/// deployments, two for artifacts, one for secrets, five for the connection.
const NAMED: [&str; 24] = [
    "kitaru_executions_list",
    "kitaru_executions_get",
    "kitaru_executions_latest",
    "get_execution_logs",
    "kitaru_executions_run",
    "kitaru_executions_cancel",
    "kitaru_executions_input",
    "kitaru_executions_retry",
    "kitaru_executions_replay",
    "kitaru_deployments_deploy",
    "kitaru_deployments_invoke",
    "kitaru_deployments_list",
    "kitaru_deployments_get",
    "kitaru_deployments_delete",
    "kitaru_deployments_tag",
    "kitaru_deployments_untag",
    "kitaru_artifacts_list",
    "kitaru_artifacts_get",
    "kitaru_secrets_create",
    "kitaru_start_local_server",
    "kitaru_stop_local_server",
    "kitaru_status",
    "kitaru_stacks_list",
    "manage_stack",
];

/// Every named tool is among those that the installed server offered when it was verified.
fn assert_tools(sandbox: &Sandbox) {
    let page = sandbox.berth(&["show", "kitaru", "--json"]).ok().json();
    let tools = page["installation"]["tools"].as_array().expect("tools");
    let offered: BTreeSet<&str> = tools
        .iter()
        .map(|tool| tool["name"].as_str().expect("a name"))
        .collect();
    let missing: Vec<&str> = NAMED
        .into_iter()
        .filter(|name| !offered.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?} of {offered:?}");
}

fn install(sandbox: &Sandbox, more: &[&str]) {
    let args = ["install", "kitaru", "--yes"];
    sandbox.berth(&[&args[..], more].concat()).ok();
}

/// What Kitaru's own preflight says.
fn assert_status(sandbox: &Sandbox, met: bool) {
    let verified = sandbox.berth(&["verify", "kitaru", "--json"]).ok();
    let health = verified.last_json()["health"].take();
    let status = &health["criteria"][0];
    assert_eq!(status["id"], "status", "{health}");
    assert_eq!(status["met"], met, "{health}");
    assert_eq!(status["seen"]["exit"], 0, "{health}");
}

fn call(sandbox: &Sandbox, tool: &str, arguments: &Value) -> String {
    let arguments = arguments.to_string();
    sandbox
        .berth(&["call", "kitaru", tool, &arguments])
        .ok()
        .stdout
}

#[test]
fn kitaru_is_connected_in_every_scope() {
    let sandbox = Sandbox::new();
    let made = sandbox.command("git").args(["init", "--quiet"]).status();
    // Claude Code takes the repository's root for the project, and this test runs in another.
    assert!(made.expect("git").success());
    let plan = sandbox.berth(&["plan", "kitaru"]).ok();
    assert!(
        plan.stdout.contains("bin/uv pip install"),
        "{}",
        plan.stdout
    );
    assert!(plan.stdout.contains("zenml==0.98.0"), "{}", plan.stdout);

    install(&sandbox, &["--scope", "local"]);
    assert_tools(&sandbox);
    assert_status(&sandbox, true);
    assert!(is_connected(&sandbox, "kitaru"), "local");
    install(&sandbox, &["--replace", "--scope", "project"]);
    assert!(
        !is_connected(&sandbox, "kitaru"),
        "a project's server waits for approval"
    );
    sandbox.approve("kitaru");
    assert!(is_connected(&sandbox, "kitaru"), "project");
    install(&sandbox, &["--replace", "--scope", "user"]);
    assert!(is_connected(&sandbox, "kitaru"), "user");
    assert_tools(&sandbox);
    let status = call(&sandbox, "kitaru_status", &json!({}));
    assert!(status.contains(r#""zenml_version": "0.98.0""#), "{status}");
    assert!(status.contains("KITARU_ANALYTICS_OPT_IN"), "{status}");
    sandbox.berth(&["remove", "kitaru", "--yes"]).ok();
    assert_nothing_left(&sandbox, "kitaru");
}

/// Its handshake says nothing of it, its own status does, after it has tried for a while.
#[test]
fn an_address_where_nobody_listens_is_told_by_kitaru_itself() {
    let sandbox = Sandbox::new();
    let nowhere = ["--set", "server_url=http://127.0.0.1:9"];
    install(&sandbox, &nowhere);
    assert_status(&sandbox, false);
    sandbox.berth(&["remove", "kitaru", "--yes"]).ok();
    assert_nothing_left(&sandbox, "kitaru");
}

/// Has the local server ended, whatever becomes of the test: it goes on without whoever started it.
struct Stop<'a>(&'a Sandbox);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        let stop = ["call", "kitaru", "kitaru_stop_local_server", "{}"];
        // Removed by then, where all went well.
        let _ = self.0.berth(&stop);
    }
}

#[test]
fn kitaru_s_local_server_starts_and_stops() {
    let sandbox = Sandbox::without_uv();
    let plan = sandbox.berth(&["plan", "kitaru", "--variant", "python-local"]);
    assert!(plan.ok().stdout.contains("-m pip install"));
    install(&sandbox, &["--variant", "python-local"]);
    assert_tools(&sandbox);
    let _stop = Stop(&sandbox);
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    drop(listener);
    let started = call(
        &sandbox,
        "kitaru_start_local_server",
        &json!({ "port": port }),
    );
    assert!(started.contains(r#""action": "started""#), "{started}");
    TcpStream::connect(("127.0.0.1", port)).expect("it goes on after the session");
    let stopped = call(&sandbox, "kitaru_stop_local_server", &json!({}));
    assert!(
        TcpStream::connect(("127.0.0.1", port)).is_err(),
        "{stopped}"
    );
    sandbox.berth(&["remove", "kitaru", "--yes"]).ok();
    assert_nothing_left(&sandbox, "kitaru");
}

/// It keeps what it works on in a server, which it asks with the key of the keychain.
#[test]
fn kitaru_s_newest_release_is_a_second_version() {
    let sandbox = Sandbox::new();
    let server = Server::start(|exchange| exchange.status(503));
    let key = token::right();
    let address = format!("api_url={}", server.url(""));
    let args = [
        "install",
        "kitaru",
        "--variant",
        "python-newest",
        "--set",
        &address,
        "--secret",
        "api_key",
        "--yes",
    ];
    berth_with(&sandbox, &args, &format!("{key}\n"), &[]).ok();
    let page = sandbox.berth(&["show", "kitaru", "--json"]).ok().json();
    let tools = page["installation"]["tools"].as_array().expect("tools");
    assert_eq!(tools.len(), 7, "{tools:?}");
    assert!(is_connected(&sandbox, "kitaru"));

    // Its guides come with it; what it works on does not.
    let search = json!({ "request": { "query": "deploy" } });
    let found = call(&sandbox, "kitaru_docs_search", &search);
    assert!(found.contains("excerpt"), "{found}");
    let list = json!({ "request": { "operation": "list" } }).to_string();
    let args = ["call", "kitaru", "kitaru_connection_read", &list];
    let refused = sandbox.berth(&args);
    assert_ne!(refused.exit, Some(0), "{refused:?}");
    let with_key = |request: &Request| {
        let mut headers = request.headers.values();
        headers.any(|value| value.contains(&key))
    };
    assert!(server.seen().iter().any(with_key), "{:?}", server.seen());
    assert_eq!(sandbox.files_with(&key), Vec::<std::path::PathBuf>::new());

    sandbox.berth(&["update", "kitaru", "--yes"]).ok();
    assert!(is_connected(&sandbox, "kitaru"), "after an update");
    install(&sandbox, &["--replace", "--variant", "python"]);
    assert_tools(&sandbox);
    sandbox.berth(&["remove", "kitaru", "--yes"]).ok();
    assert_nothing_left(&sandbox, "kitaru");
}
