//! Files and folders, and whole entries, checked on a machine in memory.

use berth_core::catalog::{Access, Catalog, Entry, InputKind, InputSpec, Marker};
use berth_core::input::{
    CheckContext, InputProblem, InputValue, InputValues, PathGrant, SecretValues, check, check_all,
};
use berth_core::secret::Secret;
use berth_testkit::fake::World;

fn folder(multiple: bool) -> InputSpec {
    InputSpec {
        key: "folders".to_owned(),
        title: "Folders".to_owned(),
        help: String::new(),
        link: None,
        required: true,
        placeholder: None,
        from_env: Vec::new(),
        when: None,
        variants: Vec::new(),
        kind: InputKind::Folder {
            multiple,
            access: Access::ReadOnly,
        },
    }
}

fn file() -> InputSpec {
    InputSpec {
        kind: InputKind::File {
            access: Access::ReadOnly,
        },
        ..folder(false)
    }
}

fn grant(path: &str, access: Access) -> PathGrant {
    PathGrant {
        path: path.to_owned(),
        access,
    }
}

fn paths(paths: &[&str], access: Access) -> InputValue {
    InputValue::Paths(paths.iter().map(|path| grant(path, access)).collect())
}

fn checked(
    spec: &InputSpec,
    value: &InputValue,
    container: bool,
) -> Result<InputValue, InputProblem> {
    let world = World::new();
    {
        let mut state = world.state();
        state.files.write("/home/ada/notes/todo.txt", "");
        state.files.write("/home/ada/.ssh/id_ed25519", "");
        state.files.link("/home/ada/innocent", "/home/ada/.ssh");
        state.files.link("/home/ada/to-berth", World::BERTH_HOME);
        state.files.link("/srv", "/home/ada/notes");
        state.files.create_folder("/home/bob");
        let marked = r#"{"name": "Box_MCP"}"#;
        state.files.write("/home/ada/box/pyproject.toml", marked);
        state.files.write("/home/ada/box/package.json", marked);
        state.files.write("/home/ada/box/Makefile", "");
        state.files.write("/home/ada/broken/pyproject.toml", "{");
        state.files.write("/home/ada/nameless/pyproject.toml", "{}");
        state.files.link("/home/ada/linked", "/home/ada/box");
    }
    let ports = world.ports();
    let ctx = CheckContext {
        host: &*ports.host,
        sources: &*ports.sources,
        keeps_read_only: container,
    };
    check(spec, value, &ctx)
}

#[test]
fn folders_are_canonical_and_there_once() {
    let given = paths(
        &["/home/ada/notes/../project/", " /srv ", "/home/ada/notes"],
        Access::ReadOnly,
    );
    assert_eq!(
        checked(&folder(true), &given, true),
        Ok(paths(
            &["/home/ada/project", "/home/ada/notes"],
            Access::ReadOnly
        ))
    );
}

fn source(file: &str, name: Option<&str>) -> InputSpec {
    let marker = Marker {
        file: file.to_owned(),
        name: name.map(str::to_owned),
    };
    InputSpec {
        kind: InputKind::Source { marker },
        ..folder(false)
    }
}

#[test]
fn a_source_folder_is_the_projects_and_only_read() {
    let expected = Ok(paths(&["/home/ada/box"], Access::ReadOnly));
    for (file, name) in [
        ("pyproject.toml", Some("box-mcp")),
        ("pyproject.toml", Some("BOX.mcp")),
        ("pyproject.toml", None),
        ("package.json", Some("Box_MCP")),
        ("Makefile", None),
    ] {
        for path in [
            "/home/ada/box",
            "/home/ada/linked",
            " /home/ada/notes/../box/ ",
        ] {
            for access in [Access::ReadOnly, Access::ReadWrite] {
                for container in [true, false] {
                    let given = paths(&[path], access);
                    let found = checked(&source(file, name), &given, container);
                    assert_eq!(found, expected, "{file} {name:?} {path}");
                }
            }
        }
    }
}

#[test]
fn another_folder_than_the_projects_is_refused_with_what_was_found() {
    let no_source = |file: &str, name: Option<&str>, found: Option<&str>| {
        Err(InputProblem::NotASource {
            file: file.to_owned(),
            name: name.map(str::to_owned),
            found: found.map(str::to_owned),
        })
    };
    for (path, file, name, found) in [
        ("/home/ada/notes", "pyproject.toml", Some("box-mcp"), None),
        ("/home/ada/notes", "Makefile", None, None),
        ("/home/ada/broken", "pyproject.toml", Some("box-mcp"), None),
        (
            "/home/ada/nameless",
            "pyproject.toml",
            Some("box-mcp"),
            None,
        ),
        (
            "/home/ada/box",
            "pyproject.toml",
            Some("box"),
            Some("Box_MCP"),
        ),
        (
            "/home/ada/box",
            "package.json",
            Some("box-mcp"),
            Some("Box_MCP"),
        ),
    ] {
        let given = paths(&[path], Access::ReadOnly);
        assert_eq!(
            checked(&source(file, name), &given, true),
            no_source(file, name, found),
            "{path} {file}"
        );
    }
    let spec = source("pyproject.toml", Some("box-mcp"));
    for (given, problem) in [
        ("box", InputProblem::NotAbsolute),
        ("/home/ada/box/Makefile", InputProblem::NotThere),
        ("/home/ada/nowhere", InputProblem::NotThere),
    ] {
        let given = paths(&[given], Access::ReadOnly);
        assert_eq!(checked(&spec, &given, true), Err(problem));
    }
    let private = paths(&["/home/ada"], Access::ReadOnly);
    assert!(matches!(
        checked(&spec, &private, true),
        Err(InputProblem::Sensitive { .. })
    ));
    let two = paths(&["/home/ada/box", "/home/ada/linked"], Access::ReadOnly);
    assert_eq!(checked(&spec, &two, true), Err(InputProblem::WrongType));
}

#[test]
fn what_is_no_source_folder_is_said_in_words() {
    let said = |name: Option<&str>, found: Option<&str>| {
        InputProblem::NotASource {
            file: "pyproject.toml".to_owned(),
            name: name.map(str::to_owned),
            found: found.map(str::to_owned),
        }
        .to_string()
    };
    assert_eq!(
        said(Some("box-mcp"), Some("notes")),
        "has a pyproject.toml of `notes`, not of `box-mcp`"
    );
    assert_eq!(
        said(Some("box-mcp"), None),
        "has no pyproject.toml of `box-mcp` in it"
    );
    assert_eq!(said(None, None), "has no pyproject.toml in it");
}

#[test]
fn what_is_no_folder_or_not_there_is_refused() {
    for (path, problem) in [
        ("notes", InputProblem::NotAbsolute),
        ("~/notes", InputProblem::NotAbsolute),
        ("", InputProblem::Empty),
        ("/nowhere", InputProblem::NotThere),
        ("/home/ada/notes/todo.txt", InputProblem::NotThere),
        ("/home/ada/notes\n/x", InputProblem::Forbidden),
    ] {
        let given = paths(&[path], Access::ReadOnly);
        assert_eq!(
            checked(&folder(true), &given, true),
            Err(problem),
            "{path:?}"
        );
    }
    let given = paths(&["/home/ada/notes/todo.txt"], Access::ReadOnly);
    assert_eq!(checked(&file(), &given, true), Ok(given));
    let given = paths(&["/home/ada/notes"], Access::ReadOnly);
    assert_eq!(checked(&file(), &given, true), Err(InputProblem::NotThere));
}

#[test]
fn only_berths_own_folder_is_nobodys_to_give_also_behind_a_link() {
    let inside = format!("{}/installations", World::BERTH_HOME);
    for (given, named) in [
        (World::BERTH_HOME, World::BERTH_HOME),
        (inside.as_str(), inside.as_str()),
        ("/home/ada/to-berth", World::BERTH_HOME),
    ] {
        let value = paths(&[given], Access::ReadWrite);
        assert_eq!(
            checked(&folder(true), &value, true),
            Err(InputProblem::Sensitive {
                path: named.to_owned()
            }),
            "{given}"
        );
    }
    // The rest is the person's to give, by its real name: the plan asks for more than a click.
    for (given, real) in [
        ("/home", "/home"),
        ("/home/ada", "/home/ada"),
        ("/home/ada/.ssh", "/home/ada/.ssh"),
        ("/home/ada/innocent", "/home/ada/.ssh"),
    ] {
        let value = paths(&[given], Access::ReadWrite);
        let real = paths(&[real], Access::ReadWrite);
        assert_eq!(checked(&folder(true), &value, true), Ok(real), "{given}");
    }
    let value = paths(&["/home/ada/.ssh/id_ed25519"], Access::ReadOnly);
    assert_eq!(checked(&file(), &value, true), Ok(value));
    let other = paths(&["/home/bob"], Access::ReadOnly);
    assert_eq!(checked(&folder(true), &other, true), Ok(other.clone()));
}

#[test]
fn a_process_cannot_be_kept_from_writing() {
    let read = paths(&["/home/ada/notes"], Access::ReadOnly);
    assert_eq!(
        checked(&folder(false), &read, false),
        Err(InputProblem::CannotBeReadOnly)
    );
    let write = paths(&["/home/ada/notes"], Access::ReadWrite);
    assert_eq!(checked(&folder(false), &write, false), Ok(write));
}

#[test]
fn a_value_has_its_inputs_type() {
    let two = paths(&["/home/ada/notes", "/home/ada/project"], Access::ReadOnly);
    let text = InputValue::Text("/home/ada/notes".to_owned());
    for (value, problem) in [
        (two, InputProblem::WrongType),
        (text, InputProblem::WrongType),
        (InputValue::Boolean(true), InputProblem::WrongType),
        (InputValue::Number(1.0), InputProblem::WrongType),
        (InputValue::Paths(Vec::new()), InputProblem::Empty),
    ] {
        assert_eq!(
            checked(&folder(false), &value, true),
            Err(problem),
            "{value:?}"
        );
    }
}

fn entry(id: &str) -> Entry {
    (*Catalog::built_in().entry(id).expect("built in")).clone()
}

fn all(
    entry: &Entry,
    variant: &str,
    values: &InputValues,
    secrets: &SecretValues,
    kept: &[String],
) -> Result<InputValues, Vec<(String, InputProblem)>> {
    let ports = World::new().ports();
    check_all(
        entry,
        variant,
        values,
        secrets,
        kept,
        &*ports.host,
        &*ports.sources,
    )
    .map_err(|problems| problems.into_iter().collect())
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_by_key() {
    let mut entry = entry("filesystem");
    let secret = InputSpec {
        key: "token".to_owned(),
        kind: InputKind::Secret {
            min_length: Some(8),
            pattern: None,
            pattern_help: None,
            generate: None,
        },
        ..folder(false)
    };
    entry.inputs.push(secret);
    let none = SecretValues::new();
    assert_eq!(
        all(&entry, "image", &InputValues::new(), &none, &[]),
        Err(vec![
            ("folders".to_owned(), InputProblem::Empty),
            ("token".to_owned(), InputProblem::Empty)
        ])
    );
    let values = InputValues::from([(
        "folders".to_owned(),
        paths(&["/home/ada/notes"], Access::ReadOnly),
    )]);
    assert_eq!(
        all(&entry, "image", &values, &none, &["token".to_owned()]),
        Ok(values.clone())
    );
    let short = SecretValues::from([("token".to_owned(), Secret::new(" short\n"))]);
    assert_eq!(
        all(&entry, "image", &values, &short, &["token".to_owned()]),
        Err(vec![(
            "token".to_owned(),
            InputProblem::TooShort { min: 8 }
        )])
    );
    let misplaced = InputValues::from([(
        "token".to_owned(),
        InputValue::Text("a plain value".to_owned()),
    )]);
    let secrets = SecretValues::from([("folders".to_owned(), Secret::new("/home/ada/notes"))]);
    assert_eq!(
        all(&entry, "image", &misplaced, &secrets, &[]),
        Err(vec![
            ("folders".to_owned(), InputProblem::NotSecret),
            ("token".to_owned(), InputProblem::NotSecret)
        ])
    );
}

#[test]
fn what_was_not_given_has_its_default_and_what_was_cleared_has_none() {
    let entry = entry("fetch");
    let secrets = SecretValues::new();
    let values = InputValues::from([
        ("user_agent".to_owned(), InputValue::Text("  ".to_owned())),
        ("allow_private".to_owned(), InputValue::Boolean(true)),
    ]);
    let image = all(&entry, "image", &values, &secrets, &[]).expect("checked");
    assert_eq!(
        image,
        InputValues::from([("ignore_robots".to_owned(), InputValue::Boolean(false))]),
        "the other variant's value is left alone"
    );
    let python = all(&entry, "python", &values, &secrets, &[]).expect("checked");
    assert_eq!(
        python.get("allow_private"),
        Some(&InputValue::Boolean(true))
    );
}
