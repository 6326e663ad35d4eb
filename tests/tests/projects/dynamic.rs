//! dynamic-mcp in one container: over its input and output, with its tools in a volume.

use std::fs;

use berth_testkit::{ground, token};
use berth_tests::left::{assert_nothing_left, is_connected};
use serde_json::{Value, json};

use super::project::Project;

const NAME: &str = "dynamic-mcp";

fn project() -> Project {
    Project::new(NAME, &ground::image_node(), &["dynamic-mcp:latest"])
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
    let made = json!({ "name": "table", "code": "return 1" });
    project.tool("dynamic.tool.create", &made);
    assert_eq!(listed(&project), json!(["table"]));

    sandbox.berth(&["update", NAME, "--no-cache", "--yes"]).ok();
    assert_eq!(listed(&project), json!(["table"]));
    project.install(&["--replace", "--set", "profile=enterprise"]);
    assert_eq!(project.tools(), 17);
    assert_eq!(listed(&project), json!(["table"]));
    let health = project.tool("system.health", &json!({}));
    assert_eq!(health["audit"], true, "its log is beside them: {health}");
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
