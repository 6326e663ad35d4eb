//! A secret that Berth makes: nobody types it, and it is never in the window.

use berth_testkit::ground;
use berth_tests::hub::using_image;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

use super::secret::{assert_page_without, item, kept};
use super::steps;

const NAME: &str = "notes";

fn add(sandbox: &Sandbox) {
    let image = ground::image_server();
    let yaml = format!(
        r#"
id: {NAME}
title: Notes
publisher: Tests
summary: Keeps notes in a database
description: Keeps notes.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
inputs:
  - key: password
    title: Database password
    required: true
    kind: {{ type: secret, generate: {{}} }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: "{image}"
      env: {{ DATABASE_PASSWORD: "{{{{password}}}}" }}
      network: none
"#
    );
    sandbox.add_entry(NAME, &yaml);
}

#[tokio::test]
async fn nothing_is_typed_and_the_server_has_its_password() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add(&sandbox);
    let window = Window::open(&sandbox).await;
    steps::open_sheet(&window, NAME).await;
    window
        .text_in(
            "field-input-password",
            "Made by Berth, kept in the keychain.",
        )
        .await;
    window.find("plan-step-make_secret").await;
    window
        .text_in(
            "plan-step-make_secret",
            "Make the secret “password” and store it",
        )
        .await;
    steps::agree_and_succeed(&window).await;
    assert!(is_connected(&sandbox, NAME));

    let made = kept(&sandbox, &item(&sandbox));
    assert_eq!(made.len(), 32);
    assert_page_without(&window, &[&made], "after the installation").await;
    let arguments = r#"{"name":"DATABASE_PASSWORD"}"#;
    let called = sandbox
        .berth(&["call", NAME, "environment", arguments])
        .ok();
    assert!(called.stdout.contains(&made), "the server has it");

    steps::close_sheet(&window).await;
    steps::remove(&window, NAME, false).await;
    assert_nothing_left(&sandbox, NAME);
    window.close().await;
}
