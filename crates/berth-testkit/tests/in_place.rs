//! What is in a source folder that is installed in place, beside the project itself.

use std::collections::BTreeMap;

use berth_core::catalog::{Access, Trust, load};
use berth_core::input::{InputValue, InputValues, PathGrant};
use berth_core::plan::environments;
use berth_testkit::fake::World;

const ENTRY: &str = r#"
id: here
title: Here
publisher: Somebody
summary: Is installed from its folder
description: For tests.
categories: [utilities]
permissions: { network: none, files: its source }
inputs:
  - key: source
    title: Source folder
    required: true
    variants: [python]
    kind: { type: source, marker: { file: pyproject.toml, name: here-mcp } }
variants:
  - id: package
    title: Package
    best_for: Tests
    run: { type: python, package: here-mcp, version: 1.0.0, script: here-mcp }
  - id: python
    title: Python from source
    best_for: Tests
    run: { type: python, package: here-mcp, source: source, script: here-mcp }
"#;

fn at(folder: &str) -> InputValues {
    let grants = vec![PathGrant {
        path: folder.to_owned(),
        access: Access::ReadOnly,
    }];
    [("source".to_owned(), InputValue::Paths(grants))].into()
}

#[test]
fn an_environment_with_the_servers_script_is_found_where_there_is_one() {
    let world = World::new();
    let ports = world.ports();
    let entry = load("here", ENTRY, Trust::Community).expect("a good entry");
    let none = BTreeMap::new();
    assert_eq!(environments(&ports, &entry, &at("/home/ada/code")), none);
    world
        .state()
        .files
        .write("/home/ada/code/.venv/bin/other", "script");
    assert_eq!(environments(&ports, &entry, &at("/home/ada/code")), none);
    let script = "/home/ada/code/.venv/bin/here-mcp";
    world.state().files.write(script, "script");
    let found = [("python".to_owned(), script.to_owned())].into();
    assert_eq!(environments(&ports, &entry, &at("/home/ada/code")), found);
    assert_eq!(environments(&ports, &entry, &InputValues::new()), none);
}
