//! The built-in entry of kaiten through the window, over a source folder of its shape.

use berth_tests::kaiten::{KAITEN, Kaiten, user};
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;
use thirtyfour::Key;

use super::steps;

/// Opens the sheet and gives everything that it asks for.
async fn fill_in(window: &Window, kaiten: &Kaiten, variant: &str) {
    steps::open_sheet(window, KAITEN).await;
    window.click(&format!("variant-{variant}")).await;
    window
        .type_into("input-subdomain", "https://mycompany.kaiten.ru/")
        .await;
    window.type_into("input-token", &kaiten.token).await;
    window.type_into("type-input-source", kaiten.path()).await;
    let field = window.find("type-input-source").await;
    field.send_keys(Key::Enter).await.expect("entered");
}

#[tokio::test]
async fn it_is_installed_in_place_and_its_code_changes_without_anything() {
    let sandbox = Sandbox::new();
    let kaiten = Kaiten::add(&sandbox, "my code");
    std::fs::create_dir_all(kaiten.folder.join(".venv/bin")).expect("a folder");
    kaiten.write(".venv/bin/kaiten-mcp", "theirs");
    let before = kaiten.files(&sandbox);
    let window = Window::open(&sandbox).await;

    fill_in(&window, &kaiten, "python").await;
    let folder = kaiten.path();
    let theirs = format!("Existing environment found: {folder}/.venv/bin/kaiten-mcp.");
    window.text_in("environment-python", &theirs).await;
    let step = "plan-step-install_in_place";
    window
        .text_in(step, &format!("Install {folder} in place"))
        .await;
    window.text_in(step, &format!("-e '{folder}'")).await;
    window.text_in("touch-files", "(Read and write)").await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    assert!(is_connected(&sandbox, KAITEN));
    assert_eq!(user(&sandbox)["code"], "one");
    kaiten.change_code("two");
    assert_eq!(user(&sandbox)["code"], "two");
    kaiten.change_code("one");
    assert_eq!(kaiten.files(&sandbox), before);

    // The folder is moved: its row says so, and asks where it is now.
    let moved = sandbox.path("moved");
    std::fs::rename(&kaiten.folder, &moved).expect("moved");
    window.click("nav-catalog").await;
    window.click("nav-servers").await;
    let gone = format!("{folder} is no longer there.");
    window.text_in("path-missing", &gone).await;
    window.click("fix-path").await;
    window.find("install-sheet").await;
    window.text_in("install-sheet", folder).await;
    steps::close_sheet(&window).await;
    std::fs::rename(&moved, &kaiten.folder).expect("moved back");

    steps::remove(&window, KAITEN, false).await;
    assert_nothing_left(&sandbox, KAITEN);
    assert_eq!(kaiten.files(&sandbox), before);
    window.close().await;
}
