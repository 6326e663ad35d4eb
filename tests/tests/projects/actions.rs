//! mcp-orchestration: its keys are made anew, and nothing of the old ones is lost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use berth_testkit::ground;
use berth_tests::left::assert_nothing_left;
use berth_tests::project::Project;
use berth_tests::sandbox::Sandbox;
use serde_json::{Value, json};

const NAME: &str = "mcp-orchestration";
const ROTATE: [&str; 4] = ["act", NAME, "rotate-keys", "--yes"];

/// What the server's user has in the volume: each file with its mode, owner and hash, and what every
/// key signs the one configuration with.
const LOOK: &str = "
import glob, hashlib, hmac, json, os
found = {}
for folder, _, names in os.walk('/v/.mcp-orchestration'):
    for name in names:
        path = os.path.join(folder, name)
        stat = os.lstat(path)
        text = open(path, 'rb').read()
        key = os.path.relpath(path, '/v/.mcp-orchestration')
        found[key] = {
            'mode': oct(stat.st_mode & 0o7777), 'owner': stat.st_uid,
            'fingerprint': hashlib.sha256(text).hexdigest(),
            'signs': hmac.new(text, b'{\"mcpServers\": {}}', 'sha256').hexdigest(),
        }
print(json.dumps(found, sort_keys=True))
";

fn there(project: &Project) -> Value {
    let volume = format!("{}:/v", project.volumes()[0]);
    let image = ground::image_python();
    let user = ["run", "--rm", "--user", "0", "--entrypoint", "python3"];
    let rest = ["--volume", &volume, &image, "-c", LOOK];
    let ran = project.sandbox.docker(&[&user[..], &rest].concat()).ok();
    serde_json::from_str(&ran.stdout).unwrap()
}

fn tool(project: &Project, name: &str) -> Value {
    project.tool(name, &json!({}))
}

/// Makes the server's tool for keys do something else first.
fn spoil(project: &Project, code: &str) {
    let path = "src/mcp_orchestrator/server.py";
    let fixture = ground::root().join("tests/fixtures").join(NAME);
    let text = fs::read_to_string(fixture.join(path)).unwrap();
    let file = project.folder.join(path);
    let first = "    made = not KEY.exists()\n";
    assert!(text.contains(first));
    fs::write(file, text.replace(first, &format!("    {code}\n{first}"))).unwrap();
}

#[test]
fn keys_are_made_anew_and_the_old_ones_are_kept() {
    let project = Project::mcp_orchestration(Sandbox::new(), "source");
    let sandbox = &project.sandbox;
    project.install(&["--variant", "dev"]);
    let old = tool(&project, "initialize_keys")["fingerprint"].clone();
    let signed = tool(&project, "publish_config")["signature"].clone();
    let before = there(&project);
    assert_eq!(before["keys/signing.key"]["signs"], signed);

    let refused = sandbox.berth(&ROTATE[..3]);
    assert_eq!(refused.exit, Some(4), "not agreed to: {refused:?}");
    for said in [
        "if it fails: $ sh -c",
        "It changes the keys",
        "Sessions that run keep",
    ] {
        assert!(refused.stdout.contains(said), "{said}: {refused:?}");
    }
    assert_eq!(there(&project), before);

    let done = sandbox.berth(&ROTATE).ok();
    assert!(done.stderr.contains("\"made\": true"), "{done:?}");
    let made = tool(&project, "initialize_keys");
    assert_eq!(made["made"], false);
    assert_ne!(made["fingerprint"], old);
    let after = there(&project);
    let key = &after["keys/signing.key"];
    assert_eq!(
        (&key["mode"], &key["owner"]),
        (&json!("0o600"), &json!(1000))
    );
    let now = &tool(&project, "publish_config")["signature"];
    assert_eq!(
        (&key["signs"], now == &signed),
        (now, false),
        "signed with the new key"
    );
    let files = after.as_object().unwrap();
    let is_old = |path: &&String| path.starts_with("keys-20");
    let kept: Vec<&String> = files.keys().filter(is_old).collect();
    assert_eq!(kept.len(), 1, "{after}");
    let kept = &after[kept[0]];
    assert_eq!(
        kept, &before["keys/signing.key"],
        "as it was, and still checks what it signed"
    );

    // A tool that fails: the keys come back.
    let before = there(&project);
    spoil(&project, "raise LookupError('no randomness')");
    let failed = sandbox.berth(&ROTATE);
    assert_eq!(failed.exit, Some(12), "{failed:?}");
    assert!(
        failed.stderr.contains("answered with an error"),
        "{failed:?}"
    );
    assert_eq!(there(&project), before);

    // Killed in the middle of it: so they do at the next start, and nothing of it runs on.
    spoil(&project, "import time; time.sleep(600)");
    let mut killed = sandbox
        .command(sandbox.path("bin/berth"))
        .args(ROTATE)
        .arg("--json")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    for line in BufReader::new(killed.stdout.take().unwrap()).lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if line["event"] == "step" && line["step"] == 1 && line["state"] == "running" {
            break;
        }
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    sandbox.berth(&["list"]).ok();
    assert_eq!(there(&project), before);
    assert_eq!(sandbox.containers(), [""; 0]);
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}
