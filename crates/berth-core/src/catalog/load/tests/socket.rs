//! Containers that can be given the engine's socket.

use super::*;

fn with(mounts: &str, env: &str) -> String {
    format!(
        r#"
id: demo
title: Demo
publisher: Somebody
summary: Runs code
description: For tests.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
inputs:
  - key: engine
    title: How code is run
    kind:
      type: choice
      options: [{{ value: none, title: Not }}, {{ value: here, title: Here, note: "{env}" }}]
  - key: token
    title: Token
    kind: {{ type: secret }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: demo/server:1
      env: {{ TOKEN: "{{{{token}}}}", IN_DOCKER: "{{{{engine?1}}}}" }}
      mounts: [{mounts}]
"#
    )
}

const SOCKET: &str = "{ source: { from: engine_socket }, target: /var/run/docker.sock }";

#[test]
fn a_condition_of_a_mount_is_checked_as_that_of_an_input() {
    let when = |when: &str| {
        let socket = SOCKET.trim_end_matches(" }");
        format!("{socket}, when: {when} }}")
    };
    for good in [
        SOCKET.to_owned(),
        when("{ input: engine }"),
        when("{ input: engine, is: [here] }"),
    ] {
        let entry = load("demo.yaml", &with(&good, "Read this"), Trust::Community);
        entry.unwrap_or_else(|error| panic!("{good}: {:?}", error.causes));
    }
    for (bad, expected) in [
        (when("{ input: other }"), "`other`, which is not declared"),
        (
            when("{ input: engine, is: [there] }"),
            "`engine` cannot be `there`",
        ),
        (
            when("{ input: token }"),
            "`token` is a secret, a file or a folder",
        ),
        (
            format!("{SOCKET}, {}", SOCKET.replace("/var/run", "/run")),
            "mounts the engine's socket twice",
        ),
    ] {
        let said = problems(&with(&bad, "Read this")).join("\n");
        assert!(said.contains(expected), "{bad}: {said}");
    }
    let said = problems(&with(SOCKET, " ")).join("\n");
    assert!(said.contains("options: a note"), "{said}");
}

#[test]
fn a_text_can_be_switched_on_by_anything_but_a_secret() {
    let text = with(SOCKET, "Read this").replace("{{engine?1}}", "{{token?1}}");
    let said = problems(&text).join("\n");
    assert!(
        said.contains("switches on `token`, which is a secret"),
        "{said}"
    );
}
