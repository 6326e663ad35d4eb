//! One failure at each step in turn, in the real ports.

use std::fs;

use berth_tests::sandbox::Ran;
use serde_json::{Value, json};

use crate::machine::{HUB, Machine, Seen};

/// A fault at a call: its name, which of its like, and whether it has done its work before.
pub type At = (&'static str, usize, &'static str);

pub const BEFORE: &str = "fail_before";
pub const AFTER: &str = "fail_after";

/// What a new server's installation does, in its order, up to its verification: each call fails
/// before it did anything or after. Each run passes what the one before it failed at, so that each
/// is the next attempt of the one before.
const INSTALL: [At; 23] = [
    ("store.create_job", 0, BEFORE),
    ("store.create_job", 0, AFTER),
    ("store.update_job", 0, BEFORE),
    ("engine.image", 0, BEFORE),
    ("engine.pull", 0, BEFORE),
    ("engine.pull", 0, AFTER),
    ("store.update_job", 2, BEFORE),
    ("vault.set", 0, BEFORE),
    ("vault.set", 0, AFTER),
    ("store.put_installation", 0, BEFORE),
    ("store.put_installation", 0, AFTER),
    ("claude.registration", 0, BEFORE),
    ("host.settle_launcher", 0, BEFORE),
    ("claude.register", 0, BEFORE),
    ("claude.register", 0, AFTER),
    ("engine.volume_exists", 0, BEFORE),
    ("mcp.start", 0, BEFORE),
    ("mcp.start", 0, AFTER),
    ("mcp.tools", 0, AFTER),
    ("mcp.call", 0, AFTER),
    ("claude.health", 0, BEFORE),
    ("store.put_installation", 1, BEFORE),
    ("store.put_installation", 1, AFTER),
];

/// The same for a new generation of a server that is there.
const RECONFIGURE: [At; 9] = [
    ("engine.image", 0, AFTER),
    ("vault.copy", 0, BEFORE),
    ("vault.copy", 0, AFTER),
    ("store.put_installation", 0, AFTER),
    ("claude.registration", 0, AFTER),
    ("claude.register", 0, AFTER),
    ("mcp.start", 0, BEFORE),
    ("mcp.tools", 0, BEFORE),
    ("store.put_installation", 1, AFTER),
];

/// A removal, which only goes forward: each attempt goes on where the one before stopped.
const REMOVE: [At; 8] = [
    ("claude.unregister", 0, BEFORE),
    ("claude.unregister", 0, AFTER),
    ("engine.session_containers", 0, BEFORE),
    ("vault.delete", 0, BEFORE),
    ("vault.delete", 0, AFTER),
    ("engine.remove_volume", 0, BEFORE),
    ("engine.remove_volume", 0, AFTER),
    ("store.delete_installation", 0, BEFORE),
];

/// Carries a job out; what came of it.
pub fn job(machine: &Machine, request: &Value) -> Value {
    let helper = env!("CARGO_BIN_EXE_berth-test-helper");
    let mut command = machine.sandbox.command(helper);
    command.env("HUB_TOKEN", machine.token()).arg("job");
    command.arg(berth_testkit::ground::berth());
    let ran: Ran = command.arg(request.to_string()).output().unwrap().into();
    ran.ok().json()
}

/// A request, with this fault.
pub fn request(purpose: &str, at: Option<At>) -> Value {
    let fault =
        at.map(|(call, number, kind)| json!({ "call": call, "number": number, "kind": kind }));
    json!({ "purpose": purpose, "name": HUB, "fault": fault })
}

fn install(at: Option<At>) -> Value {
    let mut request = request("install", at);
    request["secret"] = json!("HUB_TOKEN");
    request
}

fn reconfigure(at: Option<At>) -> Value {
    let mut request = request("install", at);
    request["replace"] = json!(true);
    request
}

/// It failed, and says at what.
pub fn assert_failed(came: &Value, (call, _, _): At, at: &str) {
    let error = match call {
        "store.create_job" => &came["refused"],
        _ => {
            assert_eq!(came["state"], "failed", "{at}: {came:#}");
            assert_eq!(came["leftovers"], json!([]), "{at}: {came:#}");
            &came["error"]
        }
    };
    let expected = format!("injected fault in {call}");
    assert_eq!(error["code"], "internal", "{at}: {came:#}");
    assert_eq!(error["what"], expected, "{at}: {came:#}");
}

/// Carries a job out that comes to its end.
pub fn done(machine: &Machine, request: &Value) -> Value {
    let came = job(machine, request);
    assert_eq!(came["state"], "done", "{came:#}");
    assert_eq!(came["leftovers"], json!([]), "{came:#}");
    came
}

/// Every call of a run that does something is in the table, so that a new one is not forgotten.
pub fn assert_all(came: &Value, table: &[At]) {
    let does = [
        "engine.build",
        "engine.pull",
        "engine.tag_image",
        "engine.remove_",
        "vault.set",
        "vault.copy",
        "vault.delete",
        "claude.register",
        "claude.unregister",
        "store.put_installation",
        "store.delete_installation",
        "host.create_folder",
        "mcp.start",
        "mcp.call",
    ];
    let calls = came["calls"].as_array().unwrap();
    for call in calls.iter().map(|call| call.as_str().unwrap()) {
        let listed = table.iter().any(|(name, _, _)| *name == call);
        let acts = does.iter().any(|does| call.starts_with(does)) && call != "claude.registration";
        assert!(listed || !acts, "{call} never fails here");
    }
}

#[test]
fn an_installation_that_fails_at_any_step_leaves_nothing() {
    let machine = Machine::new("fail");
    let before = machine.look();
    for at in INSTALL {
        let text = format!("{at:?}");
        assert_failed(&job(&machine, &install(Some(at))), at, &text);
        machine.assert_absent(&before, &text);
        machine.until_quiet(&text);
        let image = machine.has_image();
        assert!(!image, "{text}: what was pulled is there");
    }
    let came = done(&machine, &install(None));
    machine.assert_installed(&before, "without a fault");
    assert_all(&came, &INSTALL);

    let installed = machine.look();
    for at in RECONFIGURE {
        let text = format!("reconfigure, {at:?}");
        assert_failed(&job(&machine, &reconfigure(Some(at))), at, &text);
        let seen = machine.look();
        assert_eq!(seen, installed, "{text}");
        machine.assert_others(&text);
        machine.until_quiet(&text);
    }
    machine.assert_installed(&before, "the old generation");
    clean_up_fails(&machine, &before);

    for at in REMOVE {
        let text = format!("remove, {at:?}");
        let came = job(&machine, &request("remove", Some(at)));
        assert_failed(&came, at, &text);
        let rows = machine.look().rows;
        assert_eq!(rows.len(), 1, "{text}: it can be removed again");
        machine.assert_others(&text);
    }
    done(&machine, &request("remove", None));
    machine.assert_absent(&before, "removed");
}

/// What is there of the old generation is named, and the new one works.
fn clean_up_fails(machine: &Machine, before: &Seen) {
    let at = ("vault.delete", 0, BEFORE);
    let came = job(machine, &reconfigure(Some(at)));
    assert_eq!(came["state"], "done", "{came:#}");
    let left = came["leftovers"].as_array().unwrap();
    assert_eq!(left.len(), 1, "{came:#}");
    assert_eq!(left[0]["what"], "injected fault in vault.delete");
    let seen = machine.look();
    assert_eq!(seen.rows, [(HUB.to_owned(), "ready".to_owned())]);
    // The old secret is still there, as it says; with it goes the whole generation's.
    assert_eq!(seen.items.len(), before.items.len() + 2);
    let old = machine.own_items(before);
    for item in &old {
        // Nobody uses the first; the second is the installed one's.
        assert!(item.starts_with("hub/"), "{item}");
    }
    machine.delete_item(&old[0]);
    machine.assert_installed(before, "after a clean-up that failed");
}

/// Somebody's own registration under the name comes back, and no other byte has changed.
#[test]
fn what_was_registered_under_the_name_comes_back() {
    let machine = Machine::new("theirs");
    let config = machine.sandbox.home().join(".claude.json");
    let text = fs::read_to_string(&config).unwrap();
    // Berth writes the registration itself anew, as Claude Code would; all else keeps its bytes.
    let theirs = "\"hub\": {\n      \"command\": \"/bin/false\",\n      \"x\": 1.0\n    }";
    let odd = text.replacen(
        "\"mcpServers\": {",
        &format!("\"odd\" :\t[1.0,\"\\u00e9\"],\n\"mcpServers\" : {{\n    {theirs},"),
        1,
    );
    assert_ne!(odd, text, "{text}");
    fs::write(&config, &odd).unwrap();
    let before = machine.look();
    for at in [
        ("claude.register", 0, BEFORE),
        ("claude.register", 0, AFTER),
        ("mcp.start", 0, AFTER),
        ("claude.health", 0, AFTER),
        ("store.put_installation", 1, AFTER),
    ] {
        let text = format!("{at:?}");
        let mut request = install(Some(at));
        request["replace"] = json!(true);
        assert_failed(&job(&machine, &request), at, &text);
        assert_eq!(machine.look(), before, "{text}");
        let now = fs::read_to_string(&config).unwrap();
        assert_eq!(now, odd, "{text}");
    }
}
