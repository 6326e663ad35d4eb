//! Where the connection of one server is broken.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use berth_testkit::token;
use berth_tests::sandbox::{Ran, Sandbox};
use serde_json::Value;

use crate::people::{HUB, add_hub, berth_with, using_image};

/// The checks with their statuses, in their order.
fn checks(ran: &Ran) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let answer = ran.json();
    let checks = answer["checks"].as_array().unwrap().iter();
    checks
        .map(|check| (word(&check["id"]), word(&check["status"])))
        .collect()
}

fn status<'a>(checks: &'a [(String, String)], id: &str) -> &'a str {
    let found = checks.iter().find(|(other, _)| other == id);
    &found.unwrap_or_else(|| panic!("no {id}: {checks:?}")).1
}

/// What the server answers to the line that is shown for people, whose end is not waited for.
fn by_hand(sandbox: &Sandbox, line: &str) -> String {
    let open = line.replace("; sleep 10)", "; cat)");
    assert_ne!(open, line);
    let mut shell = sandbox
        .command("/bin/sh")
        .args(["-c", &open])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answer = String::new();
    let mut out = BufReader::new(shell.stdout.take().unwrap());
    out.read_line(&mut answer).unwrap();
    drop(shell.stdin.take());
    assert!(shell.wait().unwrap().success());
    answer
}

#[test]
fn a_connection_is_looked_along_and_what_is_broken_is_named() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let right = token::right();
    let args = ["install", HUB, "--secret", "token", "--yes"];
    berth_with(&sandbox, &args, &right, &[]).ok();
    let diagnose = || {
        let ran = sandbox.berth(&["doctor", HUB, "--json"]);
        assert!(!format!("{ran:?}").contains(&right), "it tells the secret");
        ran
    };

    let well = diagnose().ok();
    let good = checks(&well);
    let expected = [
        "config",
        "registration",
        "launcher",
        "record",
        "secrets",
        "engine",
        "images",
        "sessions",
        "handshake",
        "client",
    ];
    let ids: Vec<&str> = good.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, expected);
    assert!(good.iter().all(|(_, status)| status == "good"), "{good:?}");
    let line = well.json()["by_hand"].as_str().unwrap().to_owned();
    let answer = by_hand(&sandbox, &line);
    assert!(answer.contains("serverInfo"), "{line}: {answer}");
    assert_eq!(sandbox.containers(), [""; 0]);

    // Somebody edits the client's file by hand.
    let file = sandbox.home().join(".claude.json");
    let written = std::fs::read_to_string(&file).unwrap();
    let mut config: Value = serde_json::from_str(&written).unwrap();
    config["mcpServers"][HUB]["command"] = "/usr/bin/true".into();
    std::fs::write(&file, config.to_string()).unwrap();
    let changed = diagnose();
    assert_eq!(changed.exit, Some(1), "{changed:?}");
    let seen = checks(&changed);
    assert_eq!(status(&seen, "registration"), "bad");
    assert_eq!(status(&seen, "handshake"), "good");
    assert_eq!(status(&seen, "client"), "skipped");

    // Their file is no JSON any more, and the secret is gone.
    std::fs::write(&file, &written[..written.len() / 2]).unwrap();
    let args = ["secret", "delete", HUB, "token", "--yes"];
    sandbox.berth(&args).ok();
    let broken = sandbox.berth(&["doctor", HUB]);
    assert_eq!(broken.exit, Some(1), "{broken:?}");
    let told = &broken.stdout;
    for words in [
        "Client's file (Claude Code, user scope): needs to be mended",
        "Registration (Claude Code, user scope): not looked at",
        "The secret `token` of `hub` is not in the keychain.",
        "- run: berth secret set hub token",
        "Images: good",
        "Answer: not looked at",
    ] {
        assert!(told.contains(words), "no {words}: {told}");
    }
    assert!(!told.contains(&right));
    std::fs::write(&file, &written).unwrap();
}
