//! A server that runs somewhere else, through the window.

use std::sync::Arc;

use berth_testkit::token;
use berth_tests::http::{Mcp, Server};
use berth_tests::leak::{self, Watch};
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

use super::{secret, steps};

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
    required: true
    kind: { type: secret, min_length: 8 }
variants:
  - id: remote
    title: Remote server
    best_for: Everyone
    run:
      type: remote
      url: "{{server}}"
      headers: { Authorization: "Bearer {{token}}" }
      live: /livez
      ready: /readyz
      metrics: /metrics
"#;

#[tokio::test]
async fn a_server_elsewhere_is_named_before_its_token_goes_there_and_nowhere_else() {
    let sandbox = Sandbox::new();
    sandbox.add_entry(NAME, ENTRY);
    let (right, wrong) = (token::right(), token::wrong());
    let secrets = [right.as_str(), wrong.as_str()];
    let mcp = Arc::new(Mcp::with_token(&right));
    let answering = mcp.clone();
    let server = Server::start(move |exchange| match exchange.request.path.as_str() {
        "/livez" => exchange.status(200),
        "/readyz" => exchange.status(503),
        "/metrics" => exchange.text(
            200,
            &[],
            "# HELP calls Until now.\ncalls{tool=\"echo\"} 7\n",
        ),
        _ => answering.answer(exchange),
    });
    let url = server.url("/mcp");
    let port = server.port();
    let host = format!("127.0.0.1:{port}");
    let window = Window::open(&sandbox).await;
    let watch = Watch::start(&secrets);

    steps::open_sheet(&window, NAME).await;
    window.type_into("input-server", &url).await;
    window.type_into("input-token", &wrong).await;
    window
        .text_in("warnings", &format!("It runs on {host}"))
        .await;
    assert_eq!(
        server.seen().len(),
        0,
        "nothing before the plan is agreed to"
    );
    assert_eq!(steps::agree(&window).await, "job-failed");
    let shown = window.text().await;
    let expected = format!("The server at {url} refused the token (status 401).");
    assert!(shown.contains(&expected), "{shown}");
    assert_nothing_left(&sandbox, NAME);

    window.click("install-again").await;
    window.type_into("input-token", &right).await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    assert!(is_connected(&sandbox, NAME));

    steps::open_details(&window, NAME).await;
    let shown = window.text().await;
    for text in ["What that reaches", &url, "Says who asks"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    secret::assert_page_without(&window, &secrets, "the server's page").await;
    for (path, said) in [
        ("live", "Yes: /livez answered with status 200."),
        ("ready", "No: /readyz answered with status 503."),
        ("metrics", "Yes: /metrics answered with status 200."),
    ] {
        window.text_in(&format!("health-{path}"), said).await;
    }
    let numbers = "calls {tool=\"echo\"} Until now.7";
    window.text_in("health-numbers", numbers).await;
    drop(server);
    window.click("verify").await;
    // The window follows the job to Activity; what it found stays with the server.
    window.text_in("job-state", "Failed").await;
    steps::open_details(&window, NAME).await;
    let gone = format!("The server at {url} does not answer.");
    window.text_in("last-error", &gone).await;
    window
        .text_in("health-ready", "/readyz did not answer.")
        .await;

    let again = mcp.clone();
    let server = Server::again(port, move |exchange| again.answer(exchange));
    window.click("reconfigure").await;
    window.click("reach-direct").await;
    window
        .text_in("warnings", "asks Berth for its token with")
        .await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    assert!(is_connected(&sandbox, NAME));
    let settings = std::fs::read_to_string(sandbox.home().join(".claude.json")).unwrap();
    assert!(settings.contains("headersHelper"), "{settings}");
    steps::open_details(&window, NAME).await;
    let given = format!("It has the address itself: {url}");
    window.text_in("direct-0", &given).await;

    steps::remove(&window, NAME, false).await;
    drop(server);
    assert_nothing_left(&sandbox, NAME);
    let seen = watch.stop();
    assert!(seen.is_empty(), "{seen:#?}");
    window.close().await;
    for secret in secrets {
        let (found, _) = leak::files(&sandbox.path(""), secret);
        assert!(found.is_empty(), "{found:?}");
    }
}
