//! What an entry offers beside the tools, on the page of its server: what has to be true, a log, actions,
//! and what helps.

use berth_testkit::ground;
use berth_tests::hub::using_image;
use berth_tests::sandbox::Sandbox;
use berth_tests::volume;
use berth_tests::window::Window;

use super::accessible::violations;
use super::steps;

const NAME: &str = "guarded";

fn add_entry(sandbox: &Sandbox) {
    let image = ground::image_server();
    let entry = format!(
        "id: {NAME}
title: Guarded
publisher: Tests
summary: Keeps its keys for itself
description: For tests.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: {image}
      network: none
      mounts:
        - {{ source: {{ from: volume, holds: its keys, holds_keys: true }}, target: /keep }}
health:
  - id: keys
    title: Its keys are private
    help: Make new keys.
    check: {{ type: mode, path: \"/keep/*.key\", at_most: \"0600\", may_be_missing: true }}
logs:
  - {{ id: audit, title: Audit log, about: Who called what., path: /keep/audit.log, format: jsonl }}
actions:
  - {{ id: look, title: Look around, steps: [{{ type: tool, tool: inside }}] }}
  - id: renew
    title: Make a new key
    help: The old one is lost.
    changes: its key
    steps: [{{ type: tool, tool: write_file, arguments: {{ path: /keep/b.key, text: fresh }} }}]
troubles:
  - {{ problem: It is full, signs: [ENOSPC], cause: The disk has no room., help: Make room. }}
"
    );
    sandbox.add_entry(NAME, &entry);
}

#[tokio::test]
async fn what_was_looked_at_is_on_the_servers_page() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_entry(&sandbox);
    let python = ground::image_python();
    sandbox.docker(&["pull", "--quiet", &python]).ok();
    let window = Window::open(&sandbox).await;
    steps::open_sheet(&window, NAME).await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    steps::open_details(&window, NAME).await;
    window
        .text_in("criterion-keys", "0 files at /keep/*.key")
        .await;

    let code = "import os; open('/v/a.key', 'w').write('k'); os.chmod('/v/a.key', 0o644)";
    volume::python(&sandbox, &volume::all(&sandbox)[0], code);
    window.click("verify").await;
    window.find("tools-count").await;
    steps::go(&window, "servers").await;
    steps::open_details(&window, NAME).await;
    window
        .text_in("criterion-keys", "/keep/a.key has mode 0644.")
        .await;
    window
        .text_in("criterion-keys", "What helps: Make new keys.")
        .await;
    let found = violations(&window).await;
    assert!(found.is_empty(), "{found:#?}");

    a_log_is_read(&window, &sandbox).await;
    an_error_is_explained(&window).await;
    actions_are_run(&window, &sandbox).await;
    steps::remove(&window, NAME, true).await;
    window.close().await;
}

async fn a_log_is_read(window: &Window, sandbox: &Sandbox) {
    window.click("logs-read").await;
    window.text_in("logs-empty", "Nothing is written yet").await;
    let code = r#"open('/v/audit.log', 'w').write('{"action":"create"}\n{"action":"delete","whole":1}\n')"#;
    volume::python(sandbox, &volume::all(sandbox)[0], code);
    window.click("logs-read").await;
    window.text_in("logs-table", "create").await;
    window.type_into("logs-filter", "DELETE").await;
    window.gone("logs-whole-1").await;
    window.click("logs-whole-0").await;
    window.text_in("logs-line", "\"whole\": 1").await;
    let found = violations(window).await;
    assert!(found.is_empty(), "{found:#?}");
}

async fn an_error_is_explained(window: &Window) {
    window.type_into("explain-text", "write: ENOSPC").await;
    window.click("explain-look").await;
    window.text_in("explain-troubles", "Make room.").await;
    let found = violations(window).await;
    assert!(found.is_empty(), "{found:#?}");
}

async fn actions_are_run(window: &Window, sandbox: &Sandbox) {
    window.text_in("action-look", "It only looks.").await;
    window.click("run-look").await;
    window.find("job-result").await;
    // What the tool has answered.
    window.text_in("job-log", "\"capabilities\"").await;

    let there = || {
        let code =
            "import os; print(open('/v/b.key').read() if os.path.exists('/v/b.key') else 'none')";
        volume::python(sandbox, &volume::all(sandbox)[0], code)
    };
    steps::open_details(window, NAME).await;
    window.click("run-renew").await;
    window.text_in("action-help", "The old one is lost.").await;
    window.text_in("warnings", "It changes its key.").await;
    let found = violations(window).await;
    assert!(found.is_empty(), "{found:#?}");
    window.click("plan-cancel").await;
    window.gone("action-dialog").await;
    assert_eq!(there().trim(), "none", "nothing was agreed to");

    window.click("run-renew").await;
    window.click("plan-agree").await;
    window.find("job-result").await;
    assert_eq!(there().trim(), "fresh");
}
