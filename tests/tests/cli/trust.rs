//! A plan that gives control of the computer away is agreed to by typing.

use std::os::unix::fs::MetadataExt;

use berth_testkit::ground;
use berth_tests::runner::{RUNNER, add_runner, has_socket};
use berth_tests::sandbox::{Ran, Sandbox};

use crate::people::{assert_nothing_left, engine};
use crate::shown;

/// Compares an output without what is this run's own: its registry, its engine's socket and group.
fn compare(name: &str, sandbox: &Sandbox, ran: &Ran) {
    let socket = ground::docker_host();
    let socket = socket.trim_start_matches("unix://");
    let group = std::fs::metadata(socket).unwrap().gid();
    let text = shown::whole(ran)
        .replace(&ground::image_server(), "[image]")
        .replace(socket, "[socket]")
        .replace(&format!("--group-add {group}"), "--group-add [group]");
    shown::compare(name, &sandbox.path(""), &text);
}

#[test]
fn yes_is_not_enough_for_the_engine_s_socket() {
    let _engine = engine();
    let sandbox = Sandbox::new();
    add_runner(&sandbox);
    let socket = ["--set", "engine=yes"];
    compare(
        "trust_plan",
        &sandbox,
        &sandbox.berth(&[&["plan", RUNNER][..], &socket].concat()),
    );
    let install = |more: &[&str]| {
        let args = [&["install", RUNNER, "--yes"][..], &socket, more].concat();
        sandbox.berth(&args)
    };
    compare("trust_refused", &sandbox, &install(&[]));
    compare(
        "trust_wrong_json",
        &sandbox,
        &install(&["--json", "--trust", "me"]),
    );
    assert_nothing_left(&sandbox, RUNNER);

    install(&["--trust", RUNNER]).ok();
    assert!(has_socket(&sandbox));
    sandbox.berth(&["update", RUNNER, "--yes"]).ok();
    assert!(has_socket(&sandbox));
    let args = [
        "install",
        RUNNER,
        "--yes",
        "--replace",
        "--set",
        "engine=no",
    ];
    sandbox.berth(&args).ok();
    assert!(!has_socket(&sandbox));
    // It is not in the installed server's record any more, so it is asked for again.
    assert_eq!(install(&["--replace"]).exit, Some(4));
    assert!(!has_socket(&sandbox));
    sandbox.berth(&["remove", RUNNER, "--yes"]).ok();
    assert_nothing_left(&sandbox, RUNNER);
}
