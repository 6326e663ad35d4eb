//! The engine's socket is given by typing the server's name: a click is not enough.

use berth_tests::hub::using_image;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::runner::{RUNNER, add_runner, has_socket};
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

use super::accessible::violations;
use super::steps;

async fn is_off(window: &Window) -> bool {
    let button = window.find("install-agree").await;
    !button.is_enabled().await.expect("a button")
}

async fn until(window: &Window, off: bool) {
    for _ in 0..100 {
        if is_off(window).await == off {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("off should be {off}: {}", window.text().await);
}

#[tokio::test]
async fn control_of_the_computer_is_given_by_typing_the_name() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_runner(&sandbox);
    let window = Window::open(&sandbox).await;
    steps::open_sheet(&window, RUNNER).await;
    window.find("plan-steps").await;
    until(&window, false).await;
    window.click("input-engine").await;
    window.find("trust-name").await;
    until(&window, true).await;
    let said = "whoever controls this server controls this computer";
    window.text_in("warnings", said).await;
    window
        .text_in("field-trust", "Type runner to agree to that")
        .await;
    let found = violations(&window).await;
    assert!(found.is_empty(), "{found:#?}");

    window.type_into("trust-name", "yes").await;
    window
        .script("document.activeElement.blur(); return true")
        .await;
    window.text_in("field-trust", "That is not runner.").await;
    until(&window, true).await;
    let found = violations(&window).await;
    assert!(found.is_empty(), "{found:#?}");

    window.type_into("trust-name", RUNNER).await;
    until(&window, false).await;
    steps::agree_and_succeed(&window).await;
    assert!(is_connected(&sandbox, RUNNER));
    assert!(has_socket(&sandbox));

    // What was agreed to holds for the same again.
    steps::close_sheet(&window).await;
    steps::open_details(&window, RUNNER).await;
    window.click("reconfigure").await;
    window.find("plan-steps").await;
    window.text_in("warnings", said).await;
    until(&window, false).await;
    let script = "return document.querySelectorAll('[data-testid=\"trust-name\"]').length";
    assert_eq!(window.script(script).await, 0);
    window.click("install-cancel").await;
    window.gone("install-sheet").await;
    steps::remove(&window, RUNNER, false).await;
    assert_nothing_left(&sandbox, RUNNER);
    window.close().await;
}
