//! A server that is built from a folder, through the window.

use berth_testkit::token;
use berth_tests::hub::using_image;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::source::{CODE, Source};
use berth_tests::window::Window;
use serde_json::json;
use thirtyfour::Key;

use super::steps;

const NAME: &str = "built";

async fn fill_in(window: &Window, source: &Source) {
    steps::open_sheet(window, NAME).await;
    window.type_into("input-token", &token::right()).await;
    let folder = source.folder.to_str().expect("UTF-8");
    window.type_into("type-input-source", folder).await;
    let field = window.find("type-input-source").await;
    field.send_keys(Key::Enter).await.expect("entered");
}

fn code(sandbox: &Sandbox) -> String {
    let path = json!({ "path": CODE }).to_string();
    let called = sandbox.berth(&["call", NAME, "read_file", &path, "--json"]);
    let answer = called.ok().json();
    answer["text"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_server_is_built_in_sight_and_its_code_changes_without_a_build() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    let source = Source::add(&sandbox, NAME, "window");
    let theirs = source.make_theirs(&sandbox, &source.dev);
    let window = Window::open(&sandbox).await;

    fill_in(&window, &source).await;
    let here = format!("Existing image: {}", source.dev);
    window.text_in("image-dev", &here).await;
    window.click("no-cache").await;
    let folder = source.folder.display();
    let command = format!(
        "docker build --tag {} --target deps --no-cache {folder}",
        source.dev
    );
    window.text_in("plan-step-build_image", &command).await;
    window.text_in("plan-step-build_image", "there now").await;
    let seen = format!("{folder}/src (Read only)");
    window.text_in("touch-files", &seen).await;
    steps::agree_and_succeed(&window).await;
    window.text_in("image-size", "The one before has").await;
    // Folded away once it went well, and all there.
    let log = "return document.querySelector('[data-testid=\"job-log\"]').textContent";
    let log = window.script(log).await;
    let last = "LABEL berth-test.built=window";
    assert!(log.as_str().is_some_and(|log| log.contains(last)), "{log}");
    steps::close_sheet(&window).await;

    assert!(is_connected(&sandbox, NAME));
    assert_eq!(code(&sandbox), "one");
    source.write("src/code", "two");
    assert_eq!(code(&sandbox), "two");

    steps::open_details(&window, NAME).await;
    window.click("image-look").await;
    window.text_in("image-layers", "COPY").await;
    window.text_in("image-sent", "pyproject.toml").await;
    window.text_in("image-advice", ".dockerignore").await;

    let built = source.named(&sandbox, &source.dev);
    assert_ne!(built.as_ref(), Some(&theirs));
    steps::remove(&window, NAME, false).await;
    assert_nothing_left(&sandbox, NAME);
    assert_eq!(source.named(&sandbox, &source.dev), Some(theirs));
    assert_eq!(source.built(&sandbox), [""; 0]);

    // What is here is used as it is where that was asked for: theirs has no server in it, so it
    // cannot work, and it stays.
    fill_in(&window, &source).await;
    window.click("use-image").await;
    window.find("plan-step-use_image").await;
    window.gone("no-cache").await;
    window.click("install-agree").await;
    window.find("job-failed").await;
    assert_nothing_left(&sandbox, NAME);
    assert!(source.named(&sandbox, &source.dev).is_some());
    window.close().await;
    source.clean(&sandbox);
}
