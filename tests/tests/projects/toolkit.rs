//! dot-ai: its last release in one container, and the newest as a stack: a server that stays, a plugin
//! with the tools for the cluster, and Qdrant, here or elsewhere.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use berth_testkit::token;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::project::{DOT_AI, Project};
use berth_tests::sandbox::{Ran, Sandbox, argv_with};
use serde_json::json;

use super::stack::inspected;

const NAME: &str = "dot-ai";

/// The option that gives the access to a cluster: a file that only its owner may read, where such files
/// are, which is agreed to by typing the name.
fn access(sandbox: &Sandbox) -> String {
    let kubeconfig = sandbox.home().join(".kube/config");
    fs::create_dir_all(sandbox.home().join(".kube")).unwrap();
    fs::write(&kubeconfig, "current-context: practice\n").unwrap();
    fs::set_permissions(&kubeconfig, Permissions::from_mode(0o600)).unwrap();
    format!("kubeconfig={}", kubeconfig.display())
}

#[test]
fn its_last_release_in_one_container_is_what_is_recommended() {
    let project = Project::dot_ai(Sandbox::new());
    let sandbox = &project.sandbox;
    let access = access(sandbox);
    let plan = sandbox.berth(&["plan", NAME]);
    assert_eq!(plan.exit, Some(6), "without a kubeconfig: {plan:?}");
    let install = ["install", NAME, "--yes", "--set", &access];
    let refused = sandbox.berth(&install);
    assert_eq!(refused.exit, Some(4), "a click is not enough: {refused:?}");
    let trusted = [&install[..], &["--trust", NAME]].concat();
    sandbox.berth(&trusted).ok();
    assert!(is_connected(sandbox, NAME));
    assert_eq!(project.tools(), 7);
    let said = json!({
        "version": "0.195.0",
        "context": "practice",
        "provider": "anthropic",
        "telemetry": "false",
        "qdrant": null,
    });
    assert_eq!(project.tool("version", &json!({})), said);
    let refused = sandbox.berth(&["call", NAME, "recommend", "{}"]);
    assert_eq!(refused.exit, Some(12), "without a key: {refused:?}");

    // A key, and a store that is elsewhere; what is not said stays.
    let key = token::right();
    let more = [
        "install",
        NAME,
        "--replace",
        "--yes",
        "--set",
        "qdrant_url=https://qdrant.example.com:6333",
        "--secret-env",
        "anthropic_key=KEY",
    ];
    let mut command = sandbox.command(sandbox.path("bin/berth"));
    let ran = command.args(more).env("KEY", &key).output().unwrap();
    Ran::from(ran).ok();
    let said = project.tool("recommend", &json!({}));
    assert_eq!(said["qdrant"], "https://qdrant.example.com:6333");
    assert_eq!(said["context"], "practice");
    assert_eq!(sandbox.files_with(&key), Vec::<std::path::PathBuf>::new());
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    project.tool("recommend", &json!({}));
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}

#[test]
fn a_stack_can_use_a_store_that_is_elsewhere() {
    let project = Project::dot_ai(Sandbox::new());
    let sandbox = &project.sandbox;
    let image = DOT_AI[3].1;
    // Somebody's Qdrant, at an address that every network of the engine reaches.
    let format = "{{(index .IPAM.Config 0).Gateway}}";
    let network = ["network", "inspect", "--format", format, "bridge"];
    let gateway = sandbox.docker(&network).ok().stdout.trim().to_owned();
    let publish = format!("--publish={gateway}::6333");
    let run = ["run", "--detach", "--rm", &publish, image];
    let store = sandbox.docker(&run).ok().stdout.trim().to_owned();
    let port = sandbox.docker(&["port", &store, "6333/tcp"]).ok().stdout;
    let elsewhere = format!("qdrant_url=http://{}", port.trim());
    let access = access(sandbox);
    let install = [
        "install",
        NAME,
        "--variant",
        "stack-external",
        "--yes",
        "--trust",
        NAME,
        "--set",
        &access,
        "--set",
        &elsewhere,
    ];
    sandbox.berth(&install).ok();
    assert!(is_connected(sandbox, NAME));
    assert_eq!(project.tools(), 5);
    project.tool("vector_store", &json!({ "name": "three replicas" }));
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    let stored = json!([{ "name": "three replicas" }]);
    assert_eq!(project.tool("vector_list", &json!({})), stored);
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    sandbox.docker(&["rm", "--force", &store]).ok();
}

#[test]
fn a_server_its_plugin_and_its_store_are_one_installation() {
    let project = Project::dot_ai(Sandbox::new());
    let sandbox = &project.sandbox;
    let access = access(sandbox);
    let install = [
        "install",
        NAME,
        "--variant",
        "stack",
        "--yes",
        "--trust",
        NAME,
        "--set",
        &access,
    ];
    sandbox.berth(&install).ok();
    assert!(is_connected(sandbox, NAME));
    assert_eq!(project.tools(), 5, "those of the plugin are there");
    let seen = project.tool("kubectl_version", &json!({}));
    assert_eq!(
        seen["context"], "practice",
        "a file that only its owner may read"
    );
    project.tool("vector_store", &json!({ "name": "two replicas" }));
    let stored = json!([{ "name": "two replicas" }]);
    assert_eq!(project.tool("vector_list", &json!({})), stored);
    assert_eq!(project.tool("version", &json!({}))["telemetry"], "false");

    for service in ["server", "agentic-tools", "qdrant"] {
        let about = inspected(sandbox, service);
        let host = &about["HostConfig"];
        assert_eq!(host["ReadonlyRootfs"], true, "{service}");
        assert_eq!(host["CapDrop"], json!(["ALL"]), "{service}");
        let published = host["PortBindings"]["3456/tcp"][0]["HostIp"].as_str();
        assert_eq!(published, (service == "server").then_some("127.0.0.1"));
    }
    let env = inspected(sandbox, "server")["Config"]["Env"].take();
    let token = env.as_array().unwrap().iter().find_map(|each| {
        let token = each.as_str()?.strip_prefix("DOT_AI_AUTH_TOKEN=")?;
        Some(token.to_owned())
    });
    let token = token.unwrap();
    assert_eq!(sandbox.files_with(&token), Vec::<std::path::PathBuf>::new());
    assert_eq!(argv_with(&token), [""; 0]);

    // Claude Code can have the address itself, and asks for the token.
    let again = [
        "install",
        NAME,
        "--variant",
        "stack",
        "--yes",
        "--replace",
        "--direct",
        "--set",
        "telemetry=true",
    ];
    sandbox.berth(&again).ok();
    let settings = fs::read_to_string(sandbox.home().join(".claude.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    let given = &settings["mcpServers"][NAME];
    let url = given["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:2"), "{given}");
    assert_eq!(given["type"], "http");
    assert!(is_connected(sandbox, NAME));
    assert_eq!(
        project.tool("vector_list", &json!({})),
        stored,
        "it is kept"
    );
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!(project.volumes(), [""; 0]);
}

#[test]
fn what_its_makers_build_counts_at_the_next_start() {
    let project = Project::dot_ai(Sandbox::new());
    let sandbox = &project.sandbox;
    let manifest = r#"{ "name": "@vfarcic/dot-ai", "version": "2.2.2" }"#;
    fs::write(project.folder.join("package.json"), manifest).unwrap();
    let built = project.folder.join("dist/mcp");
    fs::create_dir_all(&built).unwrap();
    let code = fs::read_to_string(project.folder.join("index.js")).unwrap();
    let build = |version: &str| {
        let code = code.replace("2.2.2", version);
        fs::write(built.join("server.js"), code).unwrap();
    };
    build("2.3.0-one");
    project.install(&["--variant", "dev"]);
    assert!(is_connected(sandbox, NAME));
    let version = || project.tool("version", &json!({}))["version"].take();
    assert_eq!(version(), "2.3.0-one");
    build("2.3.0-two");
    assert_eq!(version(), "2.3.0-two", "without anything");
    assert_eq!(sandbox.keychain_items().len(), 1);
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}
