//! An entry of github's shape that needs no network: the fixture server as an image of the run's
//! registry, with a secret that it refuses when it is wrong.

use std::process::{Command, Stdio};

use berth_testkit::ground;

use crate::sandbox::Sandbox;
use crate::turn::{self, Turn};

/// Identifier of the entry. Its secret input is `token`, its check calls `whoami`.
pub const HUB: &str = "hub";

/// Puts the entry into a person's catalog.
///
/// # Panics
/// When it cannot be written.
pub fn add_hub(sandbox: &Sandbox) {
    add_hub_from(sandbox, &ground::image_server());
}

/// Puts the entry into a person's catalog, with the server's image under another name.
///
/// # Panics
/// When it cannot be written.
pub fn add_hub_from(sandbox: &Sandbox, image: &str) {
    let yaml = format!(
        r#"
id: {HUB}
title: Hub
publisher: Tests
summary: Knows who you are
description: Knows who you are.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
inputs:
  - key: token
    title: Token
    required: true
    kind: {{ type: secret }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: "{image}"
      env: {{ TOKEN: "{{{{token}}}}" }}
      network: none
credential_check: {{ tool: whoami }}
"#
    );
    sandbox.add_entry(HUB, &yaml);
}

const IMAGE: &str = "the fixture server's image";

/// For a test that looks at how the image comes: it is not there, and nobody else pulls it.
///
/// # Panics
/// When there is no docker client.
#[must_use]
pub fn pulling() -> Turn {
    let turn = turn::alone(IMAGE);
    // Nothing to remove is what we want as well.
    let removed = Command::new("docker")
        .args(["--host", &ground::docker_host()])
        .args(["rmi", "--force", &ground::image_server()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    removed.expect("the docker client");
    turn
}

/// For a test that uses the image: nobody takes it away meanwhile.
#[must_use]
pub fn using_image() -> Turn {
    turn::beside(IMAGE)
}
