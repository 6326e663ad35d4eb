//! Claude Code's scopes, and what stands there already.

use berth_tests::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::people::{HUB, add_hub, assert_nothing_left, berth_with, using_image};
use berth_testkit::token;

fn install(sandbox: &Sandbox, more: &[&str]) -> berth_tests::sandbox::Ran {
    let args = ["install", HUB, "--secret", "token", "--yes"];
    berth_with(sandbox, &[&args[..], more].concat(), &token::right(), &[])
}

fn read(path: &std::path::Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_project_s_file_has_no_personal_path_and_no_secret() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let file = sandbox.project().join(".mcp.json");
    let foreign = "{\n\t\"mcpServers\": {\n\t\t\"other\": { \"command\": \"npx\", \"odd\": 1 }\n\t},\n\t\"mine\": true\n}\n";
    std::fs::write(&file, foreign).unwrap();
    install(&sandbox, &["--scope", "project"]).ok();
    let servers = read(&file);
    let hub = json!({ "type": "stdio", "command": "berth", "args": ["run", HUB] });
    assert_eq!(servers["mcpServers"][HUB], hub);
    assert_eq!(
        servers["mcpServers"]["other"],
        json!({ "command": "npx", "odd": 1 })
    );
    let page = sandbox.berth(&["show", HUB, "--json"]).ok().json();
    assert_eq!(page["row"]["places"][0]["scope"], "project");
    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        foreign,
        "byte for byte"
    );
}

#[test]
fn a_reconfiguration_stays_where_it_is_unless_a_place_is_said() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    install(&sandbox, &["--scope", "project"]).ok();
    let scope = || {
        let page = sandbox.berth(&["show", HUB, "--json"]).ok().json();
        page["row"]["places"]
            .as_array()
            .unwrap()
            .iter()
            .map(|place| place["scope"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(scope(), ["project"]);
    sandbox.berth(&["install", HUB, "--replace", "--yes"]).ok();
    assert_eq!(scope(), ["project"]);
    let said = ["install", HUB, "--replace", "--scope", "user", "--yes"];
    sandbox.berth(&said).ok();
    assert_eq!(scope(), ["user"]);
    assert!(!sandbox.project().join(".mcp.json").exists());
    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    assert_nothing_left(&sandbox, HUB);
}

#[test]
fn local_scope_is_this_project_of_this_person() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let other = sandbox.path("other");
    std::fs::create_dir(&other).unwrap();
    let other = other.to_str().unwrap();
    // Claude Code takes the repository's root for the project, and this test runs in another one.
    let made = sandbox
        .command("git")
        .args(["init", "--quiet", other])
        .status();
    assert!(made.unwrap().success());
    install(&sandbox, &["--scope", "local", "--project", other]).ok();
    let claude = read(&sandbox.home().join(".claude.json"));
    let program = &claude["projects"][other]["mcpServers"][HUB]["command"];
    assert!(
        program.as_str().is_some_and(|path| path.starts_with('/')),
        "{claude}"
    );
    assert!(claude["mcpServers"].get(HUB).is_none(), "{claude}");
    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    let claude = read(&sandbox.home().join(".claude.json"));
    assert!(claude["projects"][other]["mcpServers"].get(HUB).is_none());
}

#[test]
fn a_foreign_registration_is_kept_unless_it_may_be_replaced_and_comes_back_on_failure() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let foreign = r#"{"type":"stdio","command":"/bin/true","env":{"KEY":"of somebody"}}"#;
    sandbox
        .claude(&["mcp", "add-json", "-s", "user", HUB, foreign])
        .ok();
    let registered = || read(&sandbox.home().join(".claude.json"))["mcpServers"][HUB].clone();
    let before = registered();

    let refused = install(&sandbox, &[]);
    assert_eq!(refused.exit, Some(7), "{refused:?}");
    assert_eq!(registered(), before);

    let args = ["install", HUB, "--replace", "--secret", "token", "--yes"];
    let failed = berth_with(&sandbox, &args, &token::wrong(), &[]);
    assert_eq!(failed.exit, Some(12), "{failed:?}");
    assert_eq!(registered(), before, "it came back");

    install(&sandbox, &["--replace"]).ok();
    assert_eq!(registered()["args"], json!(["run", HUB]));
}

#[test]
fn a_reconfiguration_keeps_the_secret_that_is_not_given_anew() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    install(&sandbox, &[]).ok();
    let items = sandbox.keychain_items();
    sandbox.berth(&["install", HUB, "--replace", "--yes"]).ok();
    let kept = sandbox.keychain_items();
    assert_eq!((items.len(), kept.len()), (1, 1));
    assert_ne!(items, kept, "the item belongs to the new generation");
    let called = sandbox.berth(&["call", HUB, "whoami"]).ok();
    assert!(called.stdout.contains("fixture-user"), "{}", called.stdout);
}
