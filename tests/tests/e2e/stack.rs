//! A stack in the window: installed, looked at, stopped, started, removed with its data.

use berth_tests::hub::using_image;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::stack::{STACK, add_stack};
use berth_tests::window::Window;

use super::steps;

#[tokio::test]
async fn a_stack_runs_is_stopped_and_goes_with_its_data() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_stack(&sandbox);
    let window = Window::open(&sandbox).await;
    steps::open_sheet(&window, STACK).await;
    window
        .text_in("plan-step-start_services", "Start the services of counter")
        .await;
    window
        .text_in("plan-step-start_services", "--restart=unless-stopped")
        .await;
    steps::agree_and_succeed(&window).await;
    assert!(is_connected(&sandbox, STACK));
    steps::close_sheet(&window).await;

    window.click("nav-servers").await;
    window.click(&format!("menu-{STACK}")).await;
    window.click(&format!("menu-{STACK}-details")).await;
    window.text_in("service-state-store", "Well").await;
    window.click("log-store").await;
    window
        .text_in("service-log", "the password is ••••••••")
        .await;

    window.click("services-stop").await;
    window.text_in("service-state-store", "Stopped").await;
    window.text_in("server-state", "Stopped").await;
    assert!(!is_connected(&sandbox, STACK), "nobody starts it again");
    window.click("services-start").await;
    window.text_in("service-state-store", "Well").await;
    window.find("services-stop").await;
    let called = sandbox.berth(&["call", STACK, "count"]).ok();
    assert_eq!(called.stdout.trim(), "1");

    steps::remove(&window, STACK, true).await;
    assert_nothing_left(&sandbox, STACK);
    window.close().await;
}
