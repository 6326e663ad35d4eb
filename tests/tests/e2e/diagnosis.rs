//! A connection that somebody has broken, found and mended on the server's page.

use berth_tests::left::is_connected;
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

use super::accessible::violations;
use super::steps;

/// Takes the registration of a server of the user scope away behind Berth's back, and mends it. The
/// server comes from the test that calls this: one of its own would say nothing more.
pub async fn is_found_and_mended(window: &Window, sandbox: &Sandbox, name: &str) {
    sandbox
        .claude(&["mcp", "remove", name, "--scope", "user"])
        .ok();
    steps::open_details(window, name).await;
    window.click("diagnose").await;
    window
        .text_in("diagnosis-registration", "Needs attention")
        .await;
    window.text_in("diagnosis-handshake", "In order").await;
    window
        .text_in("diagnosis-client", "Something before it has to be mended")
        .await;
    let found = violations(window).await;
    assert!(found.is_empty(), "{found:#?}");
    window.click("fix-register").await;
    window.find("plan-step-register").await;
    window.click("plan-agree").await;
    window.find("job-result").await;
    assert!(is_connected(sandbox, name));

    steps::open_details(window, name).await;
    window.click("diagnose").await;
    window
        .text_in("diagnosis-verdict", "Nothing on the way is broken")
        .await;
    let found = violations(window).await;
    assert!(found.is_empty(), "{found:#?}");
}
