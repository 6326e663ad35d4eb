//! An entry whose container gets the engine's socket, where a switch says so.

use berth_testkit::ground;

use crate::sandbox::Sandbox;

/// Identifier of the entry. Its switch is `engine`.
pub const RUNNER: &str = "runner";

/// Puts the entry into a person's catalog.
///
/// # Panics
/// When it cannot be written.
pub fn add_runner(sandbox: &Sandbox) {
    let image = ground::image_server();
    let yaml = format!(
        r#"
id: {RUNNER}
title: Runner
publisher: Tests
summary: Runs code
description: Runs code.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
inputs:
  - key: engine
    title: Run code on this computer's engine
    kind: {{ type: boolean }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: "{image}"
      network: none
      mounts:
        - source: {{ from: engine_socket }}
          target: /var/run/docker.sock
          when: {{ input: engine, is: ["yes"] }}
"#
    );
    sandbox.add_entry(RUNNER, &yaml);
}

/// Whether the installed server has the socket.
///
/// # Panics
/// When it does not answer.
#[must_use]
pub fn has_socket(sandbox: &Sandbox) -> bool {
    let ran = sandbox.berth(&["call", RUNNER, "inside", "{}"]).ok();
    let seen: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    seen["dockerSocket"] == true
}
