//! Claude Desktop as a client, alone and beside Claude Code.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use berth_testkit::token;
use berth_tests::left::is_connected;
use berth_tests::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::people::{HUB, add_hub, assert_nothing_left, berth_with, using_image};
use crate::shown;

/// What its owner has in it: a server with a token, and settings.
const OWNED: &str = "{\n    \"globalShortcut\": \"\",\n    \"mcpServers\": {\n        \"other\": {\"command\": \"npx\", \"env\": {\"K\": \"v\"}}\n    }\n}";

/// Its file, on a machine on which it has been opened.
fn opened(sandbox: &Sandbox) -> PathBuf {
    let folder = sandbox.home().join(".config/Claude");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("claude_desktop_config.json");
    fs::write(&file, OWNED).unwrap();
    file
}

fn registered(file: &Path) -> Value {
    let text = fs::read(file).unwrap();
    let value: Value = serde_json::from_slice(&text).unwrap();
    value["mcpServers"][HUB].clone()
}

/// Starts what stands in the file as Claude Desktop does: its own bare environment, no folder.
fn whoami(sandbox: &Sandbox, server: &Value) -> String {
    let args = server["args"].as_array().unwrap().iter();
    let mut child = Command::new(server["command"].as_str().unwrap())
        .args(args.map(|arg| arg.as_str().unwrap()))
        .env_clear()
        .env("HOME", sandbox.home())
        .env("PATH", "/usr/bin:/bin")
        .envs(sandbox.env().into_iter().filter(|(name, _)| {
            // Which keychain and which home are the test's, and not the person's usual ones.
            ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "BERTH_HOME"].contains(&name.as_str())
        }))
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let client = json!({ "name": "claude-ai", "version": "0.1.0" });
    let params =
        json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
    let call = json!({ "name": "whoami", "arguments": {} });
    for message in [
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call }),
    ] {
        writeln!(input, "{message}").unwrap();
    }
    let answer = lines.nth(1).unwrap().unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
    answer
}

#[test]
fn claude_desktop_alone_gets_a_server() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let file = opened(&sandbox);
    let right = token::right();
    let args = [
        "install",
        HUB,
        "--client",
        "claude-desktop",
        "--secret",
        "token",
        "--yes",
    ];
    let ran = berth_with(&sandbox, &args, &right, &[]).ok();
    assert!(ran.stdout.contains("Quit Claude Desktop"), "{}", ran.stdout);
    let server = registered(&file);
    assert_eq!(server.as_object().unwrap().len(), 2, "{server}");
    assert_eq!(server["args"].as_array().unwrap().last().unwrap(), HUB);
    let answer = whoami(&sandbox, &server);
    assert!(answer.contains("fixture-user"), "{answer}");
    assert!(
        !is_connected(&sandbox, HUB),
        "Claude Code was not asked for"
    );
    assert_eq!(sandbox.files_with(&right), Vec::<PathBuf>::new());

    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    assert_eq!(fs::read_to_string(&file).unwrap(), OWNED, "byte for byte");
    assert_nothing_left(&sandbox, HUB);
}

#[test]
fn a_server_is_connected_to_one_more_client_and_disconnected() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let file = opened(&sandbox);
    let machine = sandbox.path("");
    let args = ["install", HUB, "--secret", "token", "--yes"];
    berth_with(&sandbox, &args, &token::right(), &[]).ok();
    assert_eq!(registered(&file), Value::Null);

    let connect = ["connect", HUB, "--client", "claude-desktop"];
    let asked = sandbox.berth(&connect);
    assert_eq!(
        asked.exit,
        Some(4),
        "nothing is done without consent: {asked:?}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), OWNED);
    let agreed = [&connect[..], &["--yes"]].concat();
    shown::ran("desktop_connect", &machine, &sandbox.berth(&agreed).ok());
    let server = registered(&file);
    let answer = whoami(&sandbox, &server);
    assert!(answer.contains("fixture-user"), "{answer}");
    let again = sandbox.berth(&agreed);
    shown::ran("desktop_connect_again", &machine, &again);
    let page = sandbox.berth(&["show", HUB, "--json"]).ok().json();
    let clients: Vec<&Value> = page["row"]["places"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| &place["client"])
        .collect();
    assert_eq!(clients, ["claude_code", "claude_desktop"]);

    // Reconfigured, it stays with both; the command is the same.
    let reconfigure = ["install", HUB, "--replace", "--yes"];
    sandbox.berth(&reconfigure).ok();
    assert_eq!(registered(&file), server);
    assert!(whoami(&sandbox, &server).contains("fixture-user"));

    let disconnect = ["disconnect", HUB, "--client", "claude-desktop", "--yes"];
    shown::ran(
        "desktop_disconnect",
        &machine,
        &sandbox.berth(&disconnect).ok(),
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), OWNED, "byte for byte");
    assert!(is_connected(&sandbox, HUB), "Claude Code keeps it");
    let gone = sandbox.berth(&disconnect);
    shown::ran("desktop_disconnect_again", &machine, &gone);

    // Removed, it is gone from every client.
    sandbox.berth(&agreed).ok();
    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    assert_eq!(fs::read_to_string(&file).unwrap(), OWNED);
    assert_nothing_left(&sandbox, HUB);
}

#[test]
fn what_somebody_else_registered_there_is_replaced_only_on_request() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let file = opened(&sandbox);
    let foreign = OWNED.replace("other", HUB);
    fs::write(&file, &foreign).unwrap();
    let args = ["install", HUB, "--secret", "token", "--yes"];
    berth_with(&sandbox, &args, &token::right(), &[]).ok();
    let connect = [
        "connect",
        HUB,
        "--client",
        "claude-desktop",
        "--yes",
        "--json",
    ];
    let refused = sandbox.berth(&connect);
    assert_eq!(refused.json()["error"]["code"], "already_registered");
    assert_eq!(fs::read_to_string(&file).unwrap(), foreign);
    let replace = [&connect[..], &["--replace"]].concat();
    sandbox.berth(&replace).ok();
    assert!(whoami(&sandbox, &registered(&file)).contains("fixture-user"));
    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    assert_nothing_left(&sandbox, HUB);
}

#[test]
fn a_computer_without_claude_desktop_says_so() {
    let sandbox = Sandbox::new();
    let ran = sandbox.berth(&["plan", "time", "--client", "claude-desktop"]);
    shown::ran("desktop_missing", &sandbox.path(""), &ran);
}
