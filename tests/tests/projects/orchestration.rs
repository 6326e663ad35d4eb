//! mcp-orchestration: its store and its keys are kept in a volume.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use berth_testkit::ground;
use berth_tests::left::{assert_nothing_left, is_connected};
use serde_json::{Value, json};

use super::project::Project;

const NAME: &str = "mcp-orchestration";

/// The images that the entry builds: with everything in it, and for development.
const IMAGES: [&str; 2] = ["mcp-orchestration:latest", "mcp-orchestration:dev"];

fn project() -> Project {
    Project::new(NAME, &ground::image_python(), &IMAGES)
}

fn change(project: &Project, code: &str) {
    let code = format!("CODE = \"{code}\"\n");
    fs::write(project.folder.join("src/mcp_orchestrator/code.py"), code).unwrap();
}

fn tool(project: &Project, name: &str) -> Value {
    project.tool(name, &json!({}))
}

#[test]
fn keys_and_store_stay_until_they_are_to_go() {
    let project = project();
    let sandbox = &project.sandbox;
    project.install(&["--variant", "image"]);
    assert!(is_connected(sandbox, NAME));
    assert_eq!(project.tools(), 14);

    let refused = sandbox.berth(&["call", NAME, "publish_config", "{}"]);
    assert_eq!(refused.exit, Some(12), "without keys: {refused:?}");
    let made = tool(&project, "initialize_keys");
    assert_eq!(made["made"], true);
    assert_eq!(
        (&made["mode"], &made["owner"]),
        (&json!("600"), &json!(1000))
    );
    let key = &made["fingerprint"];
    let signed = tool(&project, "publish_config");
    assert_eq!(signed["artifacts"], 1);
    let the_same = || {
        let found = tool(&project, "initialize_keys");
        assert_eq!(
            (&found["made"], &found["fingerprint"]),
            (&json!(false), key)
        );
        assert_eq!(
            (&found["mode"], &found["owner"]),
            (&json!("600"), &json!(1000))
        );
        assert_eq!(tool(&project, "publish_config"), signed);
    };
    the_same();

    // Built anew, reconfigured to the other variant, removed and installed again.
    change(&project, "two");
    assert_eq!(tool(&project, "list_clients")["code"], "one");
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    assert_eq!(tool(&project, "list_clients")["code"], "two");
    the_same();
    project.install(&["--variant", "dev", "--replace"]);
    change(&project, "three");
    assert_eq!(tool(&project, "list_clients")["code"], "three");
    the_same();
    let kept = project.volumes();
    assert_eq!(kept.len(), 1, "{kept:?}");
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!(project.volumes(), kept);
    project.install(&["--variant", "image"]);
    the_same();

    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!(project.volumes(), [""; 0]);
    project.install(&["--variant", "image"]);
    assert_ne!(&tool(&project, "initialize_keys")["fingerprint"], key);
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}

/// As the real image's, its own check fails always: whoever looks at the engine's list is not told
/// that a server is ill which answers.
#[test]
fn its_broken_health_check_is_not_run() {
    let project = project();
    let sandbox = &project.sandbox;
    project.install(&["--variant", "image"]);
    let image = [
        "image",
        "inspect",
        "--format",
        "{{.Config.Healthcheck.Test}}",
        IMAGES[0],
    ];
    let test = sandbox.docker(&image).ok().stdout;
    assert!(test.contains("import mcp_orchestration"), "{test}");

    let mut session = sandbox
        .command(sandbox.path("bin/berth"))
        .args(["run", NAME])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(session.stdout.take().unwrap());
    let input = session.stdin.as_mut().unwrap();
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    writeln!(input, "{ping}").unwrap();
    let mut answer = String::new();
    output.read_line(&mut answer).unwrap();
    let containers = sandbox.containers();
    assert_eq!(containers.len(), 1, "{containers:?}");
    let found = sandbox.docker(&["inspect", &containers[0]]).ok().json();
    assert_eq!(
        found[0]["State"]["Health"],
        Value::Null,
        "{}",
        found[0]["State"]
    );
    assert_eq!(found[0]["HostConfig"]["ReadonlyRootfs"], true);
    drop(session.stdin.take());
    assert!(session.wait().unwrap().success());
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}
