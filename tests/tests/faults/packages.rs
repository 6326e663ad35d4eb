//! One failure, and one cancel, at each step that only packages have, with the real tools.

use berth_tests::sandbox::Ran;
use serde_json::{Value, json};

use crate::machine::{HUB, Machine};

/// A call that fails or is cancelled, before it has done its work or after.
type At = (&'static str, &'static str);

const PYTHON: [At; 7] = [
    ("host.create_folder", "fail_after"),
    ("python.create_venv", "fail_before"),
    ("python.create_venv", "fail_after"),
    ("python.create_venv", "cancel_before"),
    ("python.install", "fail_after"),
    ("python.install", "cancel_before"),
    ("mcp.start", "fail_after"),
];

const IN_PLACE: [At; 7] = [
    ("python.create_venv", "fail_after"),
    ("python.install", "fail_before"),
    ("python.install", "fail_after"),
    ("python.install", "cancel_before"),
    ("store.put_installation", "fail_after"),
    ("mcp.start", "fail_after"),
    ("mcp.call", "cancel_before"),
];

const NODE: [At; 5] = [
    ("host.create_folder", "fail_after"),
    ("node.install", "fail_before"),
    ("node.install", "fail_after"),
    ("node.install", "cancel_before"),
    ("mcp.start", "cancel_after"),
];

fn job(machine: &Machine, request: &Value) -> Value {
    let mut command = machine
        .sandbox
        .command(env!("CARGO_BIN_EXE_berth-test-helper"));
    command
        .arg("job")
        .arg(berth_testkit::ground::berth())
        .env("HUB_TOKEN", machine.token());
    let ran: Ran = command.arg(request.to_string()).output().unwrap().into();
    ran.ok().json()
}

fn leaves_nothing(machine: &Machine, entry: &str, variant: &str, table: &[At]) {
    fail_all(
        machine,
        &json!({ "purpose": "install", "name": entry, "variant": variant }),
        table,
    );
    // The next attempt is as if nothing had been.
    let before = machine.look();
    let install = ["install", entry, "--variant", variant, "--yes"];
    machine.berth(&install).ok();
    machine.berth(&["verify", entry]).ok();
    machine.berth(&["remove", entry, "--data", "--yes"]).ok();
    machine.assert_absent(&before, "removed");
}

/// Each of these faults in turn: the job ends as it should, and all is as it was.
fn fail_all(machine: &Machine, request: &Value, table: &[At]) {
    let before = machine.look();
    for (call, kind) in table {
        let at = format!("{request}, {call} {kind}");
        let mut request = request.clone();
        request["fault"] = json!({ "call": call, "number": 0, "kind": kind });
        let came = job(machine, &request);
        let (state, code) = if kind.starts_with("fail") {
            ("failed", "internal")
        } else {
            ("cancelled", "cancelled")
        };
        assert_eq!(came["state"], state, "{at}: {came:#}");
        assert_eq!(came["error"]["code"], code, "{at}: {came:#}");
        assert_eq!(came["leftovers"], json!([]), "{at}: {came:#}");
        machine.until_quiet(&at);
        assert_eq!(machine.look(), before, "{at}");
        machine.assert_others(&at);
    }
}

#[test]
fn a_folder_is_left_as_it_was_wherever_its_installation_stops() {
    let (machine, kaiten) = Machine::in_place("in-place");
    let files = || kaiten.files(&machine.sandbox);
    let (nothing, source) = (machine.look(), files());
    let mut request = json!({
        "purpose": "install", "name": HUB, "variant": "python",
        "source": kaiten.folder, "secret": "HUB_TOKEN",
    });
    fail_all(&machine, &request, &IN_PLACE);
    assert_eq!(files(), source);
    let install = [
        "install",
        HUB,
        "--variant",
        "python",
        "--source",
        kaiten.path(),
        "--secret-env",
        "token=HUB_TOKEN",
        "--yes",
    ];
    machine.berth(&install).ok();
    // A new generation that fails leaves the one that works.
    request["replace"] = json!(true);
    fail_all(&machine, &request, &IN_PLACE);
    machine.berth(&["verify", HUB]).ok();
    machine.berth(&["update", HUB, "--yes"]).ok();
    machine.berth(&["remove", HUB, "--data", "--yes"]).ok();
    machine.assert_absent(&nothing, "removed");
    assert_eq!(files(), source);
}

#[test]
fn packages_that_fail_or_are_cancelled_leave_nothing() {
    let machine = Machine::new("packages");
    leaves_nothing(&machine, "time", "python", &PYTHON);
    leaves_nothing(&machine, "memory", "node", &NODE);
}
