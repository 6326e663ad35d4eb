//! Files and folders, and whole entries, checked on a machine in memory.

use berth_core::catalog::{Access, Catalog, Entry, InputKind, InputSpec};
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
        state.files.link("/srv", "/home/ada/notes");
        state.files.create_folder("/home/bob");
    }
    let host = world.ports().host;
    let ctx = CheckContext {
        host: &*host,
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
fn private_places_are_refused_also_behind_a_link() {
    for (given, named) in [
        ("/", "/"),
        ("/home/ada", "/home/ada"),
        ("/home/ada/notes/..", "/home/ada/notes/.."),
        ("/home/ada/.ssh", "/home/ada/.ssh"),
        ("/home/ada/innocent", "/home/ada/.ssh"),
        (World::BERTH_HOME, World::BERTH_HOME),
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
    let value = paths(&["/home/ada/.ssh/id_ed25519"], Access::ReadOnly);
    assert!(matches!(
        checked(&file(), &value, true),
        Err(InputProblem::Sensitive { .. })
    ));
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
    Catalog::built_in().entry(id).expect("built in").clone()
}

fn all(
    entry: &Entry,
    variant: &str,
    values: &InputValues,
    secrets: &SecretValues,
    kept: &[String],
) -> Result<InputValues, Vec<(String, InputProblem)>> {
    let host = World::new().ports().host;
    check_all(entry, variant, values, secrets, kept, &*host)
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
