//! What a person does: find, install, use, remove.

use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

/// Installs an entry through the window with what its sheet is filled with.
async fn install(window: &Window, entry: &str, variant: &str) {
    window.type_into("search", entry).await;
    window.click(&format!("install-{entry}")).await;
    window.find("install-sheet").await;
    window.click(&format!("variant-{variant}")).await;
    window.click("install-agree").await;
    window.find("job-done").await;
}

/// Removes an installed server through the window.
async fn remove(window: &Window, name: &str) {
    window.click("nav-servers").await;
    window.click(&format!("menu-{name}")).await;
    window.click(&format!("menu-{name}-remove")).await;
    window.click("remove-agree").await;
    window.gone(&format!("server-{name}")).await;
}

/// What must be gone after a removal.
fn assert_nothing_left(sandbox: &Sandbox, name: &str) {
    let listed = sandbox.claude(&["mcp", "list"]).ok();
    assert!(
        !listed.stdout.contains(&format!("{name}:")),
        "{}",
        listed.stdout
    );
    assert_eq!(sandbox.keychain_items(), Vec::<String>::new());
    assert_eq!(sandbox.containers(), Vec::<String>::new());
    let folder = sandbox.berth_home().join("installations").join(name);
    assert!(!folder.exists(), "{} is still there", folder.display());
    let installed = sandbox.berth(&["list", "--json"]).ok().json();
    assert!(!installed.to_string().contains(name), "{installed}");
}

#[tokio::test]
async fn a_python_server_is_installed_used_and_removed() {
    let sandbox = Sandbox::new();
    let window = Window::open(&sandbox).await;
    install(&window, "time", "python").await;
    let shown = window.text().await;
    assert!(shown.contains("get_current_time"), "{shown}");

    let listed = sandbox.claude(&["mcp", "list"]).ok();
    let line = listed.stdout.lines().find(|line| line.starts_with("time:"));
    assert!(
        line.is_some_and(|line| line.contains("Connected")),
        "{}",
        listed.stdout
    );

    let arguments = r#"{"timezone":"Europe/Vienna"}"#;
    let answer = sandbox
        .berth(&["call", "time", "get_current_time", arguments])
        .ok();
    assert!(answer.stdout.contains("Europe/Vienna"), "{}", answer.stdout);

    window.click("sheet-close").await;
    remove(&window, "time").await;
    assert_nothing_left(&sandbox, "time");
    window.close().await;
}
