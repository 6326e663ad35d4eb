//! Inputs that are asked for by what was chosen before.

use super::*;
use crate::server::Launch;

const DEMO: &str = r#"
id: demo
title: Demo
publisher: Somebody
summary: Asks by what was chosen
description: For tests.
categories: [utilities]
permissions: { network: none, files: none }
inputs:
  - key: auth
    title: Who may use it
    kind:
      type: choice
      default: none
      options: [{ value: none, title: Everybody }, { value: jwt, title: Who has a token }]
  - key: token
    title: Token
    when: { input: auth, is: [jwt] }
    kind: { type: secret, generate: {} }
  - key: issuer
    title: Issuer
    when: { input: auth, is: [jwt] }
    kind: { type: text }
variants:
  - id: node
    title: Package
    best_for: Tests
    run:
      type: node
      package: demo
      version: 1.0.0
      bin: demo
      args: ["--issuer={{issuer}}"]
      env: { AUTH: "{{auth}}", TOKEN: "{{token}}" }
"#;

/// The plan with these values, which have been checked.
fn plan_with(values: &[(&str, &str)]) -> Plan {
    let entry = crate::catalog::load("demo.yaml", DEMO, crate::catalog::Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let text =
        |(key, value): &(&str, &str)| ((*key).to_owned(), InputValue::Text((*value).to_owned()));
    let choices = Choices {
        inputs: values.iter().map(text).collect(),
        // Given before another way was chosen.
        secrets: [("token".to_owned(), Secret::new("given-before"))].into(),
        ..choices("demo", "node")
    };
    install(&entry, &choices, &facts(), &around("g1")).expect("a plan")
}

fn record(plan: &Plan) -> &Installation {
    let written = plan.steps.iter().find_map(|step| match step {
        Step::WriteInstallation { installation, .. } => Some(&**installation),
        _ => None,
    });
    written.expect("a record")
}

#[test]
fn what_is_not_asked_for_is_not_stored_and_not_used() {
    let plan = plan_with(&[("auth", "none")]);
    assert!(!kinds(&plan).contains(&"store_secret".to_owned()));
    assert!(!kinds(&plan).contains(&"make_secret".to_owned()));
    assert!(record(&plan).secrets.is_empty());
    let Launch::Process { args, env, .. } = &record(&plan).launch else {
        panic!("a process");
    };
    assert!(args.is_empty(), "{args:?}");
    assert_eq!(env.get("AUTH").map(String::as_str), Some("none"));

    let plan = plan_with(&[("auth", "jwt"), ("issuer", "https://example.com")]);
    assert!(kinds(&plan).contains(&"store_secret".to_owned()));
    assert_eq!(record(&plan).secrets.len(), 1);
    let Launch::Process { args, .. } = &record(&plan).launch else {
        panic!("a process");
    };
    assert_eq!(args, &["--issuer=https://example.com"]);
}
