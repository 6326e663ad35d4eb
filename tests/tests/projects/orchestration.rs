//! mcp-orchestration: its store and its keys are kept in a volume.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use berth_testkit::ground;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::project::Project;
use berth_tests::sandbox::{Ran, Sandbox};
use berth_tests::session::Session;
use berth_tests::volume;
use serde_json::{Value, json};

const NAME: &str = "mcp-orchestration";

/// The images that the entry builds: with everything in it, and for development.
const IMAGES: [&str; 2] = ["mcp-orchestration:latest", "mcp-orchestration:dev"];

fn project() -> Project {
    Project::mcp_orchestration(Sandbox::new(), "source")
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
    let image = sandbox.berth(&["image", NAME, "--json"]).ok().json();
    assert_eq!(image["wanted"], 150_000_000, "{image:#}");
    let layers = image["layers"].as_array().unwrap();
    assert!(
        layers.iter().any(|layer| layer["base"] == true),
        "{image:#}"
    );
    assert_eq!(image["built_from"]["unread"], Value::Null, "{image:#}");

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
    assert_eq!(kept.len(), 2, "{kept:?}");
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

#[test]
fn as_python_its_keys_are_the_persons() {
    let project = project();
    let sandbox = &project.sandbox;
    let python = ground::newer_python();
    // It looks for its parts from where it is, so a link would not do.
    let here = sandbox.path("bin").join(python.file_name().unwrap());
    let script = format!("#!/bin/sh\nexec '{}' \"$@\"\n", python.display());
    fs::write(&here, script).unwrap();
    fs::set_permissions(&here, fs::Permissions::from_mode(0o755)).unwrap();
    project.install(&["--variant", "python"]);
    assert!(is_connected(sandbox, NAME));
    assert_eq!(project.tools(), 14);

    let key = tool(&project, "initialize_keys")["fingerprint"].take();
    let file = sandbox.home().join(".mcp-orchestration/keys/signing.key");
    let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    let bytes = fs::read(&file).unwrap();
    let seen = tool(&project, "list_clients");
    assert_eq!(seen["home"], sandbox.home().to_str().unwrap());
    assert_eq!(seen["code"], "one");
    change(&project, "two");
    let seen = tool(&project, "list_clients");
    assert_eq!(seen["code"], "two", "without anything");
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    assert_eq!(tool(&project, "initialize_keys")["fingerprint"], key);

    // A container has its own, and the person's are there when they are wanted again.
    project.install(&["--variant", "dev", "--replace"]);
    assert_eq!(tool(&project, "initialize_keys")["made"], true);
    project.install(&["--variant", "python", "--replace"]);
    assert_eq!(tool(&project, "initialize_keys")["fingerprint"], key);
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!((fs::read(&file).unwrap(), mode()), (bytes, 0o600));
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

    let mut session = Session::begin(sandbox, NAME);
    session.ask("ping", &json!({}));
    let found = session.container();
    assert_eq!(found["State"]["Health"], Value::Null, "{}", found["State"]);
    assert_eq!(found["HostConfig"]["ReadonlyRootfs"], true);
    session.end();
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}

/// The passphrase of the backups, as a variable that only the command gets.
const PASSPHRASE: &str = "correct horse battery";

fn with_passphrase(project: &Project, passphrase: &str, args: &[&str]) -> Ran {
    let mut command = project.sandbox.command(project.sandbox.path("bin/berth"));
    let output = command
        .args(args)
        .args(["--env", "BACKUP_PASSPHRASE", "--yes"])
        .env("BACKUP_PASSPHRASE", passphrase)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran::from(output)
}

/// Everything below the home of the container's user: names, modes, owners and hashes.
fn listed(project: &Project) -> String {
    let code = "import hashlib, os\nfor f, d, n in os.walk('/v'):\n    for p in sorted([f] + [os.path.join(f, x) for x in n]):\n        s = os.lstat(p)\n        print(p, oct(s.st_mode), s.st_uid, s.st_gid, os.path.isfile(p) and hashlib.sha256(open(p, 'rb').read()).hexdigest())";
    let ran = volume::python(&project.sandbox, &project.volumes()[0], code);
    let mut lines: Vec<&str> = ran.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[test]
fn keys_come_back_from_a_backup_as_they_were() {
    let project = project();
    let sandbox = &project.sandbox;
    project.install(&["--variant", "image"]);
    let key = tool(&project, "initialize_keys")["fingerprint"].clone();
    let signed = tool(&project, "publish_config");
    let before = listed(&project);
    assert!(
        before.contains("signing.key 0o100600 1000 1000"),
        "{before}"
    );

    let file = sandbox.path("keys.berth-backup");
    let file = file.to_str().unwrap();
    let backup = ["backup", NAME, "--to", file];
    let refused = sandbox.berth(&backup);
    assert_eq!(refused.exit, Some(4), "not agreed to: {refused:?}");
    assert!(refused.stdout.contains("XChaCha20-Poly1305"), "{refused:?}");
    let short = with_passphrase(&project, "short", &backup);
    assert_eq!(short.exit, Some(6), "{short:?}");
    assert!(!std::path::Path::new(file).exists());
    let done = with_passphrase(&project, PASSPHRASE, &backup).ok();
    assert!(done.stdout.contains("is backed up in"), "{done:?}");
    let again = with_passphrase(&project, PASSPHRASE, &backup);
    assert_eq!(again.exit, Some(7), "it is there: {again:?}");
    let bytes = fs::read(file).unwrap();
    let code = "print(open('/v/.mcp-orchestration/keys/signing.key').read(), end='')";
    let secret = volume::python(sandbox, &project.volumes()[0], code);
    let has = |text: &str| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(secret.len() >= 64 && !has(&secret) && !has("signing.key"));

    // All is gone, and made anew: another key.
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_eq!(project.volumes(), [""; 0]);
    project.install(&["--variant", "image"]);
    let other = tool(&project, "initialize_keys")["fingerprint"].clone();
    assert_ne!(other, key);
    let restore = ["restore", NAME, "--from", file];
    let refused = sandbox.berth(&restore);
    assert_eq!(refused.exit, Some(4), "{refused:?}");
    let said = "is replaced: its store and its signing keys";
    assert!(refused.stdout.contains(said), "{refused:?}");
    let others = listed(&project);
    let wrong = with_passphrase(&project, "another passphrase", &restore);
    assert_eq!(wrong.exit, Some(6), "{wrong:?}");
    assert!(
        wrong.stderr.contains("That is not the passphrase"),
        "{wrong:?}"
    );
    let cut = sandbox.path("cut");
    fs::write(&cut, &bytes[..bytes.len() - 100]).unwrap();
    let damaged = ["restore", NAME, "--from", cut.to_str().unwrap()];
    let damaged = with_passphrase(&project, PASSPHRASE, &damaged);
    assert_eq!(damaged.exit, Some(6), "{damaged:?}");
    assert!(
        damaged.stderr.contains("is damaged or not whole"),
        "{damaged:?}"
    );
    assert_eq!(listed(&project), others, "nothing was changed");

    let done = with_passphrase(&project, PASSPHRASE, &restore).ok();
    assert!(done.stdout.contains("works with it"), "{done:?}");
    assert_eq!(listed(&project), before);
    assert_eq!(project.volumes().len(), 2, "no copy stays");
    assert_eq!(tool(&project, "initialize_keys")["fingerprint"], key);
    assert_eq!(tool(&project, "publish_config"), signed);
    assert_eq!(
        sandbox.files_with(&secret),
        Vec::<std::path::PathBuf>::new()
    );

    // Updated and reconfigured, it is the same volume, and is backed up and restored as before.
    sandbox.berth(&["update", NAME, "--yes"]).ok();
    project.install(&["--variant", "dev", "--replace"]);
    assert_eq!(tool(&project, "initialize_keys")["fingerprint"], key);
    with_passphrase(&project, PASSPHRASE, &restore).ok();
    assert_eq!(tool(&project, "initialize_keys")["fingerprint"], key);
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}

/// A session that runs is not disturbed, and none begins in the middle.
#[test]
fn nothing_is_restored_under_a_session() {
    let project = project();
    let sandbox = &project.sandbox;
    project.install(&["--variant", "image"]);
    let key = tool(&project, "initialize_keys")["fingerprint"].clone();
    let file = sandbox.path("keys.berth-backup");
    let backup = ["backup", NAME, "--to", file.to_str().unwrap()];
    with_passphrase(&project, PASSPHRASE, &backup).ok();

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
    let mut answer = String::new();
    writeln!(input, "{ping}").unwrap();
    output.read_line(&mut answer).unwrap();
    let restore = ["restore", NAME, "--from", file.to_str().unwrap()];
    for args in [&restore[..], &["backup", NAME, "--to", "/tmp/never"]] {
        let refused = with_passphrase(&project, PASSPHRASE, args);
        assert_eq!(refused.exit, Some(7), "{refused:?}");
        assert!(refused.stderr.contains("is in use"), "{refused:?}");
    }
    writeln!(input, "{ping}").unwrap();
    answer.clear();
    output.read_line(&mut answer).unwrap();
    assert!(answer.contains("result"), "it goes on: {answer}");
    drop(session.stdin.take());
    assert!(session.wait().unwrap().success());

    // Killed in the middle: the launcher does not start what is half there, and the next command
    // puts back what was there.
    let mut killed = sandbox
        .command(sandbox.path("bin/berth"))
        .args(restore)
        .args(["--env", "BACKUP_PASSPHRASE", "--yes", "--json"])
        .env("BACKUP_PASSPHRASE", PASSPHRASE)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let before = listed(&project);
    let lines = BufReader::new(killed.stdout.take().unwrap()).lines();
    for line in lines {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if line["event"] == "step" && line["step"] == 3 && line["state"] == "running" {
            break;
        }
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let held = sandbox
        .command(sandbox.path("bin/berth"))
        .args(["run", NAME])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(held.status.code(), Some(7), "{held:?}");
    sandbox.berth(&["list"]).ok();
    assert_eq!(listed(&project), before);
    assert_eq!(project.volumes().len(), 2, "no copy stays");
    assert_eq!(tool(&project, "initialize_keys")["fingerprint"], key);
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}
