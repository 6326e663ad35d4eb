//! What a server over HTTP says of itself is shown, and decides nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use berth_tests::http::{Mcp, Server};
use berth_tests::left::assert_nothing_left;
use berth_tests::sandbox::Sandbox;
use serde_json::json;

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
variants:
  - id: remote
    title: Remote server
    best_for: Everyone
    run:
      type: remote
      url: "{{server}}"
      headers: { X-Team: "{{team}}" }
      live: /livez
      ready: /readyz
      metrics: /metrics
"#;

const METRICS: &str = "# HELP calls_total Calls until now.\n# TYPE calls_total counter\n\
    calls_total{tool=\"echo\"} 7\n# TYPE time histogram\ntime_bucket{le=\"1\"} 2\ntime_count 3\n";

/// What the server's paths answer; 0 is nothing at all.
#[derive(Default)]
struct Says {
    ready: AtomicU16,
    handshake: AtomicU16,
}

fn served(says: &Arc<Says>) -> Server {
    let (says, mcp) = (says.clone(), Mcp::new());
    Server::start(move |exchange| match exchange.request.path.as_str() {
        "/livez" => exchange.status(200),
        "/readyz" => match says.ready.load(Ordering::SeqCst) {
            0 => Ok(()),
            status => exchange.status(status),
        },
        "/metrics" => exchange.text(200, &[("Content-Type", "text/plain")], METRICS),
        _ => match says.handshake.load(Ordering::SeqCst) {
            200 => mcp.answer(exchange),
            status => exchange.status(status),
        },
    })
}

#[test]
fn the_handshake_alone_decides_whatever_a_server_says_of_itself() {
    let sandbox = Sandbox::new();
    sandbox.add_entry(NAME, ENTRY);
    let says = Arc::new(Says::default());
    let server = served(&says);
    let set = |ready, handshake| {
        says.ready.store(ready, Ordering::SeqCst);
        says.handshake.store(handshake, Ordering::SeqCst);
    };
    let path = |path: &str, status: Option<u16>| json!({ "path": path, "status": status });

    set(503, 200);
    let url = format!("server={}", server.url("/deep/mcp"));
    let args = [
        "install",
        NAME,
        "--yes",
        "--set",
        &url,
        "--set",
        "team=blue",
    ];
    sandbox.berth(&args).ok();
    let told = server
        .seen()
        .into_iter()
        .filter(|seen| seen.method == "GET");
    let told: Vec<_> = told.filter(|seen| seen.path != "/deep/mcp").collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told.iter().all(|seen| seen.header("x-team").is_none()),
        "nothing of the entry's goes there: {told:?}"
    );
    let verified = sandbox.berth(&["verify", NAME, "--json"]).ok().last_json();
    let health = &verified["health"];
    assert_eq!(health["live"], path("/livez", Some(200)), "{verified}");
    assert_eq!(health["ready"], path("/readyz", Some(503)));
    assert_eq!(health["metrics"], path("/metrics", Some(200)));
    let names = health["numbers"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|number| number["name"].clone()).collect();
    assert_eq!(names, ["calls_total", "time_count"]);

    set(200, 500);
    let failed = sandbox.berth(&["verify", NAME]);
    assert_eq!(failed.exit, Some(12), "{failed:?}");
    for said in [
        "What it says of itself (the handshake decides):",
        "Ready    /readyz      yes (status 200)",
        "status 500",
    ] {
        assert!(failed.stderr.contains(said), "{said}: {failed:?}");
    }
    let failed = sandbox.berth(&["verify", NAME, "--json"]);
    let mut lines = failed.stdout.lines().rev();
    assert!(
        lines.next().unwrap().contains("server_status"),
        "{failed:?}"
    );
    let event: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(event["health"]["ready"], path("/readyz", Some(200)));

    set(0, 200);
    let verified = sandbox.berth(&["verify", NAME]).ok().stdout;
    assert!(
        verified.contains("Ready    /readyz      no answer"),
        "{verified}"
    );
    let shown = sandbox.berth(&["show", NAME]).ok().stdout;
    for said in [
        "Ready    /readyz      no answer",
        "NUMBER                     VALUE  WHAT IT IS",
        "calls_total {tool=\"echo\"}  7      Calls until now.",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
}
