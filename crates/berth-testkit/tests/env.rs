//! Values for inputs out of the `.env` file of a source folder.

use std::sync::Arc;

use berth_core::catalog::{Entry, Trust, load};
use berth_core::input::{InputProblem, InputValue};
use berth_core::plan::Choices;
use berth_core::secret::Secret;
use berth_core::source::{EnvFound, look, take};
use berth_testkit::fake::World;

const TOKEN: &str = "hunter2-hunter2-hunter2";

fn entry() -> Entry {
    let yaml = r#"
id: boxes
title: Boxes
publisher: Ada
summary: Keeps boxes
description: Keeps boxes.
categories: [utilities]
permissions: { network: none, files: none }
inputs:
  - key: source
    title: Source
    required: true
    kind: { type: source, marker: { file: pyproject.toml, name: box-mcp } }
  - key: company
    title: Company
    from_env: [COMPANY, DOMAIN]
    kind: { type: text, extract: "https://([a-z]+)[.]example[.]com", pattern: "[a-z]+", pattern_help: letters }
  - key: size
    title: Size
    from_env: [SIZE]
    kind: { type: number, max: 10 }
  - key: fast
    title: Fast
    from_env: [FAST]
    kind: { type: boolean }
  - key: site
    title: Site
    from_env: [SITE]
    kind: { type: url }
  - key: token
    title: Token
    required: true
    from_env: [TOKEN]
    kind: { type: secret, min_length: 20 }
  - key: other
    title: Other
    variants: [other]
    from_env: [TOKEN]
    kind: { type: secret }
variants:
  - id: main
    title: Main
    best_for: All
    run:
      type: build
      image: box-mcp:latest
      build: { source: source }
      env: { A: "{{company}}", B: "{{size}}", C: "{{fast?yes}}", D: "{{site}}", TOKEN: "{{token}}" }
  - id: other
    title: Other
    best_for: Nobody
    run:
      type: build
      image: box-mcp:other
      build: { source: source }
      env: { A: "{{company}}", B: "{{size}}", C: "{{fast?yes}}", D: "{{site}}", TOKEN: "{{token}}", E: "{{other}}" }
"#;
    load("boxes.yaml", yaml, Trust::Verified).expect("an entry")
}

fn machine(env: &str) -> Arc<World> {
    let world = World::new();
    {
        let mut state = world.state();
        let project = "/home/ada/box/pyproject.toml";
        state.files.write(project, r#"{"name": "box-mcp"}"#);
        state.files.write("/home/ada/box/.env", env);
        state
            .files
            .write("/home/ada/plain/pyproject.toml", r#"{"name": "box-mcp"}"#);
        state
            .files
            .write("/home/ada/another/pyproject.toml", r#"{"name": "another"}"#);
        state.files.write("/home/ada/another/.env", env);
        state.files.link("/home/ada/link", "/home/ada/box");
    }
    world
}

fn found(env: &str) -> EnvFound {
    let world = machine(env);
    let found = look(&world.ports(), &entry(), "source", "/home/ada/link");
    found.expect("read").expect("there")
}

#[test]
fn values_are_what_would_be_stored_and_secrets_are_not_told() {
    let env = format!(
        "DOMAIN=https://ada.example.com\nSIZE=7\nFAST=yes\nSITE=https://x.example\nTOKEN={TOKEN}\n?\n"
    );
    let found = found(&env);
    assert_eq!(found.path, "/home/ada/box/.env", "without links");
    assert_eq!(found.ignored, 1);
    let told: Vec<_> = found
        .values
        .iter()
        .map(|value| {
            (
                value.input.as_str(),
                value.variable.as_str(),
                value.value.clone(),
            )
        })
        .collect();
    let text = |text: &str| Some(InputValue::Text(text.to_owned()));
    let expected = [
        ("company", "DOMAIN", text("ada")),
        ("size", "SIZE", Some(InputValue::Number(7.0))),
        ("fast", "FAST", Some(InputValue::Boolean(true))),
        ("site", "SITE", text("https://x.example")),
        ("token", "TOKEN", None),
        ("other", "TOKEN", None),
    ];
    assert_eq!(told, expected);
    assert!(found.values.iter().all(|value| value.problem.is_none()));
    let said = format!("{found:?}{}", serde_json::to_string(&found).expect("JSON"));
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn what_does_not_fit_is_said_without_its_value() {
    let found = found(
        "COMPANY=hunter2 no\nSIZE=11\nFAST=perhaps\nSITE=https://ada:hunter2@x.example\nTOKEN=hunter2\n",
    );
    let problems: Vec<_> = found
        .values
        .iter()
        .filter_map(|value| Some((value.input.as_str(), value.problem.clone()?)))
        .collect();
    let expected = [
        (
            "company",
            InputProblem::Pattern {
                help: "letters".to_owned(),
            },
        ),
        ("size", InputProblem::TooLarge { max: 10.0 }),
        ("fast", InputProblem::WrongType),
        ("site", InputProblem::PasswordInUrl),
        ("token", InputProblem::TooShort { min: 20 }),
    ];
    assert_eq!(problems, expected);
    assert!(found.values.iter().all(|value| value.value.is_none()));
    let said = serde_json::to_string(&found).expect("JSON");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn only_the_projects_own_folder_is_read() {
    let world = machine(&format!("TOKEN={TOKEN}"));
    let (ports, entry) = (world.ports(), entry());
    for (input, folder) in [
        ("source", "/home/ada/another"),
        ("source", "/home/ada/plain"),
        ("source", "/home/ada/nowhere"),
        ("source", "box"),
        ("token", "/home/ada/box"),
        ("nothing", "/home/ada/box"),
    ] {
        assert_eq!(
            look(&ports, &entry, input, folder),
            Ok(None),
            "{input} {folder}"
        );
    }
}

fn choices(folder: &str, from_env: &[&str]) -> Choices {
    Choices {
        entry: "boxes".to_owned(),
        inputs: [("source".to_owned(), InputValue::source(folder))].into(),
        from_env: from_env.iter().map(|key| (*key).to_owned()).collect(),
        ..Choices::default()
    }
}

fn taken(world: &Arc<World>, mut choices: Choices) -> (Vec<(String, String)>, Vec<String>) {
    take(&world.ports(), &entry(), "main", &mut choices).expect("read");
    let secrets = choices.secrets.iter();
    let secrets = secrets.map(|(key, value)| (key.clone(), value.expose().to_owned()));
    (secrets.collect(), choices.from_env)
}

#[test]
fn a_secret_is_taken_where_that_was_asked_for_and_no_other_was_given() {
    let world = machine(&format!("TOKEN='  {TOKEN} '"));
    let token = |value: &str| vec![("token".to_owned(), value.to_owned())];
    let none = (Vec::new(), Vec::new());
    let asked = choices("/home/ada/box", &["token"]);
    let key = vec!["token".to_owned()];
    assert_eq!(taken(&world, asked), (token(TOKEN), key));
    assert_eq!(taken(&world, choices("/home/ada/box", &[])), none);

    let mut given = choices("/home/ada/box", &["token"]);
    let mine = Secret::new("mine");
    given.secrets.insert("token".to_owned(), mine);
    assert_eq!(taken(&world, given), (token("mine"), Vec::new()));

    // Of another variant, no secret, nothing at all; and folders that are not the project's.
    let keys = ["other", "company", "nothing"];
    assert_eq!(taken(&world, choices("/home/ada/box", &keys)), none);
    for folder in ["/home/ada/another", "/home/ada/plain", "/nowhere"] {
        assert_eq!(taken(&world, choices(folder, &["token"])), none, "{folder}");
    }
    let world = machine("TOKEN=short");
    assert_eq!(taken(&world, choices("/home/ada/box", &["token"])), none);
}
