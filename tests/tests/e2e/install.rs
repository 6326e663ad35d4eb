//! What a person does: find, install, use, remove.

use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

use super::steps;

#[tokio::test]
async fn a_python_server_is_installed_used_and_removed() {
    let sandbox = Sandbox::new();
    let window = Window::open(&sandbox).await;
    steps::open_sheet(&window, "time").await;
    window.click("variant-python").await;
    steps::agree_and_succeed(&window).await;
    let shown = window.text().await;
    assert!(shown.contains("get_current_time"), "{shown}");

    assert!(is_connected(&sandbox, "time"));
    let arguments = r#"{"timezone":"Europe/Vienna"}"#;
    let answer = sandbox
        .berth(&["call", "time", "get_current_time", arguments])
        .ok();
    assert!(answer.stdout.contains("Europe/Vienna"), "{}", answer.stdout);

    steps::close_sheet(&window).await;
    steps::remove(&window, "time", false).await;
    assert_nothing_left(&sandbox, "time");
    window.close().await;
}
