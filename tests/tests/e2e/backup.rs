//! What a server keeps, into a file and back, through the window.

use std::fs;

use berth_testkit::ground;
use berth_tests::dialog::Dialog;
use berth_tests::hub::using_image;
use berth_tests::sandbox::Sandbox;
use berth_tests::volume;
use berth_tests::window::Window;
use thirtyfour::Key;

use super::accessible::violations;
use super::secret::assert_page_without;
use super::steps;

const NAME: &str = "keeper";
const PASSPHRASE: &str = "correct horse battery";

fn add_entry(sandbox: &Sandbox) {
    let image = ground::image_server();
    let entry = format!(
        "id: {NAME}
title: Keeper
publisher: Tests
summary: Keeps something
description: For tests.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: {image}
      network: none
      mounts:
        - {{ source: {{ from: volume, holds: its signing keys, holds_keys: true }}, target: /keep }}
"
    );
    sandbox.add_entry(NAME, &entry);
}

/// Runs in its one volume.
fn python(sandbox: &Sandbox, code: &str) -> String {
    volume::python(sandbox, &volume::all(sandbox)[0], code)
}

const READ: &str =
    "import os; s = os.stat('/v/key'); print(open('/v/key').read(), oct(s.st_mode), s.st_uid)";

async fn say_file(window: &Window, file: &str) {
    window.type_into("backup-file", file).await;
    let field = window.find("backup-file").await;
    field.send_keys(Key::Tab).await.expect("left");
}

#[tokio::test]
async fn keys_are_backed_up_and_restored_with_a_passphrase() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_entry(&sandbox);
    sandbox
        .docker(&["pull", "--quiet", &ground::image_python()])
        .ok();
    let window = Window::open(&sandbox).await;
    steps::open_sheet(&window, NAME).await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    python(
        &sandbox,
        "import os; open('/v/key', 'w').write('first'); os.chmod('/v/key', 0o600); os.chown('/v/key', 1000, 1000)",
    );
    let first = python(&sandbox, READ);
    assert_eq!(first, "first 0o100600 1000\n");

    steps::go(&window, "servers").await;
    window.click(&format!("menu-{NAME}")).await;
    window.click(&format!("menu-{NAME}-details")).await;
    window.text_in("server-kept", "its signing keys").await;
    let file = sandbox.path("keeper.berth-backup");
    let path = file.to_str().expect("UTF-8");
    window.click("backup").await;
    window.click("backup-pick").await;
    let dialog = Dialog::titled(&window, "Save the backup").await;
    dialog.choose(path).await;
    window.text_in("plan-step-write_backup", path).await;
    window.text_in("warnings", "Without its passphrase").await;
    window.type_into("backup-passphrase", PASSPHRASE).await;
    window.type_into("backup-repeat", "another").await;
    window.click("plan-agree").await;
    window.text_in("field-backup-repeat", "not the same").await;
    let found = violations(&window).await;
    assert!(found.is_empty(), "{found:#?}");
    window.type_into("backup-repeat", PASSPHRASE).await;
    window.click("plan-agree").await;
    window.text_in("backup-written", path).await;
    assert_page_without(&window, &[PASSPHRASE], "after the backup").await;
    let bytes = fs::read(&file).expect("the file");
    assert!(!bytes.windows(5).any(|part| part == b"first"));

    python(&sandbox, "open('/v/key', 'w').write('later')");
    steps::go(&window, "servers").await;
    window.click(&format!("menu-{NAME}")).await;
    window.click(&format!("menu-{NAME}-details")).await;
    window.click("restore").await;
    say_file(&window, path).await;
    window
        .text_in("warnings", "is replaced: its signing keys")
        .await;
    window.type_into("backup-passphrase", "the wrong one").await;
    window.click("plan-agree").await;
    window.text_in("job-failure", "not the passphrase").await;
    assert!(python(&sandbox, READ).starts_with("later"));

    steps::go(&window, "servers").await;
    window.click(&format!("menu-{NAME}")).await;
    window.click(&format!("menu-{NAME}-details")).await;
    window.click("restore").await;
    window.click("backup-pick").await;
    let dialog = Dialog::titled(&window, "Open a backup").await;
    dialog.choose(path).await;
    window.type_into("backup-passphrase", PASSPHRASE).await;
    window.click("plan-agree").await;
    window.find("tools-count").await;
    assert_eq!(python(&sandbox, READ), first);
    steps::remove(&window, NAME, true).await;
    window.close().await;
}
