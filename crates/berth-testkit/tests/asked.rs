//! Inputs that are asked for by what was chosen before, in a whole entry.
#![allow(missing_docs)]

use berth_core::catalog::{Trust, load};
use berth_core::input::{InputValue, SecretValues, check_all};
use berth_core::secret::Secret;
use berth_testkit::fake::World;

/// An entry whose token is needed only where it is asked for.
const ASKING: &str = r#"
id: asking
title: Asking
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
    required: true
    when: { input: auth, is: [jwt] }
    kind: { type: secret, min_length: 8 }
  - key: issuer
    title: Issuer
    when: { input: auth, is: [jwt] }
    kind: { type: url }
  - key: audience
    title: Audience
    required: true
    when: { input: issuer }
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
      args: ["{{issuer}}", "{{audience}}"]
      env: { TOKEN: "{{token}}" }
"#;

#[test]
fn only_what_is_asked_for_is_needed_and_kept() {
    let entry = load("asking.yaml", ASKING, Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let world = World::new();
    let ports = world.ports();
    let asked = |values: &[(&str, &str)], secrets: &SecretValues| {
        let values = values
            .iter()
            .map(|(key, value)| ((*key).to_owned(), InputValue::Text((*value).to_owned())))
            .collect();
        let (host, sources) = (ports.host.as_ref(), ports.sources.as_ref());
        check_all(&entry, "node", &values, secrets, &[], host, sources)
            .map(|checked| checked.into_keys().collect::<Vec<_>>())
            .map_err(|problems| problems.into_keys().collect::<Vec<_>>())
    };
    let none = SecretValues::new();
    let short = SecretValues::from([("token".to_owned(), Secret::new("short"))]);
    let good = SecretValues::from([("token".to_owned(), Secret::new("long-enough"))]);
    let texts = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    // What stands in fields that are not asked for is not looked at.
    assert_eq!(
        asked(&[("issuer", "no address")], &short),
        Ok(texts(&["auth"]))
    );
    assert_eq!(asked(&[("auth", "jwt")], &none), Err(texts(&["token"])));
    assert_eq!(asked(&[("auth", "jwt")], &short), Err(texts(&["token"])));
    assert_eq!(asked(&[("auth", "jwt")], &good), Ok(texts(&["auth"])));
    // A condition on an input that is itself asked for by another one.
    let issuer = ("issuer", "https://example.com");
    assert_eq!(
        asked(&[("auth", "jwt"), issuer], &good),
        Err(texts(&["audience"]))
    );
    assert_eq!(
        asked(&[issuer, ("audience", "us")], &none),
        Ok(texts(&["auth"]))
    );
}
