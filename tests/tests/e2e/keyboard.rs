//! Everything with the keyboard alone: no test here moves or presses a pointer.

use berth_testkit::token;
use berth_tests::hub::{HUB, add_hub, using_image};
use berth_tests::left::assert_nothing_left;
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;
use serde_json::Value;
use thirtyfour::Key;
use thirtyfour::extensions::query::ElementWaitable;

/// More stops than any screen has.
const STOPS: usize = 120;

async fn press(window: &Window, keys: impl AsRef<str>) {
    let chain = window.driver().action_chain();
    chain
        .send_keys(keys.as_ref())
        .perform()
        .await
        .expect("pressed");
}

/// The handle of what has the focus, and whether it can be seen that it has.
async fn focused(window: &Window) -> (String, bool) {
    let script = "const e = document.activeElement; \
        return [e?.closest('[data-testid]')?.dataset.testid ?? e?.tagName ?? '', \
            !!e && getComputedStyle(e).outlineStyle !== 'none'];";
    let Value::Array(found) = window.script(script).await else {
        panic!("no list");
    };
    let name = found[0].as_str().unwrap_or_default().to_owned();
    (name, found[1] == true)
}

/// Presses a key until this has the focus.
async fn to(window: &Window, key: Key, id: &str) {
    let mut seen = Vec::new();
    for _ in 0..STOPS {
        let (name, visible) = focused(window).await;
        if name == id {
            assert!(visible, "nobody sees that `{id}` has the focus: {seen:?}");
            return;
        }
        seen.push(name);
        press(window, String::from(key.value())).await;
    }
    panic!("`{id}` is never reached: {seen:?}");
}

async fn enabled(window: &Window, id: &str) {
    let element = window.find(id).await;
    element.wait_until().enabled().await.expect("enabled");
}

#[tokio::test]
async fn a_server_is_found_installed_and_removed_without_a_pointer() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let window = Window::open(&sandbox).await;
    window.find("page-catalog").await;

    let chain = window.driver().action_chain();
    let chain = chain.key_down(Key::Control).send_keys("k");
    chain.key_up(Key::Control).perform().await.expect("pressed");
    assert_eq!(focused(&window).await.0, "search");
    press(&window, HUB).await;
    window.gone("card-time").await;
    let install = format!("install-{HUB}");
    to(&window, Key::Tab, &install).await;
    press(&window, String::from(Key::Enter.value())).await;
    window.find("install-sheet").await;

    // Escape leaves it, and the focus is where it was.
    press(&window, String::from(Key::Escape.value())).await;
    window.gone("install-sheet").await;
    to(&window, Key::Tab, &install).await;
    press(&window, String::from(Key::Enter.value())).await;
    window.find("install-sheet").await;
    to(&window, Key::Tab, "input-token").await;
    press(&window, token::right()).await;
    window.find("plan-steps").await;
    enabled(&window, "install-agree").await;
    to(&window, Key::Tab, "install-agree").await;
    press(&window, String::from(Key::Enter.value())).await;
    window.find("job-done").await;
    press(&window, String::from(Key::Escape.value())).await;
    window.gone("install-sheet").await;

    to(&window, Key::Tab, "nav-servers").await;
    press(&window, String::from(Key::Enter.value())).await;
    window.find(&format!("server-{HUB}")).await;
    to(&window, Key::Tab, &format!("menu-{HUB}")).await;
    press(&window, String::from(Key::Enter.value())).await;
    let remove = format!("menu-{HUB}-remove");
    window.find(&remove).await;
    to(&window, Key::Down, &remove).await;
    press(&window, String::from(Key::Enter.value())).await;
    window.find("plan-steps").await;
    enabled(&window, "remove-agree").await;
    to(&window, Key::Tab, "remove-agree").await;
    press(&window, String::from(Key::Enter.value())).await;
    window.gone(&format!("server-{HUB}")).await;
    assert_nothing_left(&sandbox, HUB);
    window.close().await;
}
