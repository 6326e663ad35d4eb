//! Node.js servers from the catalog and from a source folder, through the window.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::project::Project;
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;
use serde_json::json;

use super::steps;

/// Packages that npm has installed for everybody, and the programs in its folder for them.
fn global(sandbox: &Sandbox) -> BTreeSet<PathBuf> {
    let told = |what: &str| {
        let ran: berth_tests::sandbox::Ran = sandbox
            .command("npm")
            .args([what, "--global"])
            .output()
            .expect("npm")
            .into();
        PathBuf::from(ran.ok().stdout.trim())
    };
    let below = |folder: &Path| {
        std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|entry| entry.expect("an entry").path())
            .collect::<BTreeSet<_>>()
    };
    let mut all = below(&told("root"));
    all.extend(below(&told("prefix").join("bin")));
    all
}

#[tokio::test]
async fn an_npm_server_is_installed_used_and_removed_with_what_it_remembers() {
    let sandbox = Sandbox::new();
    let window = Window::open(&sandbox).await;
    let before = global(&sandbox);
    assert!(!before.is_empty(), "npm is there itself");
    steps::open_sheet(&window, "memory").await;
    window.click("variant-node").await;
    steps::agree_and_succeed(&window).await;
    let shown = window.text().await;
    assert!(shown.contains("create_entities"), "{shown}");
    assert!(is_connected(&sandbox, "memory"));

    let entity = json!({ "entities": [{
        "name": "Maria", "entityType": "person", "observations": ["approves releases"],
    }]});
    sandbox
        .berth(&["call", "memory", "create_entities", &entity.to_string()])
        .ok();
    let graph = sandbox.berth(&["call", "memory", "read_graph"]).ok();
    assert!(graph.stdout.contains("approves releases"), "{graph:?}");

    let page = sandbox.berth(&["show", "memory", "--json"]).ok().json();
    let data = page["installation"]["data"][0]["path"]
        .as_str()
        .unwrap_or_else(|| panic!("{page}"));
    let kept = Path::new(data).join("memory.jsonl");
    assert!(kept.starts_with(sandbox.berth_home()), "{}", kept.display());
    assert!(kept.exists(), "{}", kept.display());

    let folder = sandbox.berth_home().join("installations/memory");
    let package = "node_modules/@modelcontextprotocol/server-memory/package.json";
    let packages: Vec<_> = sandbox
        .files_below(&sandbox.home())
        .into_iter()
        .filter(|(path, _)| path.ends_with(package))
        .collect();
    let [(path, manifest)] = &packages[..] else {
        panic!("one copy of the package: {packages:?}");
    };
    assert!(path.starts_with(&folder), "{}", path.display());
    let manifest: serde_json::Value = serde_json::from_slice(manifest).expect("a manifest");
    assert_eq!(manifest["version"], page["row"]["version"], "{page}");
    assert_eq!(global(&sandbox), before);

    steps::close_sheet(&window).await;
    steps::remove(&window, "memory", true).await;
    assert_nothing_left(&sandbox, "memory");
    assert!(!kept.exists(), "{}", kept.display());
    assert_eq!(global(&sandbox), before);
    window.close().await;
}

#[tokio::test]
async fn a_project_is_built_in_a_copy_of_its_folder() {
    let project = Project::dynamic_mcp(Sandbox::new(), "home/src/dynamic-mcp");
    let sandbox = &project.sandbox;
    let before = sandbox.files_below(&project.folder);
    let window = Window::open(sandbox).await;
    steps::open_sheet(&window, "dynamic-mcp").await;
    window.click("variant-node").await;
    let folder = project.folder.to_str().expect("a path in Unicode");
    let step = "plan-step-build_node";
    window.text_in(step, &format!("Build {folder}")).await;
    window.text_in(step, "--package=pnpm@10.29.3").await;
    window.text_in(step, "run build").await;
    let copy = format!("build it, as you, in a copy of {folder}");
    window.text_in("install-sheet", &copy).await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    assert!(is_connected(sandbox, "dynamic-mcp"));
    // Not by a verification, which the window would tell of while its menu is open.
    assert_eq!(project.tool("system.health", &json!({}))["ok"], true);
    assert_eq!(sandbox.files_below(&project.folder), before);
    steps::remove(&window, "dynamic-mcp", true).await;
    assert_nothing_left(sandbox, "dynamic-mcp");
    window.close().await;
}
