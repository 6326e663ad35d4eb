//! An entry of github's shape that needs no network: the fixture server as an image of the run's
//! registry, with a secret that it refuses when it is wrong.

use std::process::{Command, Stdio};

use berth_testkit::ground;

use crate::sandbox::Sandbox;

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

/// Removes the fixture server's image from the engine, so that the next installation pulls it. The
/// engine is shared by a run: whoever calls this takes turns with those who use the image.
///
/// # Panics
/// When there is no docker client.
pub fn forget_image() {
    // Nothing to remove is what we want as well.
    let removed = Command::new("docker")
        .args(["--host", &ground::docker_host()])
        .args(["rmi", "--force", &ground::image_server()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    removed.expect("the docker client");
}
