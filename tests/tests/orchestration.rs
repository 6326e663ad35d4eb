//! The built-in entry of mcp-orchestration over a source folder of the real project's shape: its
//! store and its keys are kept in a volume, whatever else changes.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use berth_testkit::ground;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::{Ran, Sandbox};
use serde_json::{Value, json};

const NAME: &str = "mcp-orchestration";

/// The images that the entry builds: with everything in it, and for development.
const IMAGES: [&str; 2] = ["mcp-orchestration:latest", "mcp-orchestration:dev"];

static NAMES: Mutex<()> = Mutex::new(());

/// The engine for one test at a time: the entry's images have one name each. Nobody has them.
fn names(sandbox: &Sandbox) -> MutexGuard<'static, ()> {
    let turn = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let base = ground::image_python();
    sandbox.docker(&["pull", "--quiet", &base]).ok();
    for name in IMAGES {
        let _ = sandbox.docker(&["rmi", "--force", name]);
    }
    turn
}

/// Copies the project to this machine.
fn add(sandbox: &Sandbox) -> PathBuf {
    let fixture = ground::root().join("tests/fixtures/mcp-orchestration");
    let folder = sandbox.path("source");
    fs::create_dir_all(folder.join("src/mcp_orchestrator")).unwrap();
    for file in [
        "pyproject.toml",
        "Dockerfile",
        ".dockerignore",
        "src/mcp_orchestrator/__init__.py",
        "src/mcp_orchestrator/code.py",
        "src/mcp_orchestrator/server.py",
    ] {
        let text = fs::read_to_string(fixture.join(file)).unwrap();
        let text = text.replace("@BASE@", &ground::image_python());
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

fn change(source: &Path, code: &str) {
    let code = format!("CODE = \"{code}\"\n");
    fs::write(source.join("src/mcp_orchestrator/code.py"), code).unwrap();
}

fn install(sandbox: &Sandbox, source: &Path, more: &[&str]) -> Ran {
    let source = source.to_str().unwrap();
    let args = ["install", NAME, "--yes", "--source", source];
    sandbox.berth(&[&args[..], more].concat()).ok()
}

fn tool(sandbox: &Sandbox, name: &str) -> Value {
    let answer = sandbox.berth(&["call", NAME, name, "{}", "--json"]).ok();
    serde_json::from_str(answer.json()["text"].as_str().unwrap()).unwrap()
}

fn volumes(sandbox: &Sandbox) -> Vec<String> {
    let filter = format!("label=dev.berth.home={}", sandbox.berth_home().display());
    let ran = sandbox.docker(&["volume", "ls", "--quiet", "--filter", &filter]);
    ran.ok().stdout.lines().map(str::to_owned).collect()
}

#[test]
fn keys_and_store_stay_until_they_are_to_go() {
    let sandbox = Sandbox::new();
    let _names = names(&sandbox);
    let source = add(&sandbox);
    install(&sandbox, &source, &["--variant", "image"]);
    assert!(is_connected(&sandbox, NAME));
    let verified = sandbox.berth(&["verify", NAME, "--json"]).ok().json();
    assert_eq!(verified["tools"], 14);

    let refused = sandbox.berth(&["call", NAME, "publish_config", "{}"]);
    assert_eq!(refused.exit, Some(12), "without keys: {refused:?}");
    let made = tool(&sandbox, "initialize_keys");
    assert_eq!(made["made"], true);
    assert_eq!(
        (&made["mode"], &made["owner"]),
        (&json!("600"), &json!(1000))
    );
    let key = &made["fingerprint"];
    let signed = tool(&sandbox, "publish_config");
    assert_eq!(signed["artifacts"], 1);
    let the_same = |sandbox: &Sandbox| {
        let found = tool(sandbox, "initialize_keys");
        assert_eq!(
            (&found["made"], &found["fingerprint"]),
            (&json!(false), key)
        );
        assert_eq!(
            (&found["mode"], &found["owner"]),
            (&json!("600"), &json!(1000))
        );
        assert_eq!(tool(sandbox, "publish_config"), signed);
    };
    the_same(&sandbox);

    // Built anew, reconfigured to the other variant, removed and installed again.
    change(&source, "two");
    assert_eq!(tool(&sandbox, "list_clients")["code"], "one");
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    assert_eq!(tool(&sandbox, "list_clients")["code"], "two");
    the_same(&sandbox);
    install(&sandbox, &source, &["--variant", "dev", "--replace"]);
    change(&source, "three");
    assert_eq!(tool(&sandbox, "list_clients")["code"], "three");
    the_same(&sandbox);
    let kept = volumes(&sandbox);
    assert_eq!(kept.len(), 1, "{kept:?}");
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
    assert_eq!(volumes(&sandbox), kept);
    install(&sandbox, &source, &["--variant", "image"]);
    the_same(&sandbox);

    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
    assert_eq!(volumes(&sandbox), [""; 0]);
    install(&sandbox, &source, &["--variant", "image"]);
    assert_ne!(&tool(&sandbox, "initialize_keys")["fingerprint"], key);
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
}

/// As the real image's, its own check fails always: whoever looks at the engine's list is not told
/// that a server is ill which answers.
#[test]
fn its_broken_health_check_is_not_run() {
    let sandbox = Sandbox::new();
    let _names = names(&sandbox);
    let source = add(&sandbox);
    install(&sandbox, &source, &["--variant", "image"]);
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
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = std::io::BufReader::new(session.stdout.take().unwrap());
    let input = session.stdin.as_mut().unwrap();
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    std::io::Write::write_all(input, format!("{ping}\n").as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::BufRead::read_line(&mut output, &mut answer).unwrap();
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
    assert_nothing_left(&sandbox, NAME);
}
