//! Python packages that are installed in place.

use super::*;

const IN_PLACE: &str = r#"
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
    kind: { type: source, marker: { file: pyproject.toml, name: here-mcp } }
variants:
  - id: python
    title: Python from source
    best_for: Tests
    run:
      type: python
      package: "here-mcp[http]"
      source: source
      pins: ["six==1.16.0"]
      script: here-mcp
"#;

fn planned_at(folder: &str, facts: &Facts, around: &Surroundings) -> Result<Plan> {
    let entry = crate::catalog::load("here", IN_PLACE, crate::catalog::Trust::Community);
    let grants = vec![PathGrant {
        path: folder.to_owned(),
        access: Access::ReadOnly,
    }];
    let choices = Choices {
        inputs: [("source".to_owned(), InputValue::Paths(grants))].into(),
        ..choices("here", "python")
    };
    install(&entry.expect("a good entry"), &choices, facts, around)
}

fn saying(version: Option<&str>, requires: Option<&str>) -> Surroundings {
    Surroundings {
        project: Some(Project {
            manager: None,
            name: Some("here-mcp".to_owned()),
            version: version.map(str::to_owned),
            requires: requires.map(str::to_owned),
        }),
        ..around("g1")
    }
}

fn only_pip() -> Facts {
    Facts {
        uv: Fact::Unknown,
        ..facts()
    }
}

#[test]
fn a_folder_is_installed_in_place_into_an_environment_elsewhere() {
    let around = saying(Some("0.3.0"), Some(">=3.11, <4"));
    for facts in [facts(), only_pip()] {
        let plan = planned_at("/home/p/my code", &facts, &around).expect("a plan");
        assert_eq!(
            kinds(&plan)[..3],
            ["create_folder", "create_venv", "install_in_place"]
        );
        let shown = preview(&plan, &plan.steps[2]);
        assert_eq!(shown.subject, "/home/p/my code[http]");
        let lines = format!("{:?}", shown.lines);
        assert!(
            lines.contains("-e '/home/p/my code[http]' six==1.16.0"),
            "{lines}"
        );
        let installation = record(&plan);
        let Launch::Process {
            program,
            source,
            env,
            folder,
            ..
        } = &installation.launch
        else {
            panic!("a process");
        };
        assert_eq!(source.as_deref(), Some("/home/p/my code"));
        assert_eq!(program, &format!("{folder}/venv/bin/here-mcp"));
        assert_eq!(env["PYTHONPYCACHEPREFIX"], format!("{folder}/pycache"));
        assert_eq!(installation.launch.needs(), ["/home/p/my code"]);
        assert_eq!(installation.pins[0].version, "0.3.0");
        // Nothing of the plan writes into the person's folder.
        let written: Vec<String> = plan
            .steps
            .iter()
            .flat_map(|step| preview(&plan, step).lines)
            .filter_map(|line| match line {
                crate::plan::preview::PreviewLine::Writes { path } => Some(path),
                _ => None,
            })
            .collect();
        assert!(written.len() > 3, "{written:?}");
        assert!(
            !written.iter().any(|path| path.contains("my code")),
            "{written:?}"
        );
        let folder = "/home/p/my code".to_owned();
        assert!(plan.warnings.contains(&Warning::LessIsolated));
        assert!(plan.warnings.contains(&Warning::InPlace { folder }));
    }
}

#[test]
fn the_projects_own_range_of_versions_counts_as_well() {
    let needed = |plan: Result<Plan>| match plan.expect_err("no Python fits").code {
        ErrorCode::PythonMissing { needed } => needed,
        other => panic!("{other:?}"),
    };
    let newer = saying(None, Some(">=3.12"));
    assert_eq!(needed(planned_at("/s", &only_pip(), &newer)), ">=3.12");
    let nothing = Facts {
        python: Fact::Unknown,
        ..only_pip()
    };
    assert_eq!(needed(planned_at("/s", &nothing, &newer)), ">=3.11");
    // uv can bring one, and is told of both.
    let plan = planned_at("/s", &facts(), &newer).expect("a plan");
    assert!(
        matches!(&plan.steps[1], Step::CreateVenv { requires, .. } if requires == ">=3.11,>=3.12"),
        "{:?}",
        plan.steps[1]
    );
    // What only another tool understands is for that one to say.
    let poetry = saying(None, Some("^3.11"));
    let plan = planned_at("/s", &facts(), &poetry).expect("a plan");
    assert!(
        matches!(&plan.steps[1], Step::CreateVenv { requires, .. } if requires == ">=3.11"),
        "{:?}",
        plan.steps[1]
    );
    assert_eq!(record(&plan).pins[0].version, "source");
}
