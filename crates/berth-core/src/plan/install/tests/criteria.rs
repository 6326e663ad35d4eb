//! What has to be true beside the handshake, with the places and programs of an installation.

use super::*;
use crate::server::{Look, OwnProgram, Spot};

const ENTRY: &str = r#"
id: looked
title: Looked at
publisher: Somebody
summary: Says what has to be true
description: For tests.
categories: [utilities]
permissions: { network: none, files: none }
inputs:
  - { key: zone, title: Zone, kind: { type: text } }
variants:
  - id: python
    title: Python
    best_for: Tests
    run: { type: python, package: looked, version: "1.0", script: looked, args: ["{{zone}}"], env: { DATA: "{{berth.data}}" } }
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: looked/server:1
      args: ["{{zone}}"]
      mounts:
        - { source: { from: volume, holds: all }, target: /data }
        - { source: { from: volume, holds: keys }, target: /data/keys }
health:
  - { id: keys, title: Keys, variants: [image], check: { type: mode, path: "/data/keys/*", at_most: "640" } }
  - { id: log, title: Log, variants: [python], check: { type: log, path: "{{berth.data}}/log", pattern: bad } }
  - { id: status, title: Status, required: true, check: { type: command, command: [status, "-z", "{{zone}}"] } }
"#;

fn looks(variant: &str, zone: Option<&str>) -> Vec<Look> {
    let entry = crate::catalog::load("looked", ENTRY, crate::catalog::Trust::Community);
    let mut choices = choices("looked", variant);
    if let Some(zone) = zone {
        let value = InputValue::Text(zone.to_owned());
        choices.inputs.insert("zone".to_owned(), value);
    }
    let plan = install(
        &entry.expect("a good entry"),
        &choices,
        &facts(),
        &around("g"),
    );
    let plan = plan.expect("a plan");
    let step = plan.steps.iter().find_map(|step| match step {
        Step::WriteInstallation { installation, .. } => Some(installation),
        _ => None,
    });
    let criteria = &step.expect("a record").criteria;
    let shown = plan
        .steps
        .iter()
        .any(|step| matches!(step, Step::Verify { criteria: shown, .. } if shown == criteria));
    assert!(shown, "what is looked at is part of the plan");
    criteria.iter().map(|it| it.look.clone()).collect()
}

fn status(program: &str, args: &[&str]) -> Look {
    Look::Command {
        program: OwnProgram {
            program: program.to_owned(),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            seconds: 30,
        },
        without: None,
    }
}

#[test]
fn paths_are_in_the_volume_that_has_them_and_programs_are_the_variants_own() {
    let looks = looks("image", Some("UTC"));
    let [
        Look::Mode {
            at:
                Spot::Volume {
                    volume,
                    target,
                    path,
                },
            at_most,
            ..
        },
        command,
    ] = looks.as_slice()
    else {
        panic!("{looks:?}");
    };
    assert!(volume.ends_with("-2"), "{volume}");
    assert_eq!(
        (target.as_str(), path.as_str(), *at_most),
        ("/data/keys", "/data/keys/*", 0o640)
    );
    assert_eq!(*command, status("status", &["-z", "UTC"]));
}

#[test]
fn programs_are_beside_the_servers_own() {
    let looks = looks("python", None);
    let [
        Look::Log {
            at: Some(Spot::Folder { folder, path }),
            ..
        },
        command,
    ] = looks.as_slice()
    else {
        panic!("{looks:?}");
    };
    assert!(folder.ends_with("/data/looked"), "{folder}");
    assert_eq!(*path, format!("{folder}/log"));
    let Look::Command { program, .. } = command else {
        panic!("{command:?}");
    };
    assert!(program.program.ends_with("/venv/bin/status"), "{program:?}");
    assert_eq!(program.args, ["-z"]);
}
