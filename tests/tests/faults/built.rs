//! Servers whose image is built: what has its name, wherever anything stops.

use berth_tests::source::Source;
use serde_json::{Value, json};

use crate::command::{INSTALL, RECONFIGURE, REMOVE, whole};
use crate::dice::Dice;
use crate::failure::{AFTER, At, BEFORE, assert_all, assert_failed, done, job, request};
use crate::kill::{When, killed, next_start, told};
use crate::machine::Machine;

/// Each call of an installation that has to do with the image, and some behind it.
const BUILD: [At; 10] = [
    ("engine.image", 0, BEFORE),
    ("engine.image", 0, AFTER),
    ("engine.build", 0, BEFORE),
    ("engine.build", 0, AFTER),
    ("store.update_job", 2, BEFORE),
    ("vault.set", 0, AFTER),
    ("store.put_installation", 0, AFTER),
    ("claude.register", 0, AFTER),
    ("mcp.call", 0, AFTER),
    ("store.put_installation", 1, AFTER),
];

/// The same for a new generation, up to its verification.
const AGAIN: [At; 4] = [
    ("engine.build", 0, BEFORE),
    ("engine.build", 0, AFTER),
    ("vault.copy", 0, AFTER),
    ("mcp.start", 0, AFTER),
];

/// A removal goes on where the one before stopped.
const REMOVAL: [At; 8] = [
    ("claude.unregister", 0, BEFORE),
    ("engine.session_containers", 0, BEFORE),
    ("vault.delete", 0, BEFORE),
    ("engine.image", 0, BEFORE),
    ("engine.tag_image", 0, BEFORE),
    ("engine.tag_image", 0, AFTER),
    ("engine.remove_image", 0, AFTER),
    ("store.delete_installation", 0, BEFORE),
];

const ROUNDS: usize = 4;

fn install(source: &Source, replace: bool, at: Option<At>) -> Value {
    let mut request = request("install", at);
    request["source"] = json!(source.folder);
    request["replace"] = json!(replace);
    if !replace {
        request["secret"] = json!("HUB_TOKEN");
    }
    request
}

#[test]
fn a_build_that_fails_anywhere_gives_the_name_back() {
    let (machine, source) = Machine::built("built-fail");
    let theirs = source.make_theirs(&machine.sandbox, &source.dev);
    let before = machine.look();
    let name = || source.named(&machine.sandbox, &source.dev);
    for at in BUILD {
        let text = format!("{at:?}");
        assert_failed(
            &job(&machine, &install(&source, false, Some(at))),
            at,
            &text,
        );
        machine.assert_absent(&before, &text);
        machine.until_quiet(&text);
        assert_eq!(name().as_ref(), Some(&theirs), "{text}");
        assert_eq!(source.built(&machine.sandbox), [""; 0], "{text}");
    }
    let came = done(&machine, &install(&source, false, None));
    assert_all(&came, &[&BUILD[..], &[("mcp.start", 0, BEFORE)]].concat());
    machine.assert_installed(&before, "without a fault");

    let installed = machine.look();
    let own = name().unwrap();
    for (number, at) in AGAIN.into_iter().enumerate() {
        let text = format!("reconfigure, {at:?}");
        source.change(&format!("0.1.{number}"));
        assert_failed(&job(&machine, &install(&source, true, Some(at))), at, &text);
        assert_eq!(machine.look(), installed, "{text}");
        machine.until_quiet(&text);
        assert_eq!(name().as_ref(), Some(&own), "{text}");
        assert_eq!(source.built(&machine.sandbox), [own.as_str()], "{text}");
    }
    machine.assert_installed(&before, "the old generation");

    for at in REMOVAL {
        let text = format!("remove, {at:?}");
        assert_failed(&job(&machine, &request("remove", Some(at))), at, &text);
        assert_eq!(
            machine.look().rows.len(),
            1,
            "{text}: it can be removed again"
        );
    }
    done(&machine, &request("remove", None));
    machine.assert_absent(&before, "removed");
    assert_eq!(name(), Some(theirs));
    assert_eq!(source.built(&machine.sandbox), [""; 0]);
    source.clean(&machine.sandbox);
}

#[test]
fn a_killed_build_leaves_the_name_where_it_belongs() {
    let mut dice = Dice::new();
    let (machine, source) = Machine::built("built-kill");
    let theirs = source.make_theirs(&machine.sandbox, &source.dev);
    let before = machine.look();
    let folder = source.folder.to_str().unwrap();
    let install = [&INSTALL[..], &["--source", folder]].concat();
    let again = [&RECONFIGURE[..], &["--source", folder]].concat();
    let times = [
        whole(&machine, &install),
        whole(&machine, &again),
        whole(&machine, &REMOVE),
    ];
    let name = || source.named(&machine.sandbox, &source.dev);
    // What a server that is there starts is what has the name.
    let agrees = |at: &str| {
        if machine.is_listed() {
            machine.assert_installed(&before, at);
            assert_ne!(name().as_ref(), Some(&theirs), "{at}");
        } else {
            machine.assert_absent(&before, at);
            assert_eq!(name().as_ref(), Some(&theirs), "{at}");
        }
    };
    agrees("after whole runs");
    for round in 0..ROUNDS {
        for (what, args, time) in [
            ("install", &install[..], times[0]),
            ("reconfigure", &again[..], times[1]),
            ("remove", &REMOVE[..], times[2]),
        ] {
            source.change(&format!("{what}-{round}"));
            let when = When::some(&mut dice, time);
            let printed = killed(&machine, args, when);
            let at = told(&dice, round, what, when, &printed);
            next_start(&machine, &at);
            agrees(&at);
            // The next one needs what this one should have left.
            match (what, machine.is_listed()) {
                ("install", false) => drop(whole(&machine, &install)),
                ("remove", true) => drop(whole(&machine, &REMOVE)),
                _ => {}
            }
            agrees(&at);
        }
    }
    assert!(
        machine
            .sandbox
            .files_with(machine.token())
            .iter()
            .all(|path| path.starts_with(folder))
    );
    source.clean(&machine.sandbox);
}
