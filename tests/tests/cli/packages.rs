//! Servers from the real package registries, with real tools and the real Claude Code.

use berth_tests::left::is_connected;
use berth_tests::sandbox::{Sandbox, argv_with};

use crate::people::assert_nothing_left;
use crate::shown;

#[test]
fn time_is_installed_used_and_removed() {
    let sandbox = Sandbox::without_uv();
    let machine = sandbox.path("");
    let shows = |name: &str, args: &[&str]| {
        let ran = sandbox.berth(args);
        shown::ran(name, &machine, &ran);
        ran
    };
    let pip = ["install", "time", "--variant", "python", "--yes"];
    shows("time_install", &pip);
    assert!(is_connected(&sandbox, "time"));
    shows("time_list", &["list"]);
    shows("time_show", &["show", "time"]);
    shows("time_verify", &["verify", "time"]);
    let verified = sandbox.berth(&["verify", "time", "--json"]).ok().json();
    assert_eq!(verified["tools"], 2, "{verified}");
    let tokyo = r#"{"timezone":"Asia/Tokyo"}"#;
    let answer = sandbox
        .berth(&["call", "time", "get_current_time", tokyo])
        .ok();
    assert!(answer.stdout.contains("Asia/Tokyo"), "{}", answer.stdout);
    shows("time_tool_unknown", &["call", "time", "nothing"]);
    let refused = sandbox.berth(&[
        "call",
        "time",
        "get_current_time",
        r#"{"timezone":"Nowhere/No"}"#,
    ]);
    assert_eq!(refused.exit, Some(12), "{refused:?}");
    assert!(
        !refused.stdout.is_empty(),
        "the server's own words: {refused:?}"
    );
    shows("time_installed_already", &["install", "time", "--yes"]);
    shows("time_update_not_agreed", &["update", "time"]);
    let updated = sandbox.berth(&["update", "time", "--yes"]).ok();
    assert!(updated.stdout.contains("time is installed"), "{updated:?}");
    assert!(is_connected(&sandbox, "time"));
    shows("time_jobs", &["jobs"]);
    shows("time_remove", &["remove", "time", "--yes"]);
    assert_nothing_left(&sandbox, "time");
    let left = argv_with(&sandbox.berth_home().display().to_string());
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn uv_is_used_where_it_is_there() {
    let sandbox = Sandbox::new();
    let plan = sandbox.berth(&["plan", "time"]).ok();
    assert!(plan.stdout.contains("bin/uv venv"), "{}", plan.stdout);
    sandbox.berth(&["install", "time", "--yes"]).ok();
    assert!(is_connected(&sandbox, "time"));
    sandbox.berth(&["remove", "time", "--yes"]).ok();
    assert_nothing_left(&sandbox, "time");
}

#[test]
fn a_node_server_sees_the_folder_that_was_given_and_no_other() {
    let sandbox = Sandbox::new();
    let project = sandbox.project();
    std::fs::write(project.join("note.txt"), "found it").unwrap();
    std::fs::write(sandbox.path("secret.txt"), "not this").unwrap();
    let folders = format!("folders={}:rw", project.display());
    let args = [
        "install",
        "filesystem",
        "--variant",
        "node",
        "--set",
        &folders,
    ];
    let ran = sandbox
        .berth(&[&args[..], &["--yes", "--json"]].concat())
        .ok();
    let events: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds = |kind: &str| events.iter().filter(|event| event["event"] == kind).count();
    let plan = &events[0]["preview"]["plan"]["steps"];
    let steps = plan.as_array().unwrap().len();
    assert_eq!((kinds("plan"), kinds("started"), kinds("done")), (1, 1, 1));
    assert_eq!(
        kinds("step"),
        2 * steps,
        "each is running once and done once"
    );
    assert_eq!(events.last().unwrap()["event"], "done");

    let read = |path: &std::path::Path| {
        let arguments = serde_json::json!({ "path": path }).to_string();
        sandbox.berth(&["call", "filesystem", "read_text_file", &arguments])
    };
    assert!(
        read(&project.join("note.txt"))
            .ok()
            .stdout
            .contains("found it")
    );
    let other = read(&sandbox.path("secret.txt"));
    assert_eq!(other.exit, Some(12), "{other:?}");
    assert!(!other.stdout.contains("not this"), "{other:?}");
    sandbox.berth(&["remove", "filesystem", "--yes"]).ok();
    assert_nothing_left(&sandbox, "filesystem");
}
