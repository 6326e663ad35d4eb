//! What entries offer to do with an installed server.

use super::*;

const ACTIONS: &str = r#"
actions:
  - id: renew
    title: Make new keys
    help: Restart Claude Code afterwards.
    variants: [node, image]
    changes: its keys
    steps:
      - { type: command, command: [demo-aside, "--zone={{zone}}"], undo: [demo-back], seconds: 5 }
      - { type: tool, tool: look, arguments: { deep: true } }
  - id: test
    title: Run its tests
    variants: [node]
    steps: [{ type: program, input: place, program: make, arguments: [test] }]
"#;

fn good() -> String {
    let place = "inputs:\n  - { key: place, title: Place, required: true, variants: [node], kind: { type: folder } }\n";
    let good = GOOD.replace("inputs:\n", place);
    let args = "\"{{quiet?--quiet}}\", \"{{folders}}\"";
    let good = good.replace(args, &format!("{args}, \"{{{{place}}}}\""));
    format!("{good}{ACTIONS}")
}

#[test]
fn actions_are_for_the_variants_that_they_name() {
    let entry = load("demo.yaml", &good(), Trust::Community).expect("a good entry");
    let of = |variant: &str| -> Vec<&str> {
        let actions = entry.actions.iter().filter(|it| it.is_for(variant));
        actions.map(|it| it.id.as_str()).collect()
    };
    assert_eq!(of("node"), ["renew", "test"]);
    assert_eq!(of("image"), ["renew"]);
}

#[test]
fn actions_that_could_not_be_done_are_found() {
    for (from, to, expected) in [
        ("id: test", "id: renew", "actions: `renew` is there twice"),
        ("id: test", "id: Te st", "does not match"),
        (
            "title: Run its tests",
            "title: \" \"",
            "action `test`.title: is empty",
        ),
        (
            "changes: its keys",
            "changes: \" \"",
            "action `renew`.changes: is empty",
        ),
        ("    changes: its keys\n", "", "say what in `changes`"),
        (
            "variants: [node]\n    steps",
            "variants: [x]\n    steps",
            "there is no variant `x`",
        ),
        (
            "command: [demo-aside",
            "command: [/bin/sh",
            "variant `node`: `/bin/sh` is not a program",
        ),
        (
            "undo: [demo-back]",
            "undo: [a/b]",
            "`a/b` is not a program of its own",
        ),
        ("undo: [demo-back]", "undo: []", "undo"),
        (
            "--zone={{zone}}",
            "--t={{token}}",
            "names `token`, which it cannot have",
        ),
        ("tool: look,", "tool: \" \",", "a tool: is empty"),
        (
            "input: place,",
            "input: zone,",
            "`zone` is no input with one folder",
        ),
        (
            "input: place,",
            "input: folders,",
            "`folders` is no input with one folder",
        ),
        (
            "input: place,",
            "input: nothing,",
            "`nothing` is no input with one folder",
        ),
        (
            "program: make,",
            "program: ../make,",
            "`../make` is not the name of a program",
        ),
        (
            "arguments: [test]",
            "arguments: [\"{{zone}}\"]",
            "an argument of `make` has {{",
        ),
        ("seconds: 5", "seconds: 0", "seconds"),
    ] {
        let text = good().replace(from, to);
        assert_ne!(text, good(), "{from}");
        let error = load("demo.yaml", &text, Trust::Community).expect_err(to);
        let said = format!("{error:?}");
        assert!(said.contains(expected), "{to}: {said}");
    }
}
