//! dynamic-mcp in one container: over its input and output, with its tools in a volume.

use std::fs;

use berth_testkit::token;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::project::Project;
use berth_tests::sandbox::Sandbox;
use serde_json::{Value, json};

const NAME: &str = "dynamic-mcp";

fn project() -> Project {
    Project::dynamic_mcp(Sandbox::new(), "source")
}

fn listed(project: &Project) -> Value {
    project.tool("dynamic.tool.list", &json!({}))["tools"].take()
}

#[test]
fn tools_that_were_made_stay_until_they_are_to_go() {
    let project = project();
    let sandbox = &project.sandbox;
    project.install(&["--variant", "image"]);
    assert!(is_connected(sandbox, NAME));
    assert_eq!(project.tools(), 8, "the small profile");
    let none = sandbox.berth(&["logs", NAME, "--log", "audit", "--json"]);
    assert_eq!(none.exit, Some(3), "it notes nothing: {none:?}");
    assert_eq!(none.json()["error"]["code"], "log_unknown");
    let metrics = ["act", NAME, "guard-metrics"];
    let refused = sandbox.berth(&metrics);
    assert_eq!(refused.exit, Some(3), "it has no such tool: {refused:?}");
    let offered = sandbox.berth(&["act", NAME]).ok().stdout;
    assert!(
        offered.contains("Not now: The server has no tool"),
        "{offered}"
    );
    let made = json!({ "name": "table", "code": "return 1" });
    project.tool("dynamic.tool.create", &made);
    assert_eq!(listed(&project), json!(["table"]));

    sandbox.berth(&["update", NAME, "--no-cache", "--yes"]).ok();
    assert_eq!(listed(&project), json!(["table"]));
    project.install(&["--replace", "--set", "profile=enterprise"]);
    assert_eq!(project.tools(), 17);
    let looked = sandbox.berth(&metrics).ok();
    assert!(
        looked.stderr.contains("\"maxConcurrency\": 8"),
        "{looked:?}"
    );
    assert_eq!(listed(&project), json!(["table"]));
    let health = project.tool("system.health", &json!({}));
    assert_eq!(health["audit"], true, "its log is beside them: {health}");
    let logged = sandbox
        .berth(&["logs", NAME, "--lines", "1", "--json"])
        .ok();
    let line = logged.json();
    assert_eq!(line["event"], "system.health", "{line}");
    assert_eq!(line["level"], "success");
    assert!(line["time"].is_string() && line["line"].is_string());
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    project.install(&["--variant", "image"]);
    assert_eq!(listed(&project), json!(["table"]));
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!(project.volumes(), [""; 0]);
}

#[test]
fn profile_and_administration_token_come_from_the_project_s_file() {
    let project = project();
    let admin = token::right();
    let env = format!("MCP_PROFILE=enterprise\nexport MCP_ADMIN_TOKEN='{admin}'\n");
    fs::write(project.folder.join(".env"), env).unwrap();
    let sandbox = &project.sandbox;
    let ran = project.install(&["--variant", "image"]);
    for named in ["profile (MCP_PROFILE)", "admin_token (MCP_ADMIN_TOKEN)"] {
        assert!(ran.stderr.contains(named), "{ran:?}");
    }
    assert!(!format!("{ran:?}").contains(&admin));
    assert_eq!(project.tools(), 17);
    let made = json!({ "name": "table", "code": "return 1" });
    let refused = ["call", NAME, "dynamic.tool.create", &made.to_string()];
    let refused = sandbox.berth(&refused);
    assert_eq!(refused.exit, Some(12), "without the token: {refused:?}");
    let made = json!({ "name": "table", "code": "return 1", "adminToken": admin });
    project.tool("dynamic.tool.create", &made);
    assert_eq!(listed(&project), json!(["table"]));
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}

#[test]
fn it_is_built_with_node_in_a_copy_of_the_folder() {
    let project = Project::dynamic_mcp(Sandbox::new(), "source");
    let sandbox = &project.sandbox;
    fs::write(project.folder.join(".env"), "MCP_PROFILE=mvp\n").unwrap();
    let before = sandbox.files_below(&project.folder);
    let folder = project.folder.to_str().unwrap();
    let args = ["plan", NAME, "--variant", "node", "--source", folder];
    let plan = sandbox.berth(&args).ok().stdout;
    for said in [
        "--package=pnpm@10.29.3 -- pnpm --dir",
        "run build",
        "The project's own scripts build it, as you, in a copy of",
    ] {
        assert!(plan.contains(said), "{said}: {plan}");
    }
    project.install(&["--variant", "node"]);
    assert!(is_connected(sandbox, NAME));
    assert_eq!(project.tools(), 8);
    let made = json!({ "name": "table", "code": "return 1" });
    project.tool("dynamic.tool.create", &made);
    assert_eq!(sandbox.files_below(&project.folder), before);

    // A change of the code counts after an update; what it keeps is beside the copies.
    let code = project.folder.join("src/index.js");
    let text = fs::read_to_string(&code).unwrap();
    fs::write(&code, text.replace("'dynamic.tool.get', ", "")).unwrap();
    assert_eq!(project.tools(), 8);
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    assert_eq!(project.tools(), 7);
    assert_eq!(listed(&project), json!(["table"]));
    project.install(&["--replace", "--set", "profile=enterprise"]);
    assert_eq!(project.tools(), 16);

    // One that cannot be built leaves what was there.
    let package = project.folder.join("package.json");
    let text = fs::read_to_string(&package).unwrap();
    fs::write(&package, text.replace("node build.mjs", "node lost.mjs")).unwrap();
    let failed = sandbox.berth(&["update", NAME, "--yes", "--json"]);
    assert_eq!(failed.last_json()["error"]["code"], "package_failed");
    assert_eq!(project.tools(), 16);
    fs::write(&package, text.replace(">=20", ">=99")).unwrap();
    let refused = sandbox.berth(&["update", NAME, "--yes", "--json"]);
    let error = &refused.last_json()["error"];
    assert_eq!(error["code"], "node_missing", "{refused:?}");
    assert_eq!(error["needed"], ">=99");
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}
