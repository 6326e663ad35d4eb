//! An installed server in other programs' formats, through the window.

use berth_testkit::token;
use berth_tests::dialog::Dialog;
use berth_tests::hub::{HUB, add_hub, using_image};
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

use super::accessible::violations;
use super::secret::assert_page_without;
use super::steps;

/// Chooses in the system's own list, which a driver cannot open everywhere.
async fn choose(window: &Window, format: &str) {
    let script = format!(
        "const list = document.querySelector('[data-testid=\"export-format\"]'); \
         list.value = '{format}'; list.dispatchEvent(new Event('change', {{ bubbles: true }})); \
         return list.value;"
    );
    assert_eq!(window.script(&script).await, format);
}

#[tokio::test]
async fn a_server_is_shown_as_other_programs_write_it() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let window = Window::open(&sandbox).await;
    let right = token::right();
    steps::open_sheet(&window, HUB).await;
    window.type_into("input-token", &right).await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;

    steps::go(&window, "servers").await;
    window.click(&format!("menu-{HUB}")).await;
    window.click(&format!("menu-{HUB}-export")).await;
    window.find("export-text").await;
    for format in [
        "mcp-json",
        "mcp-json-absolute",
        "claude-desktop",
        "compose",
        "gordon",
        "docker-server",
        "env",
    ] {
        choose(&window, &format.replace('-', "_")).await;
        let told = sandbox.berth(&["export", HUB, "--as", format]).ok();
        window.text_in("export-text", told.stdout.trim_end()).await;
        assert_page_without(&window, &[right.as_str()], format).await;
    }
    window.text_in("export-notes", "TOKEN").await;
    let found = violations(&window).await;
    assert!(found.is_empty(), "{found:#?}");

    // Into a file: of the computer's own dialog, which can be left without one.
    choose(&window, "mcp_json").await;
    window.click("export-save").await;
    let dialog = Dialog::titled(&window, "Save the export").await;
    dialog.leave().await;
    let file = sandbox.path("my export.json");
    assert!(!file.exists());
    window.click("export-save").await;
    let path = file.to_str().expect("UTF-8");
    let dialog = Dialog::titled(&window, "Save the export").await;
    dialog.choose(path).await;
    window.text_in("export-saved", path).await;
    let told = sandbox.berth(&["export", HUB, "--as", "mcp-json"]).ok();
    let saved = std::fs::read_to_string(&file).expect("it was written");
    assert_eq!(saved.trim_end(), told.stdout.trim_end());
    window.click("export-close").await;
    window.gone("export-dialog").await;
    steps::remove(&window, HUB, false).await;
    window.close().await;
}
