//! `kill -9` of the command line at random moments.

use std::time::Duration;

use crate::command::{INSTALL, RECONFIGURE, REMOVE, start, whole};
use crate::dice::Dice;
use crate::machine::Machine;

/// Rounds of three kills each, and as many whole installations.
const ROUNDS: usize = 7;

/// When a process is killed.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// So long after its start.
    After(Duration),
    /// So long after it has printed so many lines.
    Line(usize, Duration),
    /// As soon as a line says this.
    Said(&'static str),
}

impl When {
    /// Some moment of a run that takes so long and prints so many lines.
    pub fn some(dice: &mut Dice, (whole, lines): (Duration, usize)) -> Self {
        if dice.below(2) == 0 {
            Self::After(dice.within(whole))
        } else {
            let slice = whole / u32::try_from(lines.max(1)).unwrap();
            Self::Line(dice.below(lines) + 1, dice.within(slice * 2))
        }
    }
}

/// Starts it and kills it then; what it had printed. It may have come to its end before.
pub fn killed(machine: &Machine, args: &[&str], when: When) -> Vec<String> {
    let (mut child, lines) = start(machine, args);
    let mut printed = Vec::new();
    match when {
        When::After(wait) => std::thread::sleep(wait),
        When::Line(count, wait) => {
            printed.extend(lines.iter().take(count));
            std::thread::sleep(wait);
        }
        When::Said(text) => {
            let heard = lines.iter().inspect(|line| printed.push(line.clone()));
            heard.take_while(|line| !line.contains(text)).for_each(drop);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    machine.revive_keychain();
    printed.extend(lines.iter());
    printed
}

/// What a killed run is known by in a failure.
pub fn told(dice: &Dice, round: usize, what: &str, when: When, printed: &[String]) -> String {
    let steps: Vec<&String> = printed.iter().filter(|l| l.contains("\"step\"")).collect();
    let last = steps.last().map_or("before the first step", |line| line);
    format!(
        "BERTH_TEST_SEED={}, round {round}, {what} killed {when:?} ({} lines, last {last})",
        dice.seed(),
        printed.len()
    )
}

/// The next start deals with it. Whether the server is there when nothing of it runs any more.
pub fn next_start(machine: &Machine, at: &str) -> bool {
    machine.berth(&["list"]).ok();
    machine.until_quiet(at);
    machine.is_listed()
}

#[test]
fn a_killed_command_leaves_a_server_that_is_whole_or_none() {
    let mut dice = Dice::new();
    let machine = Machine::new("kill");
    let before = machine.look();
    machine.forget_image();
    let install = whole(&machine, &INSTALL);
    let reconfigure = whole(&machine, &RECONFIGURE);
    let remove = whole(&machine, &REMOVE);
    machine.assert_absent(&before, "after whole runs");

    for round in 0..ROUNDS {
        machine.forget_image();
        let when = When::some(&mut dice, install);
        let printed = killed(&machine, &INSTALL, when);
        let at = told(&dice, round, "install", when, &printed);
        if !next_start(&machine, &at) {
            machine.assert_absent(&before, &at);
            whole(&machine, &INSTALL);
        }
        machine.assert_installed(&before, &at);

        // Half of them with the secret that is there, half with a new one.
        let args = if round % 2 == 0 {
            RECONFIGURE.to_vec()
        } else {
            [&INSTALL[..], &["--replace"]].concat()
        };
        let when = When::some(&mut dice, reconfigure);
        let printed = killed(&machine, &args, when);
        let at = told(&dice, round, "reconfigure", when, &printed);
        next_start(&machine, &at);
        machine.assert_installed(&before, &at);

        let when = When::some(&mut dice, remove);
        let printed = killed(&machine, &REMOVE, when);
        let at = told(&dice, round, "remove", when, &printed);
        if next_start(&machine, &at) {
            machine.assert_installed(&before, &at);
            whole(&machine, &REMOVE);
        }
        machine.assert_absent(&before, &at);
    }
    assert!(machine.sandbox.files_with(machine.token()).is_empty());
}
