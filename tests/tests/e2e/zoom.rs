//! A window of 1280 x 800 at 200 % zoom has room for 640 x 400: everything is there, and nothing has
//! to be scrolled sideways.

use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

use super::steps::{SCREENS, close_sheet, go, open_sheet};

/// What is wider than its place, and what can be pressed but is cut off at the side.
const LOST: &str = "const lost = []; \
    const name = e => e.dataset?.testid || e.tagName + '.' + e.className; \
    for (const e of [document.scrollingElement, ...document.querySelectorAll('main, [role=dialog]')]) \
        if (e.scrollWidth > e.clientWidth + 1) \
            lost.push(name(e) + ' is ' + e.scrollWidth + ' wide in ' + e.clientWidth); \
    for (const e of document.querySelectorAll('button, a, input, [role=radio]')) { \
        const box = e.getBoundingClientRect(); \
        if (box.width > 1 && (box.right > innerWidth + 1 || box.left < -1)) \
            lost.push(name(e) + ' goes from ' + box.left + ' to ' + box.right + ' of ' + innerWidth); \
    } \
    return lost;";

async fn nothing_is_lost(window: &Window, at: &str) {
    let lost = window.script(LOST).await;
    assert_eq!(lost, serde_json::json!([]), "{at}");
}

#[tokio::test]
async fn every_screen_fits_at_twice_the_size() {
    let sandbox = Sandbox::new();
    let window = Window::open(&sandbox).await;
    let driver = window.driver();
    driver
        .set_window_rect(0, 0, 640, 400)
        .await
        .expect("resized");
    let width = window.script("return innerWidth;").await;
    assert!(width.as_u64().is_some_and(|width| width <= 640), "{width}");
    for screen in SCREENS {
        go(&window, screen).await;
        nothing_is_lost(&window, screen).await;
    }
    window.click("status-engine").await;
    window.find("check-panel-engine").await;
    nothing_is_lost(&window, "doctor").await;
    open_sheet(&window, "filesystem").await;
    nothing_is_lost(&window, "install sheet").await;
    close_sheet(&window).await;
    window.close().await;
}
