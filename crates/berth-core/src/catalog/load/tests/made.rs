//! Secrets that Berth makes.

use super::*;
use crate::catalog::Generate;

/// The good entry with a secret of this kind in its container.
fn with(kind: &str) -> String {
    let secret = "kind: { type: secret, min_length: 8 }";
    let used = r#"DEMO_TOKEN: "Bearer {{token}}""#;
    let url = r#"DEMO_TOKEN: "postgres://demo:{{token}}@db:5432/demo""#;
    GOOD.replacen(secret, &format!("kind: {kind}"), 1)
        .replacen(used, url, 1)
}

#[test]
fn a_secret_can_be_made_and_stands_inside_an_address() {
    let kind = "{ type: secret, min_length: 20, generate: { prefix: p- } }";
    let entry = load("demo.yaml", &with(kind), Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let kind = &entry.input("token").expect("there").kind;
    let expected = Generate {
        length: 32,
        prefix: "p-".to_owned(),
    };
    assert_eq!(kind.generate(), Some(&expected));
}

#[test]
fn what_would_be_made_has_to_fit_its_own_rules() {
    for (kind, expected) in [
        (
            "{ type: secret, generate: { length: 8 } }",
            "inputs[2].kind",
        ),
        (
            "{ type: secret, generate: { prefix: 'a/b' } }",
            "inputs[2].kind",
        ),
        (
            "{ type: secret, min_length: 40, generate: { length: 32 } }",
            "generate: what would be made is shorter than 40 characters",
        ),
        (
            "{ type: secret, pattern: '[a-z0-9]+', pattern_help: small ones, generate: {} }",
            "generate: what would be made does not fit: small ones",
        ),
    ] {
        let said = problems(&with(kind)).join("\n");
        assert!(said.contains(expected), "{kind}: {said}");
    }
}
