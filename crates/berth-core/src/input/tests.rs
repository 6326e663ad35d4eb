//! Rules that need no file system. Paths and whole entries are tested with the testkit's fakes.

use crate::catalog::{Access, Catalog, ChoiceOption, InputKind, InputSpec, Marker, When};
use crate::error::ErrorCode;
use crate::secret::Secret;

use super::*;

fn spec(kind: InputKind) -> InputSpec {
    InputSpec {
        key: "key".to_owned(),
        title: "Key".to_owned(),
        help: String::new(),
        link: None,
        required: true,
        placeholder: None,
        from_env: Vec::new(),
        when: None,
        variants: Vec::new(),
        kind,
    }
}

fn text_kind(pattern: Option<&str>, min: Option<u32>, max: Option<u32>) -> InputKind {
    InputKind::Text {
        default: None,
        pattern: pattern.map(str::to_owned),
        pattern_help: pattern.map(|_| "digits".to_owned()),
        min_length: min,
        max_length: max,
        extract: None,
    }
}

#[test]
fn text_is_trimmed_and_measured_in_characters() {
    let kind = text_kind(None, Some(2), Some(3));
    assert_eq!(check_text(&kind, "  äö  "), Ok("äö".to_owned()));
    assert_eq!(
        check_text(&kind, "ä "),
        Err(InputProblem::TooShort { min: 2 })
    );
    assert_eq!(
        check_text(&kind, "äöüß"),
        Err(InputProblem::TooLong { max: 3 })
    );
    let long = "x".repeat(5000);
    let unlimited = text_kind(None, None, None);
    assert_eq!(
        check_text(&unlimited, &long),
        Err(InputProblem::TooLong { max: 4096 })
    );
}

#[test]
fn the_part_that_is_asked_for_is_taken_out_of_what_was_pasted() {
    let kind = InputKind::Text {
        default: None,
        pattern: Some("[a-z]+".to_owned()),
        pattern_help: Some("the name alone".to_owned()),
        min_length: None,
        max_length: Some(8),
        extract: Some(r"(?:https?://)?([^/.]+)\.example\.com(?:/.*)?".to_owned()),
    };
    for pasted in [
        "acme",
        "acme.example.com",
        "https://acme.example.com",
        " https://acme.example.com/boards/7?x=1 ",
    ] {
        assert_eq!(check_text(&kind, pasted), Ok("acme".to_owned()), "{pasted}");
    }
    // What is taken out is held to the rules, and what does not fit is left as it is.
    for wrong in [
        "https://ACME.example.com",
        "https://acme.example.org",
        "a/b",
    ] {
        assert!(check_text(&kind, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_pattern_fits_the_whole_value() {
    let kind = text_kind(Some("[0-9]+|none"), None, None);
    assert_eq!(check_text(&kind, "42"), Ok("42".to_owned()));
    assert_eq!(check_text(&kind, "none"), Ok("none".to_owned()));
    for wrong in ["4 2", "x42", "42x", "nonesense", ""] {
        assert_eq!(
            check_text(&kind, wrong),
            Err(InputProblem::Pattern {
                help: "digits".to_owned()
            }),
            "{wrong}"
        );
    }
}

#[test]
fn hidden_and_control_characters_are_refused() {
    let kind = text_kind(None, None, None);
    for text in [
        "a\nb",
        "a\tb",
        "a\0b",
        "a\u{1b}[0m",
        "a\u{202e}b",
        "a\u{200b}b",
    ] {
        assert_eq!(
            check_text(&kind, text),
            Err(InputProblem::Forbidden),
            "{text:?}"
        );
    }
}

#[test]
fn a_choice_is_one_of_its_options() {
    let option = |value: &str| ChoiceOption {
        value: value.to_owned(),
        title: value.to_owned(),
        note: None,
    };
    let kind = InputKind::Choice {
        default: None,
        options: vec![option("a"), option("b")],
    };
    assert_eq!(check_text(&kind, "b"), Ok("b".to_owned()));
    assert_eq!(
        check_text(&kind, "c"),
        Err(InputProblem::NotAnOption {
            options: vec!["a".to_owned(), "b".to_owned()]
        })
    );
}

#[test]
fn an_address_has_an_allowed_scheme_and_no_password() {
    let any = InputKind::Url {
        default: None,
        schemes: Vec::new(),
    };
    assert_eq!(
        check_text(&any, " https://example.com/a?b=c "),
        Ok("https://example.com/a?b=c".to_owned())
    );
    for (text, problem) in [
        ("example.com", InputProblem::NotAUrl),
        ("https://", InputProblem::NotAUrl),
        ("https://ada:pw@example.com", InputProblem::PasswordInUrl),
        (
            "file:///etc/passwd",
            InputProblem::Scheme {
                allowed: vec!["https:".to_owned(), "http:".to_owned()],
            },
        ),
    ] {
        assert_eq!(check_text(&any, text), Err(problem), "{text}");
    }
    let redis = InputKind::Url {
        default: None,
        schemes: vec!["redis".to_owned()],
    };
    assert!(check_text(&redis, "redis://localhost:6379/0").is_ok());
    assert!(check_text(&redis, "https://example.com").is_err());
}

#[test]
fn numbers_keep_their_limits() {
    let kind = InputKind::Number {
        default: None,
        min: Some(1.0),
        max: Some(10.0),
        integer: true,
    };
    assert_eq!(check_number(&kind, 10.0), Ok(()));
    assert_eq!(
        check_number(&kind, 0.0),
        Err(InputProblem::TooSmall { min: 1.0 })
    );
    assert_eq!(
        check_number(&kind, 11.0),
        Err(InputProblem::TooLarge { max: 10.0 })
    );
    assert_eq!(check_number(&kind, 1.5), Err(InputProblem::NotWhole));
    assert_eq!(check_number(&kind, f64::NAN), Err(InputProblem::WrongType));
}

#[test]
fn a_secret_is_checked_and_never_repeated() {
    let secret = spec(InputKind::Secret {
        min_length: Some(8),
        pattern: Some("tok_.*".to_owned()),
        pattern_help: Some("it begins with tok_".to_owned()),
        generate: None,
    });
    assert_eq!(check_secret(&secret, &Secret::new("tok_123456")), Ok(()));
    for (value, problem) in [
        ("", InputProblem::Empty),
        ("tok_1", InputProblem::TooShort { min: 8 }),
        (
            "password-1",
            InputProblem::Pattern {
                help: "it begins with tok_".to_owned(),
            },
        ),
        ("tok_1234\u{0}", InputProblem::Forbidden),
        ("tok_1234\u{200b}", InputProblem::Forbidden),
    ] {
        let found = check_secret(&secret, &Secret::new(value)).expect_err("a problem");
        assert_eq!(found, problem);
        let shown = format!("{found} {found:?}");
        assert!(value.is_empty() || !shown.contains(value), "{shown}");
    }
    let text = spec(text_kind(None, None, None));
    assert_eq!(
        check_secret(&text, &Secret::new("anything")),
        Err(InputProblem::NotSecret)
    );
    let key = spec(InputKind::Secret {
        min_length: None,
        pattern: None,
        pattern_help: None,
        generate: None,
    });
    let pem = "-----BEGIN KEY-----\r\nabc\n-----END KEY-----";
    assert_eq!(check_secret(&key, &Secret::new(pem)), Ok(()));
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_command_line_is_read_by_the_kind() {
    let folder = spec(InputKind::Folder {
        multiple: true,
        access: Access::ReadOnly,
    });
    let grant = |path: &str, access| PathGrant {
        path: path.to_owned(),
        access,
    };
    assert_eq!(
        parse(
            &folder,
            &texts(&["/a", "/b:rw", "/c:ro", r"C:\d:rw", " /e:x "])
        ),
        Ok(InputValue::Paths(vec![
            grant("/a", Access::ReadOnly),
            grant("/b", Access::ReadWrite),
            grant("/c", Access::ReadOnly),
            grant(r"C:\d", Access::ReadWrite),
            grant("/e:x", Access::ReadOnly),
        ]))
    );
    let source = spec(InputKind::Source {
        marker: Marker {
            file: "pyproject.toml".to_owned(),
            name: None,
        },
    });
    for (text, path) in [(" /a ", "/a"), ("/b:rw", "/b:rw"), ("/c:ro", "/c:ro")] {
        assert_eq!(
            parse(&source, &texts(&[text])),
            Ok(InputValue::Paths(vec![grant(path, Access::ReadOnly)]))
        );
    }
    assert_eq!(
        parse(&source, &texts(&[" "])),
        Ok(InputValue::Paths(Vec::new()))
    );
    assert_eq!(
        parse(&source, &texts(&["/a", "/b"])),
        Err(InputProblem::WrongType)
    );
    let number = spec(InputKind::Number {
        default: None,
        min: None,
        max: None,
        integer: false,
    });
    assert_eq!(
        parse(&number, &texts(&[" 2.5 "])),
        Ok(InputValue::Number(2.5))
    );
    assert_eq!(
        parse(&number, &texts(&["two"])),
        Err(InputProblem::WrongType)
    );
    let boolean = spec(InputKind::Boolean { default: false });
    assert_eq!(
        parse(&boolean, &texts(&["Yes"])),
        Ok(InputValue::Boolean(true))
    );
    assert_eq!(
        parse(&boolean, &texts(&["0"])),
        Ok(InputValue::Boolean(false))
    );
    assert_eq!(
        parse(&boolean, &texts(&["maybe"])),
        Err(InputProblem::WrongType)
    );
    let text = spec(text_kind(None, None, None));
    assert_eq!(
        parse(&text, &texts(&["a=b"])),
        Ok(InputValue::Text("a=b".to_owned()))
    );
    assert_eq!(
        parse(&text, &texts(&["a", "b"])),
        Err(InputProblem::WrongType)
    );
}

#[test]
fn assignments_are_gathered_by_their_key() {
    let catalog = Catalog::built_in();
    let entry = catalog.entry("filesystem").expect("built in");
    let key = &entry.inputs[0].key;
    let given = [format!("{key}=/a:rw"), format!("{key}=/b=c:rw")];
    let values = parse_assignments(&entry, &given).expect("read");
    let InputValue::Paths(grants) = &values[key] else {
        panic!("{values:?}");
    };
    let paths: Vec<&str> = grants.iter().map(|grant| grant.path.as_str()).collect();
    assert_eq!(paths, ["/a", "/b=c"]);

    let github = catalog.entry("github").expect("built in");
    let secret = github
        .inputs
        .iter()
        .find(|i| i.kind.is_secret())
        .expect("a token");
    let error = parse_assignments(&github, &[format!("{}=tok_very_secret", secret.key)])
        .expect_err("a secret on the command line");
    assert!(!format!("{error:?}{error}").contains("very_secret"));
    assert_eq!(
        error.code,
        ErrorCode::InputInvalid {
            input: secret.key.clone(),
            problem: InputProblem::NotSecret
        }
    );
    for unknown in ["nothing=1", "nothing"] {
        let error = parse_assignments(&github, &texts(&[unknown])).expect_err("unknown");
        assert_eq!(
            error.code,
            ErrorCode::InputUnknown {
                input: "nothing".to_owned()
            }
        );
    }
}

#[test]
fn fields_start_with_their_defaults() {
    let catalog = Catalog::built_in();
    let fetch = catalog.entry("fetch").expect("built in");
    let values = defaults(&fetch, "image");
    assert_eq!(
        values.get("ignore_robots"),
        Some(&InputValue::Boolean(false))
    );
    assert!(!values.contains_key("proxy_url"));
    assert!(!values.contains_key("allow_private"), "of another variant");
}

#[test]
fn what_is_asked_for_follows_from_the_values_before() {
    let when = |input: &str, is: &[&str]| InputSpec {
        when: Some(When {
            input: input.to_owned(),
            is: is.iter().map(|value| (*value).to_owned()).collect(),
        }),
        ..spec(InputKind::Boolean { default: false })
    };
    let values = InputValues::from([
        ("auth".to_owned(), InputValue::Text(" jwt ".to_owned())),
        ("empty".to_owned(), InputValue::Text(" ".to_owned())),
        ("strict".to_owned(), InputValue::Boolean(true)),
        ("workers".to_owned(), InputValue::Number(4.0)),
        ("folder".to_owned(), InputValue::source("/home/ada")),
    ]);
    for (input, is, asked) in [
        ("auth", &["jwt", "basic"][..], true),
        ("auth", &["basic"], false),
        ("auth", &[], true),
        ("empty", &[], false),
        ("absent", &[], false),
        ("strict", &["yes"], true),
        ("strict", &["no"], false),
        ("workers", &["4"], true),
        ("folder", &["/home/ada"], false),
    ] {
        assert_eq!(when(input, is).is_asked(&values), asked, "{input} {is:?}");
    }
    assert!(spec(InputKind::Boolean { default: false }).is_asked(&InputValues::new()));
}
