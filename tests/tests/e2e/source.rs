//! A source folder that nobody has to look for, through the window.

use berth_testkit::token;
use berth_tests::dialog::Dialog;
use berth_tests::hub::using_image;
use berth_tests::left::assert_nothing_left;
use berth_tests::sandbox::Sandbox;
use berth_tests::source::Source;
use berth_tests::window::Window;

use super::steps;

const NAME: &str = "built";

#[tokio::test]
async fn a_folder_is_found_confirmed_and_known_the_next_time() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    let source = Source::add(&sandbox, NAME, "window-found");
    let folders = ["src/demo", "things/demo"].map(|path| sandbox.home().join(path));
    let paths = folders.each_ref().map(|path| path.to_str().expect("UTF-8"));
    let window = Window::open(&sandbox).await;

    steps::open_sheet(&window, NAME).await;
    window
        .text_in("found-source", "Not found in the usual places")
        .await;
    window.click("sheet-close").await;
    window.gone("install-sheet").await;

    for folder in &folders {
        source.copy_to(folder);
    }
    steps::open_sheet(&window, NAME).await;
    window.text_in("found-source-0", paths[0]).await;
    window.text_in("found-source-1", "0.1.0").await;
    window.click("found-source-1").await;
    window.text_in("path-input-source-0", paths[1]).await;
    window.type_into("input-token", &token::right()).await;
    let command = format!("--target deps {}", paths[1]);
    window.text_in("plan-step-build_image", &command).await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    let shown = sandbox.berth(&["show", NAME, "--json"]).ok().json();
    let used = &shown["installation"]["inputs"]["source"]["value"][0]["path"];
    assert_eq!(used, paths[1]);

    // It stays the server's, and the other one is a click away.
    window.click("nav-servers").await;
    window.click(&format!("menu-{NAME}")).await;
    window.click(&format!("menu-{NAME}-reconfigure")).await;
    window.text_in("path-input-source-0", paths[1]).await;
    window.text_in("found-source-0", paths[0]).await;
    window.click("sheet-close").await;
    steps::remove(&window, NAME, false).await;
    assert_nothing_left(&sandbox, NAME);

    // The one that was used is the first now, and filled in once it is the only one.
    steps::open_sheet(&window, NAME).await;
    window.text_in("found-source-0", "Used before").await;
    window.text_in("found-source-0", paths[1]).await;
    window.click("sheet-close").await;
    window.gone("install-sheet").await;
    std::fs::remove_dir_all(&folders[0]).expect("removed");
    steps::open_sheet(&window, NAME).await;
    window.text_in("path-input-source-0", paths[1]).await;
    window
        .text_in("found-source", "Found on this computer, and used before.")
        .await;
    window.close().await;
    source.clean(&sandbox);
}

#[tokio::test]
async fn a_folder_is_chosen_with_the_computer_s_own_dialog() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    let source = Source::add(&sandbox, NAME, "window-dialog");
    let folder = |name: &str| {
        let folder = sandbox.path(name);
        (folder.to_str().expect("UTF-8").to_owned(), folder)
    };
    let ((right_path, right), (wrong_path, wrong)) = (folder("my source"), folder("other"));
    source.copy_to(&right);
    std::fs::create_dir(&wrong).expect("a folder");
    // Beside `src`: the desktop completes a path by the only folder in it.
    std::fs::create_dir(right.join("docs")).expect("a folder");
    let window = Window::open(&sandbox).await;
    steps::open_sheet(&window, NAME).await;
    let title = "Choose a folder for Source folder";

    window.click("pick-input-source").await;
    let dialog = Dialog::titled(&window, title).await;
    dialog.leave().await;
    window
        .text_in("found-source", "Not found in the usual places")
        .await;
    window.click("pick-input-source").await;
    let dialog = Dialog::titled(&window, title).await;
    dialog.choose(&wrong_path).await;
    window.text_in("path-input-source-0", &wrong_path).await;
    let said = "There is no pyproject.toml of demo-mcp in this folder.";
    window.text_in("field-input-source", said).await;
    window.click("pick-input-source").await;
    let dialog = Dialog::titled(&window, title).await;
    dialog.choose(&right_path).await;
    window.text_in("path-input-source-0", &right_path).await;

    window.type_into("input-token", &token::right()).await;
    window.text_in("plan-step-build_image", &right_path).await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    steps::remove(&window, NAME, false).await;
    assert_nothing_left(&sandbox, NAME);
    window.close().await;
    source.clean(&sandbox);
}
