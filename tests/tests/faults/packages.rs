//! One failure, and one cancel, at each step that only packages have, with the real tools.

use berth_tests::sandbox::Ran;
use serde_json::{Value, json};

use crate::machine::Machine;

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
    command.arg("job").arg(berth_testkit::ground::berth());
    let ran: Ran = command.arg(request.to_string()).output().unwrap().into();
    ran.ok().json()
}

fn leaves_nothing(machine: &Machine, entry: &str, variant: &str, table: &[At]) {
    let before = machine.look();
    for (call, kind) in table {
        let at = format!("{entry}, {call} {kind}");
        let came = job(
            machine,
            &json!({
                "purpose": "install", "name": entry, "variant": variant,
                "fault": { "call": call, "number": 0, "kind": kind },
            }),
        );
        let (state, code) = if kind.starts_with("fail") {
            ("failed", "internal")
        } else {
            ("cancelled", "cancelled")
        };
        assert_eq!(came["state"], state, "{at}: {came:#}");
        assert_eq!(came["error"]["code"], code, "{at}: {came:#}");
        assert_eq!(came["leftovers"], json!([]), "{at}: {came:#}");
        machine.until_quiet(&at);
        machine.assert_absent(&before, &at);
    }
    // The next attempt is as if nothing had been.
    let install = ["install", entry, "--variant", variant, "--yes"];
    machine.berth(&install).ok();
    machine.berth(&["verify", entry]).ok();
    machine.berth(&["remove", entry, "--data", "--yes"]).ok();
    machine.assert_absent(&before, "removed");
}

#[test]
fn packages_that_fail_or_are_cancelled_leave_nothing() {
    let machine = Machine::new("packages");
    leaves_nothing(&machine, "time", "python", &PYTHON);
    leaves_nothing(&machine, "memory", "node", &NODE);
}
