//! The window's policy is strict, and nothing that the window does is against it.

use std::time::Duration;

use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

use super::steps::{SCREENS, close_sheet, go, open_sheet};

/// Writes down what the policy refused, from now on, and what the page did not catch.
const WATCH: &str = "window.refused = []; \
    document.addEventListener('securitypolicyviolation', \
        e => window.refused.push(e.effectiveDirective + ' ' + e.blockedURI)); \
    window.addEventListener('error', e => window.refused.push('error ' + e.message)); \
    window.addEventListener('unhandledrejection', \
        e => window.refused.push('rejection ' + e.reason));";

async fn refused(window: &Window) -> Vec<String> {
    let found = window.script("return window.refused;").await;
    serde_json::from_value(found).expect("a list of texts")
}

#[tokio::test]
async fn nothing_is_against_the_policy() {
    let sandbox = Sandbox::new();
    let window = Window::open(&sandbox).await;
    window.script(WATCH).await;
    for theme in ["theme-light", "theme-dark"] {
        go(&window, "settings").await;
        window.click(theme).await;
        for screen in SCREENS {
            go(&window, screen).await;
        }
        window.click("status-engine").await;
        window.find("check-panel-engine").await;
        open_sheet(&window, "time").await;
        window.find("plan-steps").await;
        close_sheet(&window).await;
    }
    assert_eq!(refused(&window).await, [""; 0]);

    // The watch sees what it should: an image from outside, a script in the page, eval.
    let attempts = "document.body.append(Object.assign(new Image(), \
            { src: 'https://example.invalid/x.png' })); \
        document.body.append(Object.assign(document.createElement('script'), \
            { textContent: 'window.ran = true' })); \
        try { window.ran = eval('true'); } catch { /* as it must be */ }";
    window.script(attempts).await;
    for directive in ["img-src", "script-src"] {
        let mut seen = Vec::new();
        for _ in 0..100 {
            seen = refused(&window).await;
            if seen.iter().any(|text| text.starts_with(directive)) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(
            seen.iter().any(|text| text.starts_with(directive)),
            "{directive}: {seen:?}"
        );
    }
    let ran = window.script("return window.ran === true;").await;
    assert_eq!(ran, false, "a script in the page ran");
    window.close().await;
}
