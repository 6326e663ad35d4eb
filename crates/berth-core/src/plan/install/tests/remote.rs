//! Servers that run somewhere else.

use super::*;
use crate::input::InputProblem;
use crate::plan::preview::PreviewLine;
use crate::server::SecretTarget;

const AWAY: &str = r#"
id: away
title: Away
publisher: Somebody
summary: Answers from somewhere else
description: For tests.
categories: [utilities]
permissions: { network: the server, files: none }
inputs:
  - key: team
    title: Team
    required: true
    variants: [hosted]
    kind: { type: text }
  - key: server
    title: Server
    required: true
    variants: [own]
    kind: { type: url }
  - key: zone
    title: Zone
    kind: { type: text }
  - key: token
    title: Token
    kind: { type: secret }
variants:
  - id: hosted
    title: Hosted
    best_for: Tests
    run:
      type: remote
      url: https://example.com/{{team}}/mcp
      headers: { Authorization: "Bearer {{token}}", X-Zone: "{{zone}}" }
  - id: own
    title: Own
    best_for: Tests
    run:
      type: remote
      url: "{{server}}"
      headers: { Authorization: "Bearer {{token}}", X-Zone: "{{zone}}" }
"#;

fn planned_with(variant: &str, inputs: &[(&str, &str)], token: &str) -> Result<Plan> {
    let entry = crate::catalog::load("away", AWAY, crate::catalog::Trust::Community);
    let inputs = inputs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), InputValue::Text((*value).to_owned())));
    let choices = Choices {
        inputs: inputs.collect(),
        secrets: [("token".to_owned(), Secret::new(token))].into(),
        ..choices("away", variant)
    };
    // Nothing of this computer is needed.
    let facts = Facts {
        vault: facts().vault,
        ..Facts::default()
    };
    install(
        &entry.expect("a good entry"),
        &choices,
        &facts,
        &around("g1"),
    )
}

#[test]
fn only_a_secret_and_a_registration_are_made() {
    let plan = planned_with("hosted", &[("team", "a/../b"), ("zone", "UTC")], "s3cret");
    let plan = plan.expect("a plan");
    assert_eq!(
        kinds(&plan),
        ["store_secret", "write_installation", "register", "verify"]
    );
    let made = record(&plan);
    let Launch::Remote(launch) = &made.launch else {
        panic!("{:?}", made.launch);
    };
    assert_eq!(launch.url, "https://example.com/a%2F..%2Fb/mcp");
    assert_eq!(
        launch.headers,
        BTreeMap::from([("X-Zone".to_owned(), "UTC".to_owned())])
    );
    assert_eq!(made.secrets[0].env, "Authorization");
    assert_eq!(made.secrets[0].target, SecretTarget::Header);
    assert_eq!(made.folder, None);
    let host = "example.com".to_owned();
    assert_eq!(plan.warnings, [Warning::DataLeaves { host }]);

    let shown = preview(&plan, &plan.steps[1]).lines;
    let url = launch.url.clone();
    assert_eq!(shown[0], PreviewLine::Network { text: url });
    let shown = format!("{shown:?}");
    assert!(
        shown.contains("X-Zone: UTC") && shown.contains("Authorization: ••"),
        "{shown}"
    );
    assert!(!shown.contains("s3cret"));
    let none = planned_with("hosted", &[("team", "a")], "").expect("a plan");
    assert_eq!(kinds(&none), ["write_installation", "register", "verify"]);
}

#[test]
fn an_address_of_the_person_s_is_encrypted_or_of_this_computer() {
    for (given, reached) in [
        (
            "https://mcp.example.com/x?y=1#z",
            "https://mcp.example.com/x?y=1",
        ),
        (" http://127.0.0.1:8080/mcp ", "http://127.0.0.1:8080/mcp"),
    ] {
        let plan = planned_with("own", &[("server", given)], "").expect("a plan");
        let Launch::Remote(launch) = &record(&plan).launch else {
            panic!("{plan:?}");
        };
        assert_eq!(launch.url, reached);
    }
    let error =
        planned_with("own", &[("server", "http://example.com/mcp")], "").expect_err("plain");
    let ErrorCode::InputInvalid { input, problem } = error.code else {
        panic!("{error:?}");
    };
    assert_eq!(input, "server");
    assert!(matches!(problem, InputProblem::Scheme { .. }));
}

#[test]
fn a_container_over_http_has_its_port_on_this_computer_only() {
    let container = r#"  - id: port
    title: Container
    best_for: Tests
    run:
      type: image
      image: demo/away:1
      env: { TOKEN: "{{token}}" }
      http: { port: 8080, path: /, headers: { Authorization: "Bearer {{token}}", X-Zone: "{{zone}}" } }
"#;
    let entry = format!("{AWAY}{container}");
    let entry = crate::catalog::load("away", &entry, crate::catalog::Trust::Community);
    let entry = entry.expect("a good entry");
    for (token, guarded) in [("s3cret", true), ("", false)] {
        let choices = Choices {
            secrets: [("token".to_owned(), Secret::new(token))].into(),
            ..choices("away", "port")
        };
        let plan = install(&entry, &choices, &facts(), &around("g1")).expect("a plan");
        assert!(
            plan.warnings.contains(&Warning::OpensPort { guarded }),
            "{plan:?}"
        );
        let made = record(&plan);
        let Launch::Container(launch) = &made.launch else {
            panic!("{:?}", made.launch);
        };
        let http = launch.http.as_ref().expect("over HTTP");
        assert_eq!((http.port, http.path.as_str()), (8080, "/"));
        assert!(http.headers.is_empty(), "it has no zone: {http:?}");
        let targets: Vec<_> = made.secrets.iter().map(|secret| secret.target).collect();
        let expected = [SecretTarget::Variable, SecretTarget::Header];
        assert_eq!(targets, if guarded { &expected[..] } else { &[] });
        let step = plan
            .steps
            .iter()
            .find(|step| matches!(step, Step::WriteInstallation { .. }));
        let shown = format!("{:?}", preview(&plan, step.expect("a record")).lines);
        assert!(shown.contains("--publish=127.0.0.1::8080"), "{shown}");
        assert!(
            !shown.contains("docker run --rm -i") && !shown.contains("s3cret"),
            "{shown}"
        );
    }
}
