//! `kill -9` of the launcher at random moments of a session, and the sweep.

use std::io::Write;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::command::{INSTALL, REMOVE, whole};
use crate::dice::Dice;
use crate::machine::{HUB, Machine};

/// Launchers that are killed.
const KILLS: usize = 24;

/// By when a session is up and has answered.
const UP: Duration = Duration::from_millis(1500);

/// The registered command in a client's bare environment, with something to answer.
fn start(machine: &Machine) -> Child {
    let mut child = machine
        .sandbox
        .command(machine.launcher())
        .args(["run", HUB])
        .env_remove("DOCKER_HOST")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let hello = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    writeln!(child.stdin.as_mut().unwrap(), "{hello}").unwrap();
    child
}

/// Kills some launchers at random moments; the containers that they left at once.
fn kill_some(machine: &Machine, dice: &mut Dice) -> usize {
    let mut left = 0;
    for _ in 0..KILLS / 2 {
        let mut child = start(machine);
        std::thread::sleep(dice.within(UP));
        child.kill().unwrap();
        child.wait().unwrap();
        machine.revive_keychain();
        left += machine.sandbox.containers().len();
    }
    left
}

#[test]
fn a_killed_launcher_leaves_no_container_after_the_next_start() {
    let mut dice = Dice::new();
    let machine = Machine::new("session");
    let before = machine.look();
    whole(&machine, &INSTALL);
    let at = format!("BERTH_TEST_SEED={}", dice.seed());

    // A server that ends with its input needs nobody; one whose launcher died before it was
    // started does, and so does one that goes on.
    kill_some(&machine, &mut dice);
    machine.berth(&["list"]).ok();
    machine.until_quiet(&at);
    machine.assert_installed(&before, &at);

    machine.make_stubborn();
    whole(&machine, &[&INSTALL[..], &["--replace"]].concat());
    let mut alive = start(&machine);
    machine.until_container(&at);
    let kept = machine.sandbox.containers();
    assert!(
        kill_some(&machine, &mut dice) > 0,
        "{at}: none outlived its launcher"
    );
    machine.berth(&["list"]).ok();
    assert_eq!(
        machine.sandbox.containers(),
        kept,
        "{at}: the living one stays"
    );
    machine.assert_others(&at);
    // Its launcher dies while its server goes on; nothing but the next start can end that.
    alive.kill().unwrap();
    alive.wait().unwrap();
    machine.revive_keychain();
    assert_eq!(machine.sandbox.containers(), kept, "{at}");
    machine.berth(&["list"]).ok();
    machine.until_quiet(&at);
    whole(&machine, &REMOVE);
    machine.assert_absent(&before, &at);
}
