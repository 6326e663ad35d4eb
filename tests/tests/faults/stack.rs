//! `kill -9` of the command line in the middle of a stack: its network, its services, its data and
//! its password are all there afterwards, or none of them.

use std::time::{Duration, Instant};

use berth_tests::sandbox::argv_with;
use berth_tests::stack::STACK;

use crate::command::whole;
use crate::dice::Dice;
use crate::kill::{When, killed, told};
use crate::machine::{Machine, Seen};

/// Rounds of three kills each.
const ROUNDS: usize = 3;

const INSTALL: [&str; 4] = ["install", STACK, "--yes", "--json"];
const RECONFIGURE: [&str; 5] = ["install", STACK, "--replace", "--yes", "--json"];
const REMOVE: [&str; 5] = ["remove", STACK, "--data", "--yes", "--json"];

/// What the engine has of this machine's stacks: services, networks, volumes.
fn pieces(machine: &Machine) -> [usize; 3] {
    let sandbox = &machine.sandbox;
    let home = format!("label=dev.berth.home={}", sandbox.berth_home().display());
    let count = |args: &[&str]| {
        let list = [args, &["--quiet", "--filter", &home]].concat();
        sandbox.docker(&list).ok().stdout.lines().count()
    };
    [
        count(&["ps", "--all", "--filter", "label=dev.berth.service"]),
        count(&["network", "ls"]),
        count(&["volume", "ls"]),
    ]
}

/// The next start deals with it. Whether the stack is there when nothing of Berth runs any more.
fn next_start(machine: &Machine, at: &str) -> bool {
    machine.berth(&["list"]).ok();
    let here = machine.sandbox.path("").display().to_string();
    let limit = Instant::now() + Duration::from_secs(120);
    while !argv_with(&here).is_empty() {
        assert!(Instant::now() < limit, "{at}: {:#?}", argv_with(&here));
        std::thread::sleep(Duration::from_millis(20));
    }
    machine.berth(&["show", STACK]).exit == Some(0)
}

/// It is whole, and has counted on from what it had.
fn assert_counts(machine: &Machine, next: usize, at: &str) {
    assert_eq!(pieces(machine), [1, 1, 1], "{at}");
    let counted = machine.berth(&["call", STACK, "count"]);
    assert_eq!(counted.stdout.trim(), next.to_string(), "{at}: {counted:?}");
}

fn assert_absent(machine: &Machine, before: &Seen, at: &str) {
    machine.assert_absent(before, at);
    assert_eq!(pieces(machine), [0, 0, 0], "{at}");
}

#[test]
fn a_killed_command_leaves_a_stack_that_is_whole_or_none() {
    let mut dice = Dice::new();
    let machine = Machine::with_stack("stack");
    let before = machine.look();
    let install = whole(&machine, &INSTALL);
    let reconfigure = whole(&machine, &RECONFIGURE);
    let remove = whole(&machine, &REMOVE);
    assert_absent(&machine, &before, "after whole runs");

    for round in 0..ROUNDS {
        let when = When::some(&mut dice, install);
        let printed = killed(&machine, &INSTALL, when);
        let at = told(&dice, round, "install", when, &printed);
        if !next_start(&machine, &at) {
            assert_absent(&machine, &before, &at);
            whole(&machine, &INSTALL);
        }
        assert_counts(&machine, 1, &at);

        // Once while its services are being made, which is done by a process of its own.
        let when = match round {
            0 => When::Said("Start the services"),
            _ => When::some(&mut dice, reconfigure),
        };
        let printed = killed(&machine, &RECONFIGURE, when);
        let at = told(&dice, round, "reconfigure", when, &printed);
        assert!(next_start(&machine, &at), "{at}");
        assert_counts(&machine, 2, &at);

        let when = When::some(&mut dice, remove);
        let printed = killed(&machine, &REMOVE, when);
        let at = told(&dice, round, "remove", when, &printed);
        if next_start(&machine, &at) {
            assert_counts(&machine, 3, &at);
            whole(&machine, &REMOVE);
        }
        assert_absent(&machine, &before, &at);
    }
}
