//! Servers that run somewhere else.

use super::*;
use crate::error::AddressProblem;
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

/// The registration that a plan writes at a place.
fn registered(plan: &Plan, at: &Place) -> Option<serde_json::Value> {
    plan.steps.iter().find_map(|step| match step {
        Step::Register { place, command, .. } if place == at => Some(command.to_json()),
        _ => None,
    })
}

fn direct(place: Place, token: &str, old: Option<Installation>) -> Result<Plan> {
    let entry = crate::catalog::load("away", AWAY, crate::catalog::Trust::Community);
    let inputs = [("team", "blue"), ("zone", "eu")];
    let inputs = inputs.map(|(key, value)| (key.to_owned(), InputValue::Text(value.to_owned())));
    let secrets = (!token.is_empty()).then(|| ("token".to_owned(), Secret::new(token)));
    let choices = Choices {
        inputs: inputs.into(),
        secrets: secrets.into_iter().collect(),
        place,
        direct: true,
        replace: old.is_some(),
        ..choices("away", "hosted")
    };
    let around = Surroundings {
        old,
        ..around("g1")
    };
    let facts = Facts {
        vault: facts().vault,
        ..Facts::default()
    };
    install(&entry.expect("a good entry"), &choices, &facts, &around)
}

#[test]
fn claude_code_can_have_the_address_and_never_a_token() {
    let user = Place::default();
    let plan = direct(user.clone(), "s3cret-token", None).expect("a plan");
    let helper = "/usr/bin/berth headers x";
    assert_eq!(
        registered(&plan, &user),
        Some(serde_json::json!({
            "type": "http",
            "url": "https://example.com/blue/mcp",
            "headers": { "X-Zone": "eu" },
            "headersHelper": helper,
        }))
    );
    let command = helper.to_owned();
    assert!(plan.warnings.contains(&Warning::AsksForHeaders { command }));
    assert!(
        !serde_json::to_string(&plan)
            .expect("JSON")
            .contains("s3cret")
    );

    let project = Place::claude_code(Scope::Project, Some("/p".to_owned()));
    let plan = direct(project.clone(), "s3cret-token", None).expect("a plan");
    let raw = registered(&plan, &project).expect("it is registered");
    assert!(raw["headersHelper"].is_string(), "{raw}");
    let open = direct(user.clone(), "", None).expect("a plan");
    let raw = registered(&open, &user).expect("it is registered");
    assert_eq!(raw.get("headersHelper"), None, "nothing to ask for: {raw}");
}

#[test]
fn an_address_is_given_only_where_it_works() {
    let refused = |plan: Result<Plan>| plan.expect_err("refused").code;
    let local = Place::claude_code(Scope::Local, Some("/p".to_owned()));
    let unfit = |problem| ErrorCode::AddressUnfit { problem };
    assert_eq!(
        refused(direct(local.clone(), "s3cret-token", None)),
        unfit(AddressProblem::Scope)
    );
    direct(local, "", None).expect("there is no token to ask for");
    assert_eq!(
        refused(direct(Place::claude_desktop(), "", None)),
        unfit(AddressProblem::Client)
    );
}

#[test]
fn other_places_follow_the_address_when_it_changes() {
    let user = Place::default();
    let project = Place::claude_code(Scope::Project, Some("/p".to_owned()));
    let plan = direct(user.clone(), "s3cret-token", None).expect("a plan");
    let mut old = plan
        .steps
        .iter()
        .find_map(|step| match step {
            Step::WriteInstallation { installation, .. } => Some((**installation).clone()),
            _ => None,
        })
        .expect("a record");
    let mut elsewhere = old.direct[0].clone();
    elsewhere.place = project.clone();
    elsewhere.address.url = "https://example.com/red/mcp".to_owned();
    old.direct.push(elsewhere);
    old.places.push(project.clone());
    let plan = direct(user, "s3cret-token", Some(old)).expect("a plan");
    let raw = registered(&plan, &project).expect("written anew");
    assert_eq!(raw["url"], "https://example.com/blue/mcp");
}
