//! Exports, each read back by the program that it is for, where one is here.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use berth_testkit::token;
use berth_tests::leak;
use berth_tests::left::is_connected;
use berth_tests::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::people::{HUB, add_hub, assert_nothing_left, berth_with, using_image};
use crate::shown;

/// The export, and what was said of it.
fn export(sandbox: &Sandbox, format: &str) -> (String, String) {
    let ran = sandbox.berth(&["export", HUB, "--as", format]).ok();
    (ran.stdout, ran.stderr)
}

fn compose(sandbox: &Sandbox, folder: &Path, args: &[&str]) -> Command {
    let mut command = sandbox.command("docker-compose");
    command.current_dir(folder).args(args);
    command
}

#[test]
fn every_export_is_read_by_whom_it_is_for() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let right = token::right();
    let args = ["install", HUB, "--secret", "token", "--yes"];
    berth_with(&sandbox, &args, &right, &[]).ok();
    let folder = sandbox.path("exported");
    fs::create_dir(&folder).unwrap();

    let machine = sandbox.path("");
    for format in [
        "mcp-json",
        "mcp-json-absolute",
        "claude-desktop",
        "compose",
        "gordon",
        "docker-server",
        "env",
    ] {
        let name = format!("export_{}", format.replace('-', "_"));
        let ran = sandbox.berth(&["export", HUB, "--as", format]);
        shown::ran(&name, &machine, &ran);
    }

    // Docker's own reader takes the file, and refuses to start it without the secret.
    let (text, _) = export(&sandbox, "compose");
    fs::write(folder.join("compose.yaml"), &text).unwrap();
    let refused = compose(&sandbox, &folder, &["config"]).output().unwrap();
    assert!(!refused.status.success(), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("put it into the file .env"), "{said}");
    let (template, _) = export(&sandbox, "env");
    let filled = template.replace("TOKEN=", &format!("TOKEN={right}"));
    assert_ne!(filled, template);
    fs::write(folder.join(".env"), filled).unwrap();
    let read = compose(&sandbox, &folder, &["config", "--quiet"]).output();
    assert!(read.as_ref().unwrap().status.success(), "{read:?}");

    // What it starts is the server, confined, with the token.
    let mut child = compose(&sandbox, &folder, &["run", "--rm", "-T", HUB])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut input = child.stdin.take().unwrap();
    let mut ask = |message: Value| {
        writeln!(input, "{message}").unwrap();
        if message["id"].is_null() {
            return Value::Null;
        }
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let client = json!({ "name": "test", "version": "1" });
    let params =
        json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
    ask(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
    ask(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    let call = json!({ "name": "whoami", "arguments": {} });
    let answer = ask(json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call }));
    assert!(answer.to_string().contains("fixture-user"), "{answer}");
    drop(input);
    assert!(child.wait().unwrap().success());
    let gordon = export(&sandbox, "gordon").0;
    fs::write(folder.join("gordon-mcp.yml"), gordon).unwrap();
    let read = compose(
        &sandbox,
        &folder,
        &["-f", "gordon-mcp.yml", "config", "--quiet"],
    )
    .output();
    assert!(read.as_ref().unwrap().status.success(), "{read:?}");

    // Nothing that was exported has the token; the file that the test filled in does.
    let (found, _) = leak::files(&folder, &right);
    assert_eq!(found, [folder.join(".env")]);
    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    assert_nothing_left(&sandbox, HUB);
}

#[test]
fn a_project_s_file_is_taken_by_claude_code() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let args = ["install", HUB, "--secret", "token", "--yes"];
    berth_with(&sandbox, &args, &token::right(), &[]).ok();
    let (text, said) = export(&sandbox, "mcp-json-absolute");
    assert!(said.contains("It names paths of this computer."), "{said}");
    // Its own registration goes, so that it can only be the file's.
    sandbox.claude(&["mcp", "remove", "-s", "user", HUB]).ok();
    let made = sandbox.command("git").args(["init", "--quiet"]).status();
    assert!(made.unwrap().success());
    fs::write(sandbox.project().join(".mcp.json"), text).unwrap();
    assert!(!is_connected(&sandbox, HUB));
    sandbox.approve(HUB);
    assert!(is_connected(&sandbox, HUB));
    fs::remove_file(sandbox.project().join(".mcp.json")).unwrap();
    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    assert_nothing_left(&sandbox, HUB);
}
