//! Help that an entry brings along, links that are built from values, and what is taken out of
//! what people paste.

use super::*;
use crate::catalog::Remedy;

const HELP: &str = r#"
updates:
  - { changed: Code, variants: [node], then: restart }
  - { changed: Dependencies, then: rebuild }
troubles:
  - problem: The build fails
    signs: ["returned a non-zero code"]
    cause: A stale cache.
    help: Build without it.
    variants: [image]
    then: rebuild_without_cache
  - { problem: Tools are missing, cause: A session is older., help: Start again. }
"#;

fn good() -> String {
    format!("{GOOD}{HELP}")
}

#[test]
fn help_is_for_the_variants_that_it_names() {
    let entry = load("demo.yaml", &good(), Trust::Community).expect("a good entry");
    let changed = |variant| -> Vec<&str> {
        let updates = entry.updates_of(variant);
        updates.map(|update| update.changed.as_str()).collect()
    };
    assert_eq!(changed("node"), ["Code", "Dependencies"]);
    assert_eq!(changed("image"), ["Dependencies"]);

    let lines = ["Step 2/3 : RUN make", "it returned a non-zero code: 2"];
    let seen = |variant| entry.troubles_in(variant, lines.iter().copied());
    assert_eq!(seen("image").len(), 1);
    assert_eq!(seen("image")[0].then, Some(Remedy::RebuildWithoutCache));
    assert!(seen("node").is_empty(), "it is another variant's");
    assert!(entry.troubles_in("image", ["fine"].into_iter()).is_empty());
}

#[test]
fn help_that_could_not_help_is_found() {
    for (from, to, expected) in [
        (
            "changed: Code,",
            "changed: \"\",",
            "updates[0].changed: is empty",
        ),
        (
            "variants: [node], then",
            "variants: [nod], then",
            "updates[0]: there is no variant `nod`",
        ),
        (
            "Dependencies, then: rebuild",
            "Dependencies, then: rebuild_without_cache",
            "updates[1]: a change needs a build",
        ),
        (
            "returned a non-zero code",
            "(",
            "troubles[0]: a sign does not compile",
        ),
        ("returned a non-zero code", "x*", "is in every line"),
        (
            "cause: A stale cache.",
            "cause: \" \"",
            "troubles[0].cause: is empty",
        ),
        (
            "variants: [image]\n    then",
            "variants: [x]\n    then",
            "troubles[0]: there is no variant `x`",
        ),
    ] {
        let text = good();
        assert!(text.contains(from), "{from}");
        let found = problems(&text.replacen(from, to, 1));
        assert!(
            found.iter().any(|p| p.contains(expected)),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn a_link_names_only_what_is_asked_for_before() {
    let link = |link: &str| with("title: Token", &format!("title: Token\n    link: {link}"));
    load(
        "demo.yaml",
        &link("\"https://{{zone}}.example.com/keys\""),
        Trust::Community,
    )
    .expect("a good link");
    for (bad, expected) in [
        ("\"{{zone}}/keys\"", "does not match"),
        (
            "\"https://{{quiet}}.example.com\"",
            "`quiet` is no text or choice that is asked for before",
        ),
        (
            "\"https://{{folders}}.example.com\"",
            "`folders` is no text or choice",
        ),
        (
            "\"https://{{token}}.example.com\"",
            "`token` is no text or choice",
        ),
        ("\"https://{{zone}.example.com\"", "without `}}`"),
        (
            "\"https://{{berth.data}}.example.com\"",
            "values of inputs only",
        ),
    ] {
        let found = problems(&link(bad));
        assert!(
            found.iter().any(|p| p.contains(expected)),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn an_extraction_has_one_group() {
    let extract = |pattern: &str| {
        with(
            "type: text,",
            &format!("type: text, extract: \"{pattern}\","),
        )
    };
    load("demo.yaml", &extract("zone=(.*)"), Trust::Community).expect("one group");
    for (bad, expected) in [
        ("zone=.*", "exactly one group"),
        ("(a)(b)", "exactly one group"),
        ("(", "does not compile"),
    ] {
        let found = problems(&extract(bad));
        assert!(
            found.iter().any(|p| p.contains(expected)),
            "{expected}: {found:?}"
        );
    }
}
