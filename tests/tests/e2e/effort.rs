//! How little a person has to do for a server's tools, counted in the window from the catalog on
//! and held against docs/steps.md.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use berth_testkit::ground;
use berth_tests::kaiten::{KAITEN, Kaiten, user};
use berth_tests::left::is_connected;
use berth_tests::project::Project;
use berth_tests::sandbox::Sandbox;
use berth_tests::window::{Effort, Window};
use thirtyfour::Key;

use super::steps;

/// What the document says of a row: its last two columns.
fn documented(row: &str) -> Effort {
    let text = fs::read_to_string(ground::root().join("docs/steps.md")).expect("the document");
    let start = format!("| {row} |");
    let line = text.lines().find(|line| line.starts_with(&start));
    let line = line.unwrap_or_else(|| panic!("no row `{row}`"));
    let mut numbers = line
        .trim_end_matches('|')
        .rsplit('|')
        .map(|cell| cell.trim().parse().expect("a number"));
    let fields = numbers.next().expect("fields");
    let clicks = numbers.next().expect("clicks");
    Effort { clicks, fields }
}

/// From the catalog, as it is when Berth has just been opened.
async fn begin(window: &Window, entry: &str) {
    window.click("nav-catalog").await;
    window.find("page-catalog").await;
    window.effort();
    window.click(&format!("install-{entry}")).await;
    window.find("install-sheet").await;
}

async fn end(window: &Window, sandbox: &Sandbox, entry: &str, row: &str) {
    steps::agree_and_succeed(window).await;
    assert_eq!(window.effort(), documented(row), "{row}");
    assert!(is_connected(sandbox, entry), "{row}");
    steps::close_sheet(window).await;
}

#[tokio::test]
async fn kaiten_takes_as_little_as_is_documented() {
    let sandbox = Sandbox::new();
    let kaiten = Kaiten::add(&sandbox, "home/src/kaiten-mcp");
    let window = Window::open(&sandbox).await;
    begin(&window, KAITEN).await;
    end(&window, &sandbox, KAITEN, "kaiten, with a `.env` file").await;
    assert_eq!(user(&sandbox)["code"], "one");
    steps::remove(&window, KAITEN, false).await;

    fs::remove_file(kaiten.folder.join(".env")).expect("it was there");
    begin(&window, KAITEN).await;
    window.type_into("input-subdomain", "mycompany").await;
    window.type_into("input-token", &kaiten.token).await;
    end(&window, &sandbox, KAITEN, "kaiten").await;
    steps::remove(&window, KAITEN, false).await;
    window.close().await;
}

#[tokio::test]
async fn kitaru_takes_as_little_as_is_documented() {
    let sandbox = Sandbox::new();
    let window = Window::open(&sandbox).await;
    begin(&window, "kitaru").await;
    end(&window, &sandbox, "kitaru", "kitaru").await;
    steps::remove(&window, "kitaru", false).await;
    window.close().await;
}

#[tokio::test]
async fn what_is_built_from_a_folder_takes_as_little_as_is_documented() {
    for (entry, make) in [
        (
            "dynamic-mcp",
            Project::dynamic_mcp as fn(Sandbox, &str) -> Project,
        ),
        ("mcp-orchestration", Project::mcp_orchestration),
    ] {
        let project = make(Sandbox::new(), &format!("home/src/{entry}"));
        let window = Window::open(&project.sandbox).await;
        begin(&window, entry).await;
        end(&window, &project.sandbox, entry, entry).await;
        steps::remove(&window, entry, true).await;
        window.close().await;
    }
}

#[tokio::test]
async fn dot_ai_takes_as_little_as_is_documented() {
    let project = Project::dot_ai(Sandbox::new());
    let sandbox = &project.sandbox;
    let kubeconfig = sandbox.home().join(".kube/config");
    fs::create_dir_all(sandbox.home().join(".kube")).expect("made");
    fs::write(&kubeconfig, "current-context: practice\n").expect("written");
    fs::set_permissions(&kubeconfig, Permissions::from_mode(0o600)).expect("changed");
    let kubeconfig = kubeconfig.to_str().expect("a path in Unicode");
    let window = Window::open(sandbox).await;
    for (row, variant) in [("dot-ai", None), ("dot-ai, as a stack", Some("stack"))] {
        begin(&window, "dot-ai").await;
        if let Some(variant) = variant {
            window.click(&format!("variant-{variant}")).await;
        }
        window.type_into("type-input-kubeconfig", kubeconfig).await;
        let field = window.find("type-input-kubeconfig").await;
        field.send_keys(Key::Enter).await.expect("entered");
        // What is there is given by typing the name.
        let said = "is more than a folder of work";
        window.text_in("warnings", said).await;
        window.type_into("trust-name", "dot-ai").await;
        end(&window, sandbox, "dot-ai", row).await;
        steps::remove(&window, "dot-ai", variant.is_some()).await;
    }
    window.close().await;
}
