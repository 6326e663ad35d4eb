//! What has to be true beside the handshake, on the server's page.

use berth_testkit::ground;
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
"
    );
    sandbox.add_entry(NAME, &entry);
}

#[tokio::test]
async fn what_was_looked_at_is_on_the_servers_page() {
    let _image = steps::image().await;
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
    steps::remove(&window, NAME, true).await;
    window.close().await;
}
