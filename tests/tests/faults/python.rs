//! `kill -9` while tools of others work: what they had started goes on, and must not do harm.

use serde_json::Value;

use crate::command::{start, whole};
use crate::dice::Dice;
use crate::machine::{HUB, Machine};
use std::time::Duration;

const TIME: [&str; 6] = ["install", "time", "--variant", "python", "--yes", "--json"];

/// Kills it some time after this step has begun, as whose title begins so.
fn killed_at(machine: &Machine, args: &[&str], title: &str, wait: Duration) {
    let (mut child, lines) = start(machine, args);
    for line in lines.iter() {
        let event: Value = serde_json::from_str(&line).unwrap();
        assert_ne!(event["event"], "failed", "{event}");
        if event["title"]
            .as_str()
            .is_some_and(|is| is.starts_with(title))
        {
            break;
        }
    }
    std::thread::sleep(wait);
    child.kill().unwrap();
    child.wait().unwrap();
    machine.revive_keychain();
}

#[test]
fn what_a_killed_command_left_running_makes_nothing_again() {
    let mut dice = Dice::new();
    let machine = Machine::new("python");
    let before = machine.look();
    // `python -m venv` starts other programs, which do not end with it.
    for (title, limit) in [
        ("Create a Python", Duration::from_secs(2)),
        ("Create a Python", Duration::from_secs(4)),
        ("Install ", Duration::from_secs(1)),
        ("Install ", Duration::from_secs(3)),
    ] {
        let wait = dice.within(limit);
        let at = format!("BERTH_TEST_SEED={}, {title} {wait:?}", dice.seed());
        killed_at(&machine, &TIME, title, wait);
        machine.berth(&["list"]).ok();
        machine.until_quiet(&at);
        machine.assert_absent(&before, &at);
    }
    whole(&machine, &TIME);
    machine.berth(&["remove", "time", "--data", "--yes"]).ok();
    machine.assert_absent(&before, "removed");
}

#[test]
fn a_folder_is_left_as_it_was_by_a_kill() {
    let mut dice = Dice::new();
    let (machine, kaiten) = Machine::in_place("in-place-kill");
    let files = || kaiten.files(&machine.sandbox);
    let (before, source) = (machine.look(), files());
    let install = [
        "install",
        HUB,
        "--source",
        kaiten.path(),
        "--secret-env",
        "token=HUB_TOKEN",
        "--yes",
        "--json",
    ];
    for (title, limit) in [
        ("Create a Python", Duration::from_secs(2)),
        ("Install ", Duration::from_secs(1)),
        ("Install ", Duration::from_secs(4)),
        ("Verify", Duration::from_millis(200)),
    ] {
        let wait = dice.within(limit);
        let at = format!("BERTH_TEST_SEED={}, {title} {wait:?}", dice.seed());
        killed_at(&machine, &install, title, wait);
        machine.berth(&["list"]).ok();
        machine.until_quiet(&at);
        if machine.is_listed() {
            // It was verified before it was killed, so it was carried on.
            machine.berth(&["verify", HUB]).ok();
            machine.berth(&["remove", HUB, "--data", "--yes"]).ok();
        }
        machine.assert_absent(&before, &at);
        assert_eq!(files(), source, "{at}");
    }
    whole(&machine, &install);
    machine.berth(&["remove", HUB, "--data", "--yes"]).ok();
    machine.assert_absent(&before, "removed");
    assert_eq!(files(), source);
}
