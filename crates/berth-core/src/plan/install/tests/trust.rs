//! Plans that give a server the engine's socket.

use super::*;
use crate::catalog::{Access, Catalog};
use crate::facts::EngineSocket;
use crate::input::PathGrant;
use crate::plan::Entrusted;

const DEMO: &str = r#"
id: demo
title: Demo
publisher: Somebody
summary: Runs code
description: For tests.
categories: [utilities]
permissions: { network: none, files: none }
inputs:
  - key: engine
    title: How code is run
    kind:
      type: choice
      default: none
      options:
        - { value: none, title: Not, note: The tools for code fail. }
        - { value: here, title: Here }
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: demo/server:1
      env: { ENGINE: "{{engine}}" }
      mounts:
        - { source: { from: volume, holds: notes }, target: /data }
        - source: { from: engine_socket }
          target: /var/run/docker.sock
          when: { input: engine, is: [here] }
  - id: stack
    title: Stack
    best_for: Tests
    run:
      type: stack
      server: { image: "demo/server:1" }
      services:
        - name: runner
          run:
            image: demo/runner:1
            env: { ENGINE: "{{engine}}" }
            mounts:
              - source: { from: engine_socket }
                target: /var/run/docker.sock
                when: { input: engine, is: [here] }
"#;

fn planned_with(variant: &str, engine: &str, facts: &Facts, old: Option<&Plan>) -> Result<Plan> {
    let entry = crate::catalog::load("demo.yaml", DEMO, crate::catalog::Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let choices = Choices {
        inputs: [("engine".to_owned(), InputValue::Text(engine.to_owned()))].into(),
        replace: true,
        ..choices("demo", variant)
    };
    let around = Surroundings {
        old: old.map(|plan| record(plan).clone()),
        ..around("g2")
    };
    install(&entry, &choices, facts, &around)
}

fn with(variant: &str, engine: &str, old: Option<&Plan>) -> Plan {
    planned_with(variant, engine, &facts(), old).expect("a plan")
}

fn entrusted(service: Option<&str>) -> Entrusted {
    Entrusted::EngineSocket {
        service: service.map(str::to_owned),
        socket: "/var/run/docker.sock".to_owned(),
    }
}

fn controls(plan: &Plan) -> Vec<&Warning> {
    let all = plan.warnings.iter();
    all.filter(|warning| matches!(warning, Warning::ControlsComputer { .. }))
        .collect()
}

#[test]
fn the_socket_is_there_only_where_it_was_chosen_and_nothing_else_is_loosened() {
    let without = with("image", "none", None);
    let Launch::Container(before) = &record(&without).launch else {
        panic!("a container");
    };
    assert_eq!(without.trust, []);
    assert_eq!(controls(&without), [] as [&Warning; 0]);
    assert!(without.warnings.contains(&Warning::Follows {
        input: "How code is run".to_owned(),
        note: "The tools for code fail.".to_owned(),
    }));

    let plan = with("image", "here", None);
    let Launch::Container(launch) = &record(&plan).launch else {
        panic!("a container");
    };
    let socket = Mount::EngineSocket {
        source: "/var/run/docker.sock".to_owned(),
        target: "/var/run/docker.sock".to_owned(),
    };
    assert_eq!(launch.mounts[1..], [socket]);
    let loosened = crate::server::Hardening {
        groups: vec![998],
        ..before.hardening.clone()
    };
    assert_eq!(launch.hardening, loosened);
    assert_eq!(plan.trust, [entrusted(None)]);
    let root = Warning::ControlsComputer {
        service: None,
        root: true,
    };
    assert_eq!(controls(&plan), [&root]);
    assert_ne!(
        fingerprint(&plan).expect("one"),
        fingerprint(&without).expect("one")
    );
}

#[test]
fn it_is_agreed_to_by_the_name_once_for_each_thing_that_is_given() {
    let plan = with("image", "here", None);
    for wrong in [None, Some(""), Some("yes"), Some("Demo"), Some("demo.")] {
        let refused = plan.check_trust(wrong).expect_err("not its name");
        assert_eq!(refused.name(), "trust_needed", "{wrong:?}");
    }
    plan.check_trust(Some(" demo\n")).expect("its name");

    let again = with("image", "here", Some(&plan));
    assert_eq!(again.trust, []);
    assert_eq!(controls(&again).len(), 1, "it is still said");
    again.check_trust(None).expect("nothing new");
    let back = with("image", "none", Some(&plan));
    back.check_trust(None).expect("it is taken away");
    assert_eq!(with("image", "here", Some(&back)).trust, [entrusted(None)]);

    let other = with("stack", "here", Some(&plan));
    assert_eq!(other.trust, [entrusted(Some("runner"))]);
    assert_eq!(with("stack", "here", Some(&other)).trust, []);
    // Another engine's socket is another computer's, or another person's.
    let mut elsewhere = facts();
    if let Fact::Found { value: engine } = &mut elsewhere.engine {
        engine.rootful_here = false;
        engine.socket = Some(EngineSocket {
            path: "/run/user/1000/docker.sock".to_owned(),
            group: 0,
        });
    }
    let moved = planned_with("image", "here", &elsewhere, Some(&plan)).expect("a plan");
    assert_eq!(moved.trust.len(), 1);
    let person = Warning::ControlsComputer {
        service: None,
        root: false,
    };
    assert_eq!(controls(&moved), [&person]);
}

#[test]
fn an_engine_on_another_machine_has_no_socket_to_give() {
    let mut facts = facts();
    if let Fact::Found { value: engine } = &mut facts.engine {
        engine.socket = None;
    }
    let refused = planned_with("image", "here", &facts, None).expect_err("no socket");
    assert_eq!(refused.code, ErrorCode::EngineSocketMissing);
    planned_with("image", "none", &facts, None).expect("it needs none");
}

/// A plan that gives one folder; of a container, or of a program.
fn sees(variant: &str, path: &str, access: Access, old: Option<&Plan>) -> Plan {
    let catalog = Catalog::built_in();
    let entry = catalog.entry("filesystem").expect("an entry");
    let grant = PathGrant {
        path: path.to_owned(),
        access,
    };
    let choices = Choices {
        inputs: [("folders".to_owned(), InputValue::Paths(vec![grant]))].into(),
        replace: true,
        ..choices("filesystem", variant)
    };
    let around = Surroundings {
        old: old.map(|plan| record(plan).clone()),
        ..around("g2")
    };
    install(&entry, &choices, &facts(), &around).expect("a plan")
}

fn files(path: &str, writable: bool) -> Entrusted {
    Entrusted::Files {
        path: path.to_owned(),
        writable,
    }
}

#[test]
fn what_is_private_is_given_by_the_name_whatever_it_runs_in() {
    use Access::{ReadOnly, ReadWrite};
    for (variant, access) in [("image", ReadOnly), ("node", ReadWrite)] {
        let work = sees(variant, "/home/p/notes", access, None);
        assert_eq!(work.trust, [], "{variant}");
        work.check_trust(None).expect("a click is enough");
        for path in [
            "/home/p/.ssh",
            "/home/p",
            "/",
            "/home/p/.kube/config",
            "/etc/ssl",
        ] {
            let plan = sees(variant, path, access, None);
            let writable = access == ReadWrite;
            assert_eq!(plan.trust, [files(path, writable)], "{variant} {path}");
            let said = Warning::GivesAway {
                path: path.to_owned(),
                writable,
            };
            assert_eq!(plan.warnings[0], said, "{variant} {path}");
            let refused = plan.check_trust(None).expect_err("not typed");
            assert_eq!(refused.name(), "trust_needed", "{variant} {path}");
            plan.check_trust(Some("filesystem")).expect("its name");
        }
    }
}

#[test]
fn it_is_asked_again_for_another_folder_and_for_more_of_the_same() {
    use Access::{ReadOnly, ReadWrite};
    let reads = sees("image", "/home/p/.aws", ReadOnly, None);
    assert_eq!(
        sees("image", "/home/p/.aws", ReadOnly, Some(&reads)).trust,
        []
    );
    let writes = sees("image", "/home/p/.aws", ReadWrite, Some(&reads));
    assert_eq!(writes.trust, [files("/home/p/.aws", true)]);
    // Less of it needs nothing.
    assert_eq!(
        sees("image", "/home/p/.aws", ReadOnly, Some(&writes)).trust,
        []
    );
    let other = sees("image", "/home/p/.ssh", ReadOnly, Some(&writes));
    assert_eq!(other.trust, [files("/home/p/.ssh", false)]);
    assert_ne!(
        fingerprint(&reads).expect("one"),
        fingerprint(&other).expect("one")
    );
}
