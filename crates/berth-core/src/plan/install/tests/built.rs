//! Variants whose image is built.

use super::*;

const BUILT: &str = r#"
id: built
title: Built
publisher: Somebody
summary: Is built
description: For tests.
categories: [utilities]
permissions: { network: none, files: its source }
inputs:
  - key: source
    title: Source folder
    required: true
    kind: { type: folder }
variants:
  - id: baked
    title: Built
    best_for: Tests
    run:
      type: build
      image: built:latest
      build: { source: source, dockerfile: docker/Dockerfile, args: { EDITION: small } }
  - id: dev
    title: Your source
    best_for: Tests
    run:
      type: dev
      image: built:dev
      build: { source: source, target: deps }
      args: ["{{source}}"]
      mounts:
        - { source: { from: input, input: source }, target: /app }
        - { source: { from: input, input: source, folder: src/deep }, target: /deep }
"#;

fn built(variant: &str) -> (Entry, Choices) {
    let entry = crate::catalog::load("built", BUILT, crate::catalog::Trust::Community);
    let grants = vec![PathGrant {
        path: "/home/p/source".to_owned(),
        // What was chosen for a source folder does not matter: it is never written to.
        access: Access::ReadWrite,
    }];
    let choices = Choices {
        inputs: [("source".to_owned(), InputValue::Paths(grants))].into(),
        ..choices("built", variant)
    };
    (entry.expect("a good entry"), choices)
}

fn here() -> Surroundings {
    Surroundings {
        here: Some(HereImage {
            reference: "built:dev".to_owned(),
            id: "sha256:1".to_owned(),
            size: 10,
            created: None,
        }),
        ..around("g1")
    }
}

#[test]
fn an_image_is_built_from_the_folder_that_was_given() {
    let (entry, choices) = built("baked");
    let choices = Choices {
        no_cache: true,
        ..choices
    };
    let plan = install(&entry, &choices, &facts(), &around("g1")).expect("a plan");
    assert_eq!(
        kinds(&plan),
        ["build_image", "write_installation", "register", "verify"]
    );
    let lines = format!("{:?}", preview(&plan, &plan.steps[0]).lines);
    let command = "docker build --tag built:latest --file /home/p/source/docker/Dockerfile --build-arg EDITION=small --no-cache /home/p/source";
    assert!(lines.contains(command), "{lines}");
    // The image has it all: the server sees nothing of the folder.
    assert!(
        !plan
            .warnings
            .iter()
            .any(|w| matches!(w, Warning::Grants { .. }))
    );
    let Launch::Container(launch) = &record(&plan).launch else {
        panic!("a container");
    };
    assert_eq!(launch.mounts, []);
}

#[test]
fn a_source_folder_is_seen_and_never_written() {
    let (entry, choices) = built("dev");
    let plan = install(&entry, &choices, &facts(), &here()).expect("a plan");
    let Launch::Container(launch) = &record(&plan).launch else {
        panic!("a container");
    };
    let bind = |source: &str, target: &str| Mount::Bind {
        source: source.to_owned(),
        target: target.to_owned(),
        access: Access::ReadOnly,
    };
    let expected = [
        bind("/home/p/source", "/app"),
        bind("/home/p/source/src/deep", "/deep"),
    ];
    assert_eq!(launch.mounts, expected);
    assert_eq!(launch.args, ["/app"]);
    // What has the name now is part of what is agreed to.
    let free = install(&entry, &choices, &facts(), &around("g1")).expect("a plan");
    let fingerprint = |plan| fingerprint(plan).expect("a fingerprint");
    assert_ne!(fingerprint(&plan), fingerprint(&free));
}

#[test]
fn an_image_that_is_here_is_used_only_where_that_was_asked_for() {
    let (entry, choices) = built("dev");
    let plan = install(&entry, &choices, &facts(), &here()).expect("a plan");
    assert!(matches!(
        &plan.steps[0],
        Step::BuildImage { here: Some(_), .. }
    ));
    let choices = Choices {
        use_image: true,
        ..choices
    };
    let plan = install(&entry, &choices, &facts(), &here()).expect("a plan");
    let reference = "built:dev".to_owned();
    assert_eq!(
        plan.steps[0],
        Step::UseImage {
            reference: reference.clone()
        }
    );
    let error = install(&entry, &choices, &facts(), &around("g1")).expect_err("none is here");
    assert_eq!(error.code, ErrorCode::ImageMissing { reference });
}
