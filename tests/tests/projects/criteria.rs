//! mcp-orchestration: what its entry says of a server that answers.

use berth_testkit::ground;
use berth_tests::left::assert_nothing_left;
use berth_tests::project::Project;
use berth_tests::volume;
use serde_json::{Value, json};

const NAME: &str = "mcp-orchestration";

fn tool(project: &Project, name: &str) -> Value {
    project.tool(name, &json!({}))
}

/// What the entry says of a server that answers, each by whether it is so.
fn looked_at(verified: &Value) -> Vec<(String, Option<bool>)> {
    let criteria = verified["health"]["criteria"].as_array().expect("criteria");
    let each = criteria.iter();
    each.map(|it| {
        (
            it["id"].as_str().expect("text").to_owned(),
            it["met"].as_bool(),
        )
    })
    .collect()
}

fn with_met(met: [bool; 3]) -> Vec<(String, Option<bool>)> {
    let names = ["store", "keys", "telemetry"].map(str::to_owned);
    names.into_iter().zip(met.map(Some)).collect()
}

/// Does something as root to what is in a volume; the first is its home.
fn inside(project: &Project, volume: usize, code: &str) {
    volume::python(&project.sandbox, &project.volumes()[volume], code);
}

/// What a handshake does not tell: keys that others can read, trouble in the telemetry, a store that
/// belongs to somebody else. Each is seen in the volumes themselves, and what helps is said.
#[test]
fn what_has_to_be_true_beside_the_handshake_is_looked_at() {
    let project = Project::new(
        NAME,
        &ground::image_python(),
        &["mcp-orchestration:latest", "mcp-orchestration:dev"],
    );
    let sandbox = &project.sandbox;
    let installed = project.install(&["--variant", "image"]);
    assert!(
        installed.stdout.contains("mode at most 0600"),
        "{installed:?}"
    );
    let verify = || sandbox.berth(&["verify", NAME, "--json"]).ok().last_json();
    assert_eq!(
        looked_at(&verify()),
        with_met([true, true, true]),
        "no keys, no events"
    );
    let logged = sandbox.berth(&["logs", NAME]).ok();
    assert_eq!(logged.stdout, "");
    assert!(
        logged.stderr.contains("nothing is written yet"),
        "{logged:?}"
    );
    tool(&project, "initialize_keys");
    tool(&project, "publish_config");
    let logged = sandbox
        .berth(&["logs", NAME, "--log", "telemetry", "--json"])
        .ok();
    let lines: Vec<Value> = logged
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines
            .iter()
            .all(|line| line["event"].is_string() && line["level"].is_string())
    );
    assert_eq!(sandbox.containers(), [""; 0], "nothing runs for it");
    let shown = sandbox.berth(&["show", NAME]).ok().stdout;
    assert!(shown.contains("/app/var/telemetry/events.jsonl"), "{shown}");
    let verified = verify();
    assert_eq!(looked_at(&verified), with_met([true, true, true]));
    let criteria = &verified["health"]["criteria"];
    assert_eq!(criteria[0]["seen"]["user"], "1000:1000", "{criteria}");
    assert_eq!(criteria[1]["seen"]["files"], 1, "{criteria}");
    assert_eq!(criteria[2]["seen"]["lines"], 2, "{criteria}");

    let key = "/v/.mcp-orchestration/keys/signing.key";
    inside(&project, 0, &format!("import os; os.chmod('{key}', 0o644)"));
    let ran = sandbox.berth(&["verify", NAME]).ok();
    for said in [
        "NO   Its private keys are for its user alone",
        "keys/signing.key has mode 0644",
        "What helps: Restore a backup",
    ] {
        assert!(ran.stdout.contains(said), "{said}: {ran:?}");
    }
    inside(&project, 0, &format!("import os; os.chmod('{key}', 0o600)"));

    let event =
        r#"{"event": "crypto.verification_failed", "level": "critical", "why": "tampered"}"#;
    let code = format!("open('/v/events.jsonl', 'a').write('{event}\\n')");
    inside(&project, 1, &code);
    let verified = verify();
    assert_eq!(looked_at(&verified), with_met([true, true, false]));
    let last = &verified["health"]["criteria"][2]["seen"]["last"];
    assert!(last.as_str().unwrap().contains("tampered"), "{last}");
    let shown = sandbox.berth(&["show", NAME]).ok().stdout;
    assert!(
        shown.contains("NO   Nothing critical happened lately"),
        "{shown}"
    );
    let many = "open('/v/events.jsonl', 'a').write('{\"event\": \"tool.execute\"}\\n' * 500)";
    inside(&project, 1, many);
    assert_eq!(
        looked_at(&verify()),
        with_met([true, true, true]),
        "that is long ago"
    );

    // It answers, and cannot keep anything new.
    let home = "/v/.mcp-orchestration";
    inside(&project, 0, &format!("import os; os.chown('{home}', 0, 0)"));
    assert_eq!(looked_at(&verify()), with_met([false, true, true]));
    // It fails by itself; why is said beside that.
    let code = format!("import os; os.chown('{home}/artifacts', 0, 0)");
    inside(&project, 0, &code);
    let failed = sandbox.berth(&["verify", NAME]);
    assert_eq!(failed.exit, Some(12), "{failed:?}");
    for said in [
        "NO   Its store can be written",
        "is 0:0's, mode 0755; the server is 1000:1000",
    ] {
        assert!(failed.stderr.contains(said), "{said}: {failed:?}");
    }
    assert_eq!(
        sandbox.containers(),
        [""; 0],
        "what opened the volumes is gone"
    );
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}

/// Programs beside a server: as its user, with its secret, its volume and nothing more.
const OWN: &str = r#"
id: own
title: Own
publisher: Tests
summary: Has programs of its own
description: For tests.
categories: [utilities]
permissions: { network: none, files: its source }
inputs:
  - key: source
    title: Source folder
    required: true
    kind: { type: source, marker: { file: pyproject.toml, name: mcp-orchestration } }
  - { key: token, title: Token, required: true, kind: { type: secret } }
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: build
      image: mcp-orchestration:latest
      build: { source: source }
      network: none
      env: { TOKEN: "{{token}}" }
      mounts:
        - { source: { from: volume, holds: all }, target: /home/appuser }
health:
  - { id: well, title: It is well, check: { type: command, command: [python3, -c, "pass"] } }
  - id: says
    title: It says no
    check:
      type: command
      command: [python3, -c, "import os, sys; open('/home/appuser/x', 'w'); print(os.getuid(), os.environ['TOKEN'], os.environ['TOKEN'][:9] + '***'); sys.exit(3)"]
  - { id: late, title: It is in time, check: { type: command, command: [python3, -c, "import time; time.sleep(600)"], seconds: 1 } }
  - { id: gone, title: It is there, check: { type: command, command: [no-such-program] } }
"#;

#[test]
fn programs_beside_a_server_are_confined_as_it_is_and_tell_no_secret() {
    let project = Project::new(
        NAME,
        &ground::image_python(),
        &["mcp-orchestration:latest", "mcp-orchestration:dev"],
    );
    let sandbox = &project.sandbox;
    sandbox.add_entry("own", OWN);
    const TOKEN: &str = "tok_0123456789abcdef";
    let folder = project.folder.to_str().unwrap();
    let mut install = sandbox.command(sandbox.path("bin/berth"));
    install.args(["install", "own", "--yes", "--source", folder]);
    install.args(["--secret-env", "token=TOKEN_HERE"]);
    let output = install.env("TOKEN_HERE", TOKEN).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let verified = sandbox.berth(&["verify", "own", "--json"]).ok();
    let last = verified.last_json();
    let criteria = last["health"]["criteria"].as_array().unwrap();
    let met: Vec<Option<bool>> = criteria.iter().map(|it| it["met"].as_bool()).collect();
    let no = Some(false);
    assert_eq!(met, [Some(true), no, no, no], "{criteria:#?}");
    // The container's init says so.
    assert_eq!(criteria[3]["seen"]["exit"], 127);
    assert_eq!(criteria[1]["seen"]["exit"], 3);
    let line = criteria[1]["seen"]["lines"][0].as_str().unwrap();
    assert!(line.starts_with("1000 ") && line.ends_with("***"), "{line}");
    assert_eq!(criteria[2]["seen"]["exit"], Value::Null, "it was ended");
    for text in [&verified.stdout, &verified.stderr] {
        assert!(!text.contains(&TOKEN[..8]), "{text}");
    }
    let shown = sandbox.berth(&["show", "own"]).ok();
    assert!(!shown.stdout.contains(&TOKEN[..8]), "{shown:?}");
    assert_eq!(sandbox.containers(), [""; 0], "each is gone");
    sandbox.berth(&["remove", "own", "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, "own");
}
