//! Secrets that Berth makes.

use berth_testkit::ground;
use berth_tests::sandbox::Sandbox;

use crate::people::{assert_nothing_left, berth_with, pulling};
use crate::shown;

const NAME: &str = "notes";

fn add(sandbox: &Sandbox) {
    let image = ground::image_server();
    let yaml = format!(
        r#"
id: {NAME}
title: Notes
publisher: Tests
summary: Keeps notes in a database
description: Keeps notes.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
inputs:
  - key: password
    title: Database password
    required: true
    kind: {{ type: secret, generate: {{ length: 40 }} }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: "{image}"
      env: {{ DATABASE_URL: "postgres://notes:{{{{password}}}}@db:5432/notes" }}
      network: none
"#
    );
    sandbox.add_entry(NAME, &yaml);
}

/// What the server is given.
fn address(sandbox: &Sandbox) -> String {
    let arguments = r#"{"name":"DATABASE_URL"}"#;
    let ran = sandbox.berth(&["call", NAME, "environment", arguments]);
    ran.ok().stdout.trim().to_owned()
}

#[test]
fn a_password_is_made_kept_and_replaced() {
    let _turn = pulling();
    let sandbox = Sandbox::new();
    add(&sandbox);
    let machine = sandbox.path("");
    let plan = sandbox.berth(&["plan", NAME]);
    // The registry of a run has a port of its own.
    let plan = shown::whole(&plan).replace(&ground::image_server(), "[image]");
    shown::compare("made_plan", &machine, &plan);
    shown::ran(
        "made_show",
        &machine,
        &sandbox.berth(&["catalog", "show", NAME]),
    );

    let installed = sandbox.berth(&["install", NAME, "--yes", "--json"]).ok();
    let given = address(&sandbox);
    let made = given
        .strip_prefix("postgres://notes:")
        .and_then(|rest| rest.strip_suffix("@db:5432/notes"))
        .unwrap_or_else(|| panic!("{given}"));
    assert_eq!(made.len(), 40);
    assert!(made.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(!installed.stdout.contains(made) && installed.stdout.contains("make_secret"));
    assert_eq!(sandbox.files_with(made), Vec::<std::path::PathBuf>::new());

    sandbox.berth(&["update", NAME, "--yes"]).ok();
    assert_eq!(address(&sandbox), given, "an update keeps it");
    let args = ["secret", "set", NAME, "password"];
    berth_with(&sandbox, &args, "another-one", &[]).ok();
    assert_eq!(
        address(&sandbox),
        "postgres://notes:another-one@db:5432/notes"
    );
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
}
