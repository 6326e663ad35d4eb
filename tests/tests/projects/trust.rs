//! dynamic-mcp runs code on this computer's engine, once somebody has said in words that it may.

use std::path::{Path, PathBuf};

use berth_testkit::ground;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::project::Project;
use berth_tests::sandbox::{Ran, Sandbox};
use berth_tests::session::Session;
use serde_json::{Value, json};

use super::stack::inspected;

const NAME: &str = "dynamic-mcp";
/// What the server runs code in unless it is told otherwise.
pub const RUNNER: &str = "node:lts-slim";

/// The Docker client of this machine.
pub fn client() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join("docker"));
    found.find(|docker| docker.is_file()).unwrap()
}

fn project() -> Project {
    let images = ["dynamic-mcp:latest", RUNNER];
    let project = Project::new(NAME, &ground::image_node(), &images);
    let tag = ["tag", &ground::image_node(), RUNNER];
    project.sandbox.docker(&tag).ok();
    project
}

/// Installs with this computer's engine, and with these further arguments.
fn install(project: &Project, variant: &str, more: &[&str]) -> Ran {
    let command = format!("docker_command={}", client().display());
    let folder = project.folder.to_str().unwrap();
    let args = [
        "install",
        NAME,
        "--yes",
        "--replace",
        "--source",
        folder,
        "--variant",
        variant,
        "--set",
        "engine=here",
        "--set",
        &command,
    ];
    project.sandbox.berth(&[&args[..], more].concat())
}

/// What running this code gives.
pub fn ran(project: &Project, code: &str) -> Value {
    project.tool("run_js_ephemeral", &json!({ "code": code }))
}

/// A container of a session that is under way, as the engine says it is.
fn in_session(sandbox: &Sandbox) -> Value {
    let mut session = Session::begin(sandbox, NAME);
    let greeted = session.greet();
    assert!(greeted.contains(NAME), "{greeted}");
    let about = session.container();
    session.end();
    about
}

fn socket() -> PathBuf {
    PathBuf::from(ground::docker_host().trim_start_matches("unix://"))
}

/// It has the socket, its group, and is confined as ever otherwise.
fn has_the_socket(about: &Value) {
    use std::os::unix::fs::MetadataExt;
    let host = &about["HostConfig"];
    let group = socket().metadata().unwrap().gid().to_string();
    assert_eq!(host["GroupAdd"], json!([group]));
    let mounts = about["Mounts"].as_array().unwrap();
    let at = |target: &str| {
        let found = mounts.iter().find(|mount| mount["Destination"] == target);
        found.unwrap_or_else(|| panic!("{target}: {mounts:?}"))
    };
    let given = at("/var/run/docker.sock");
    assert_eq!(Path::new(given["Source"].as_str().unwrap()), socket());
    assert_eq!(given["RW"], true);
    assert_eq!(at("/usr/local/bin/docker")["RW"], false);
    assert_eq!(mounts.len(), 3, "{mounts:?}");
    assert_eq!(host["ReadonlyRootfs"], true);
    assert_eq!(host["CapDrop"], json!(["ALL"]));
    assert_eq!(host["CapAdd"], Value::Null);
    assert_eq!(host["SecurityOpt"], json!(["no-new-privileges"]));
    assert_eq!(host["Privileged"], false);
    assert_eq!(host["PidsLimit"], 256);
    assert_eq!(host["Memory"], 2048_u64 << 20);
    assert_eq!(host["Tmpfs"]["/tmp"], "rw,noexec,nosuid,size=64m");
}

#[test]
fn code_runs_on_this_computer_s_engine_once_its_name_was_typed() {
    let project = project();
    let sandbox = &project.sandbox;
    project.install(&["--variant", "image", "--set", "profile=enterprise"]);
    assert_eq!(
        ran(&project, "6 * 7"),
        json!({ "engine": "node", "result": "42" })
    );
    let refused = sandbox.berth(&["call", NAME, "sandbox.other_1", "{}"]);
    assert_eq!(refused.exit, Some(12), "{refused:?}");
    assert!(
        refused.stdout.contains("Docker is not running"),
        "{refused:?}"
    );

    for wrong in [&[][..], &["--trust", "yes"], &["--trust", "Dynamic-MCP"]] {
        let refused = install(&project, "image", &[wrong, &["--json"]].concat());
        assert_eq!(refused.exit, Some(4), "{refused:?}");
        let error = &refused.last_json()["error"];
        assert_eq!(error["code"], "trust_needed", "{refused:?}");
        assert_eq!(error["name"], NAME);
    }
    let plan = install(&project, "image", &[]);
    for said in [
        "whoever controls this server controls this computer",
        "as root",
        "agreed to by typing its name: `--trust dynamic-mcp`",
    ] {
        assert!(plan.stdout.contains(said), "{said}: {plan:?}");
    }
    assert_eq!(
        ran(&project, "1 + 1")["engine"],
        "node",
        "nothing was given"
    );

    install(&project, "image", &["--trust", NAME]).ok();
    assert!(is_connected(sandbox, NAME));
    assert_eq!(
        ran(&project, "6 * 7"),
        json!({ "engine": "docker", "result": "42" })
    );
    let inside = "require('fs').existsSync('/app/dist')";
    assert_eq!(
        ran(&project, inside)["result"],
        "false",
        "not in the server's own"
    );
    has_the_socket(&in_session(sandbox));

    // What was agreed to holds for the same again, and is taken back without a word.
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    assert_eq!(ran(&project, "6 * 7")["engine"], "docker");
    project.install(&["--replace", "--set", "engine=none"]);
    assert_eq!(ran(&project, "6 * 7")["engine"], "node");
    assert_eq!(
        install(&project, "image", &[]).exit,
        Some(4),
        "and given anew"
    );

    // Another variant is another server, and its service has it as well.
    assert_eq!(install(&project, "http", &[]).exit, Some(4));
    install(&project, "http", &["--trust", NAME]).ok();
    assert_eq!(ran(&project, "6 * 7")["engine"], "docker");
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!(project.volumes(), [""; 0]);
    sandbox.docker(&["rmi", "--force", RUNNER]).ok();
}

#[test]
fn a_stack_s_server_has_the_socket_too() {
    let images = ["dynamic-mcp:latest", "postgres:17-alpine", RUNNER];
    let project = Project::new(NAME, &ground::image_node(), &images);
    let sandbox = &project.sandbox;
    let real = ground::image_postgres();
    sandbox.docker(&["pull", "--quiet", &real]).ok();
    sandbox.docker(&["tag", &real, "postgres:17-alpine"]).ok();
    sandbox.docker(&["tag", &ground::image_node(), RUNNER]).ok();
    assert_eq!(install(&project, "stack", &[]).exit, Some(4));
    install(&project, "stack", &["--trust", NAME]).ok();
    assert_eq!(
        ran(&project, "6 * 7"),
        json!({ "engine": "docker", "result": "42" })
    );
    has_the_socket(&inspected(sandbox, "server"));
    let database = inspected(sandbox, "postgres");
    assert_eq!(database["Mounts"].as_array().unwrap().len(), 1);
    let groups = database["HostConfig"]["GroupAdd"].as_array();
    assert!(groups.is_none_or(Vec::is_empty), "{groups:?}");
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    assert_eq!(ran(&project, "6 * 7")["engine"], "docker");
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!(project.volumes(), [""; 0]);
    sandbox.docker(&["rmi", "--force", RUNNER]).ok();
}
