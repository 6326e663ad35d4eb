//! The logs that an entry names.

use super::*;
use crate::catalog::LogFormat;
use crate::input::{InputValue, InputValues};

const LOGS: &str = r#"
logs:
  - { id: audit, title: Audit, about: Who did what., variants: [image], when: { input: zone, is: [UTC] }, path: /data/audit.log, format: jsonl }
  - { id: plain, title: Plain, about: What it says., variants: [node], path: "{{berth.data}}/a.log" }
"#;

fn good() -> String {
    format!("{GOOD}{LOGS}")
}

#[test]
fn logs_are_for_their_variants_and_for_what_was_chosen() {
    let entry = load("demo.yaml", &good(), Trust::Community).expect("a good entry");
    assert_eq!(entry.logs[0].format, LogFormat::Jsonl);
    assert_eq!(entry.logs[1].format, LogFormat::Text);
    let with = |zone: &str| -> InputValues {
        let zone = InputValue::Text(zone.to_owned());
        [("zone".to_owned(), zone)].into()
    };
    assert!(entry.logs[0].is_for("image", &with("UTC")));
    assert!(!entry.logs[0].is_for("image", &with("CET")));
    assert!(!entry.logs[0].is_for("image", &InputValues::default()));
    assert!(!entry.logs[0].is_for("node", &with("UTC")));
    assert!(entry.logs[1].is_for("node", &InputValues::default()));
}

#[test]
fn logs_that_could_not_be_read_are_found() {
    for (from, to, expected) in [
        ("id: plain,", "id: audit,", "logs: `audit` is there twice"),
        (
            "title: Audit,",
            "title: \" \",",
            "logs `audit`.title: is empty",
        ),
        (
            "about: Who did what.,",
            "about: \"\",",
            "logs `audit`.about: is empty",
        ),
        (
            "variants: [image], when",
            "variants: [x], when",
            "there is no variant `x`",
        ),
        (
            "input: zone, is",
            "input: zones, is",
            "there is no input `zones`",
        ),
        (
            "/data/audit.log",
            "/elsewhere/audit.log",
            "`/elsewhere/audit.log` is in no volume",
        ),
        (
            "/data/audit.log",
            "/database",
            "`/database` is in no volume",
        ),
        ("/data/audit.log", "/data", "`/data` is in no volume"),
        (
            "/data/audit.log",
            "/data/../etc/x",
            "`/data/../etc/x` is in no volume",
        ),
        ("/data/audit.log", "/data/*.log", "has a `*`"),
        (
            "{{berth.data}}/a.log",
            "/var/log/a.log",
            "is not below {{berth.data}}",
        ),
        (
            "{{berth.data}}/a.log",
            "{{berth.data}}/../a.log",
            "is not below {{berth.data}}",
        ),
        ("variants: [node], path", "path", "variant `image`"),
    ] {
        let text = good();
        assert!(text.contains(from), "{from}");
        let found = problems(&text.replacen(from, to, 1));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{to}: {found:?}"
        );
    }
}
