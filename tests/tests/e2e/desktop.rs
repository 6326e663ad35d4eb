//! Claude Desktop through the window: as the only client, and beside Claude Code.

use std::fs;

use berth_testkit::token;
use berth_tests::hub::{HUB, add_hub, using_image};
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;
use serde_json::Value;

use super::accessible::violations;
use super::{diagnosis, steps};

#[tokio::test]
async fn a_server_is_connected_to_claude_desktop_and_disconnected() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let folder = sandbox.home().join(".config/Claude");
    fs::create_dir_all(&folder).expect("made");
    let file = folder.join("claude_desktop_config.json");
    let owned = "{\n  \"mcpServers\": {\n    \"other\": { \"command\": \"x\" }\n  }\n}\n";
    fs::write(&file, owned).expect("written");
    let registered = || -> Value {
        let text = fs::read(&file).expect("a file");
        let value: Value = serde_json::from_slice(&text).expect("JSON");
        value["mcpServers"][HUB].clone()
    };
    let window = Window::open(&sandbox).await;
    steps::open_sheet(&window, HUB).await;
    window.click("scope-desktop").await;
    window.type_into("input-token", &token::right()).await;
    window.find("plan-step-register_desktop").await;
    steps::agree_and_succeed(&window).await;
    window
        .text_in("restart-hint", "Open Claude Desktop again")
        .await;
    steps::close_sheet(&window).await;
    assert_eq!(registered()["args"][1], HUB, "{}", registered());
    assert!(!is_connected(&sandbox, HUB));

    // Claude Code as well.
    steps::go(&window, "servers").await;
    window.click(&format!("menu-{HUB}")).await;
    window.click(&format!("menu-{HUB}-details")).await;
    window.text_in("server-places", "Claude Desktop").await;
    window.click("connect").await;
    window.click("scope-user").await;
    window.find("plan-step-register").await;
    let found = violations(&window).await;
    assert!(found.is_empty(), "{found:#?}");
    window.click("plan-agree").await;
    window.find("job-result").await;
    assert!(is_connected(&sandbox, HUB));

    // And no longer Claude Desktop.
    steps::go(&window, "clients").await;
    window.text_in("client-claude_desktop", HUB).await;
    let found = violations(&window).await;
    assert!(found.is_empty(), "{found:#?}");
    window.click("nav-servers").await;
    window.click(&format!("menu-{HUB}")).await;
    window.click(&format!("menu-{HUB}-details")).await;
    window.click("disconnect-0").await;
    window.find("plan-step-unregister_desktop").await;
    window.click("plan-agree").await;
    window.gone("disconnect-dialog").await;
    window.click("nav-clients").await;
    window
        .text_in("client-claude_desktop", "Nothing of Berth’s")
        .await;
    assert_eq!(fs::read_to_string(&file).expect("a file"), owned);
    assert!(is_connected(&sandbox, HUB));

    diagnosis::is_found_and_mended(&window, &sandbox, HUB).await;
    steps::remove(&window, HUB, false).await;
    window.close().await;
    assert_nothing_left(&sandbox, HUB);
}
