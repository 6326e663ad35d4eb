//! Inputs that are asked for by what was chosen before.

use super::*;

/// An entry with a choice, a switch and an input that depends on one of them.
fn with(when: &str) -> String {
    format!(
        r#"
id: demo
title: Demo
publisher: Somebody
summary: Asks by what was chosen
description: For tests.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
inputs:
  - key: auth
    title: Who may use it
    kind:
      type: choice
      default: none
      options: [{{ value: none, title: Everybody }}, {{ value: jwt, title: Who has a token }}]
  - key: strict
    title: Strict
    kind: {{ type: boolean }}
  - key: only_node
    title: For one variant
    variants: [node]
    kind: {{ type: text }}
  - key: token
    title: Token
    required: true
    when: {when}
    kind: {{ type: secret }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: demo/server:1
      env: {{ TOKEN: "{{{{token}}}}" }}
  - id: node
    title: Package
    best_for: Tests
    run:
      type: node
      package: demo
      version: 1.0.0
      bin: demo
      args: ["{{{{only_node}}}}"]
      env: {{ TOKEN: "{{{{token}}}}", STRICT: "{{{{strict}}}}" }}
"#
    )
}

#[test]
fn a_condition_names_an_input_before_it_and_values_that_it_can_have() {
    for good in [
        "{ input: auth }",
        "{ input: auth, is: [jwt] }",
        "{ input: strict, is: ['yes'] }",
        "{ input: strict, is: ['no'] }",
    ] {
        let said = problems(&with(good));
        let about: Vec<&String> = said.iter().filter(|said| said.contains("when")).collect();
        assert!(about.is_empty(), "{good}: {about:?}");
    }
    for (bad, expected) in [
        ("{ input: token }", "no input that is asked for before"),
        ("{ input: other }", "no input that is asked for before"),
        ("{ input: auth, is: [basic] }", "`auth` cannot be `basic`"),
        ("{ input: auth, is: [jwt, jwt] }", "`jwt` is there twice"),
        ("{ input: strict }", "say whether `yes` or `no`"),
        (
            "{ input: strict, is: [maybe] }",
            "`strict` cannot be `maybe`",
        ),
        (
            "{ input: only_node }",
            "the variant `image` does not ask for `only_node`",
        ),
    ] {
        let said = problems(&with(bad)).join("\n");
        assert!(said.contains(expected), "{bad}: {said}");
    }
}
