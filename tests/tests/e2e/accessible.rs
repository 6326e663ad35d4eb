//! axe finds nothing on any screen, in either theme.

use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

use super::steps::{SCREENS, go};

/// The violations that axe finds now, each with the elements.
pub async fn violations(window: &Window) -> Vec<String> {
    let axe = berth_testkit::ground::root().join("ui/node_modules/axe-core/axe.min.js");
    let source = std::fs::read_to_string(&axe).expect("axe-core is installed with the front end");
    window.script(&source).await;
    // Colours in the middle of a transition are nobody's.
    let script = "const done = arguments[arguments.length - 1]; \
        Promise.all(document.getAnimations().map(a => a.finished.catch(() => 0))) \
        .then(() => axe.run()).then(r => done(r.violations.map(v => v.id + ': ' + \
        v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join('; '))));";
    let found = window
        .driver()
        .execute_async(script, vec![])
        .await
        .expect("axe runs");
    found.convert().expect("a list of texts")
}

#[tokio::test]
async fn axe_finds_nothing_on_any_screen_in_either_theme() {
    let sandbox = Sandbox::new();
    let window = Window::open(&sandbox).await;
    for theme in ["theme-light", "theme-dark"] {
        window.click("nav-settings").await;
        window.click(theme).await;
        for screen in SCREENS {
            go(&window, screen).await;
            let found = violations(&window).await;
            assert!(found.is_empty(), "{theme}, {screen}: {found:#?}");
        }
        window.click("status-engine").await;
        let found = violations(&window).await;
        assert!(found.is_empty(), "{theme}, doctor: {found:#?}");
        window.click("nav-catalog").await;
        window.click("install-time").await;
        window.find("plan-steps").await;
        let found = violations(&window).await;
        assert!(found.is_empty(), "{theme}, install sheet: {found:#?}");
        window.click("sheet-close").await;
        window.gone("install-sheet").await;
    }
    window.close().await;
}
