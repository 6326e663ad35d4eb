//! Variants of several containers.

use super::*;

/// A stack whose server is shared by all clients, with two services, one behind the other.
const STACK: &str = r#"
id: demo
title: Demo
publisher: Somebody
summary: Shows what a stack looks like
description: A demonstration.
categories: [utilities]
permissions: { network: none, files: none of yours }
inputs:
  - key: password
    title: Password
    kind: { type: secret, generate: {} }
variants:
  - id: stack
    title: Stack
    best_for: Teams
    run:
      type: stack
      long_lived: true
      health: { command: [demo, ready] }
      server:
        image: demo/server:1
        env: { DB: "db://demo:{{password}}@db/demo" }
        http: { port: 8000 }
      services:
        - name: cache
          after: [db]
          run: { image: "demo/cache:1" }
        - name: db
          health: { command: [db-ready] }
          run: { image: "demo/db:17", env: { PASSWORD: "{{password}}" } }
"#;

#[test]
fn a_stack_is_a_server_and_services() {
    let entry = load("demo.yaml", STACK, Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let Run::Stack(stack) = &entry.variant("stack").expect("there").run else {
        panic!("a stack");
    };
    assert!(stack.long_lived);
    let health = stack.services[1].health.as_ref().expect("said");
    assert_eq!((health.interval_seconds, health.start_seconds), (2, 30));
    // What all clients share is the exception.
    let usual = STACK
        .replace("      long_lived: true\n", "")
        .replace("      health: { command: [demo, ready] }\n", "");
    load("demo.yaml", &usual, Trust::Community).expect("for each session");
}

#[test]
fn what_is_wrong_with_a_stack_is_said() {
    for (from, to, expected) in [
        ("        http: { port: 8000 }\n", "", "needs `http`"),
        ("      long_lived: true\n", "", "`health` is for a server"),
        (
            "name: cache",
            "name: server",
            "the `long_lived` server itself",
        ),
        ("name: cache", "name: localhost", "the container itself"),
        ("name: cache", "name: db", "db"),
        ("name: cache", "name: Cache", "name"),
        (
            "after: [db]",
            "after: [other]",
            "`other`, which is no service",
        ),
        (
            "name: db\n",
            "name: db\n          after: [cache]\n",
            "wait for each other",
        ),
        (
            "demo/cache:1\"",
            "demo/cache:1\", network: none",
            "a stack has one",
        ),
        (
            "demo/cache:1\"",
            "demo/cache:1\", http: { port: 1 }",
            "only the server",
        ),
        (
            "demo/cache:1\"",
            "demo/cache:1\", build: { source: password }",
            "only the server of a stack is built",
        ),
        ("[db-ready]", "[]", "command"),
    ] {
        assert!(STACK.contains(from), "{from}");
        let found = problems(&STACK.replacen(from, to, 1));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{to}: {found:?}"
        );
    }
}
