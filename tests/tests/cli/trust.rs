//! A plan that gives control of the computer, or private files away is agreed to by typing.

use std::os::unix::fs::MetadataExt;

use berth_testkit::ground;
use berth_tests::runner::{RUNNER, add_runner, has_socket};
use berth_tests::sandbox::{Ran, Sandbox};

use crate::people::{assert_nothing_left, pulling};
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
    let _turn = pulling();
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

const KEEPER: &str = "keeper";

#[test]
fn nor_is_it_for_private_files() {
    let _turn = pulling();
    let sandbox = Sandbox::new();
    let entry = format!(
        "id: {KEEPER}
title: Keeper
publisher: Tests
summary: Reads a folder
description: For tests.
categories: [files]
permissions: {{ network: none, files: the folder that you choose }}
inputs:
  - key: folder
    title: Folder
    required: true
    kind: {{ type: folder, access: read_only }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: {}
      network: none
      mounts:
        - {{ source: {{ from: input, input: folder }}, target: /folder }}
",
        ground::image_server()
    );
    sandbox.add_entry(KEEPER, &entry);
    let private = sandbox.home().join(".ssh");
    std::fs::create_dir_all(&private).unwrap();
    std::fs::create_dir_all(sandbox.home().join("work")).unwrap();
    let link = sandbox.path("innocent");
    std::os::unix::fs::symlink(&private, &link).unwrap();
    let install = |folder: &std::path::Path, more: &[&str]| {
        let set = format!("folder={}", folder.display());
        sandbox.berth(&[&["install", KEEPER, "--yes", "--set", &set][..], more].concat())
    };

    let refused = install(&link, &[]);
    assert_eq!(refused.exit, Some(4), "{refused:?}");
    let said = format!("{} is more than a folder of work", private.display());
    assert!(refused.stdout.contains(&said), "{refused:?}");
    assert_nothing_left(&sandbox, KEEPER);
    let own = install(&sandbox.berth_home(), &["--trust", KEEPER]);
    assert_ne!(own.exit, Some(0), "{own:?}");
    assert_nothing_left(&sandbox, KEEPER);

    install(&link, &["--trust", KEEPER]).ok();
    let record = || sandbox.berth(&["show", KEEPER, "--json"]).ok().stdout;
    assert!(record().contains(&private.display().to_string()));
    sandbox.berth(&["update", KEEPER, "--yes"]).ok();
    install(&sandbox.home().join("work"), &["--replace"]).ok();
    assert!(!record().contains(&private.display().to_string()));
    assert_eq!(install(&private, &["--replace"]).exit, Some(4));
    sandbox.berth(&["remove", KEEPER, "--yes"]).ok();
    assert_nothing_left(&sandbox, KEEPER);
}
