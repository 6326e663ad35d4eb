//! A server that is given a folder, through the window.

use berth_tests::left::assert_nothing_left;
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;
use serde_json::json;
use thirtyfour::Key;

use super::steps;

#[tokio::test]
async fn a_server_sees_the_folder_that_was_typed_and_no_other() {
    let sandbox = Sandbox::new();
    let (given, other) = (sandbox.path("given folder"), sandbox.path("other"));
    for folder in [&given, &other] {
        std::fs::create_dir(folder).expect("a folder");
        std::fs::write(folder.join("note.txt"), "seen").expect("a file");
    }
    let window = Window::open(&sandbox).await;
    steps::open_sheet(&window, "filesystem").await;
    window.click("variant-node").await;
    let path = given.to_str().expect("UTF-8");
    let field = window.find("type-input-folders").await;
    field.send_keys("given folder").await.expect("typed");
    field.send_keys(Key::Enter).await.expect("entered");
    window
        .text_in("field-input-folders", "Give the whole path")
        .await;
    window.type_into("type-input-folders", path).await;
    field.send_keys(Key::Enter).await.expect("entered");
    window.text_in("path-input-folders-0", path).await;
    // A package runs with the person's rights; reading only cannot be promised.
    window
        .text_in("access-input-folders-0", "Read and write")
        .await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;

    let read = |folder: &std::path::Path| {
        let path = json!({ "path": folder.join("note.txt") });
        sandbox.berth(&["call", "filesystem", "read_text_file", &path.to_string()])
    };
    let seen = read(&given).ok();
    assert!(seen.stdout.contains("seen"), "{seen:?}");
    let refused = read(&other);
    assert_ne!(refused.exit, Some(0), "{refused:?}");

    steps::remove(&window, "filesystem", false).await;
    assert_nothing_left(&sandbox, "filesystem");
    assert_eq!(
        std::fs::read_to_string(given.join("note.txt")).expect("still there"),
        "seen"
    );
    window.close().await;
}
