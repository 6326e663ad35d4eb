use super::*;
use crate::catalog::{InputKind, Run};

mod actions;
mod built;
mod criteria;
mod help;
mod in_place;
mod logs;
mod made;
mod remote;
mod socket;
mod stack;
mod when;

const GOOD: &str = r#"
id: demo
title: Demo
publisher: Somebody
summary: Shows what an entry looks like
description: A demonstration.
categories: [utilities]
keywords: [demo]
homepage: https://example.com
source: { url: https://example.com/demo, folder: src }
license: MIT
tools:
  - { name: look, description: Looks }
permissions: { network: none, files: the folders that you choose }
inputs:
  - key: folders
    title: Folders
    required: true
    variants: [node, image]
    kind: { type: folder, multiple: true, access: read_only }
  - key: zone
    title: Time zone
    kind: { type: text, pattern: "[A-Za-z/_]+", pattern_help: a zone's name }
  - key: token
    title: Token
    variants: [image]
    kind: { type: secret, min_length: 8 }
  - key: quiet
    title: Quiet
    variants: [node]
    kind: { type: boolean }
variants:
  - id: node
    title: Node package
    best_for: Most people
    version: 1.2.3
    run:
      type: node
      package: "@demo/server"
      version: 1.2.3
      bin: demo-server
      args: ["--zone={{zone}}", "{{quiet?--quiet}}", "{{folders}}"]
      env: { DEMO_DATA: "{{berth.data}}" }
  - id: image
    title: Container
    best_for: Isolation
    run:
      type: image
      image: demo/server:1.2.3
      digest: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      args: ["{{folders}}"]
      env: { DEMO_TOKEN: "Bearer {{token}}", TZ: "{{zone}}" }
      mounts:
        - { source: { from: input, input: folders }, target: /folders }
        - { source: { from: volume, holds: what it remembers }, target: /data }
      network: none
      user: "{{berth.user}}"
  - id: cluster
    title: Kubernetes
    best_for: Teams
    planned: Comes with a later version
    run: { type: kubernetes }
"#;

fn problems(text: &str) -> Vec<String> {
    let error = load("demo.yaml", text, Trust::Community).expect_err("a bad entry");
    let ErrorCode::EntryInvalid { file, problem } = error.code else {
        panic!("{error:?}");
    };
    assert_eq!(file, "demo.yaml");
    assert!(!problem.is_empty() && !problem.contains('\n'), "{problem}");
    std::iter::once(problem).chain(error.causes).collect()
}

/// Replaces a piece of the good entry, which must be there.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replacen(from, to, 1)
}

#[test]
fn reads_a_good_entry_and_fills_defaults() {
    let entry = load("demo.yaml", GOOD, Trust::Verified).expect("a good entry");
    assert_eq!(entry.trust, Trust::Verified);
    assert_eq!(entry.startup_seconds, 30);
    assert_eq!(entry.known_tools(), Some(1));
    assert!(matches!(
        entry.inputs[0].kind,
        InputKind::Folder { multiple: true, .. }
    ));
    let Run::Image(spec) = &entry.variants[1].run else {
        panic!("{:?}", entry.variants[1].run);
    };
    assert_eq!((spec.memory_mib, spec.pids, spec.cpus), (2048, 256, 1.0));
    assert!(!spec.writable_root);
}

#[test]
fn an_entry_says_nothing_about_its_own_trust() {
    let found = problems(&with("license: MIT", "license: MIT\ntrust: verified"));
    assert_eq!(found, ["the entry: does not know `trust`"]);
}

#[test]
fn what_is_not_yaml_is_said_in_one_line() {
    for text in [
        "",
        "id: [",
        "\t- x",
        "{{{{",
        "id: a\nid: b",
        "- 1\n- 2",
        "42",
        "&a [*a]",
    ] {
        let found = problems(text);
        assert!(!found[0].is_empty(), "{text:?}: {found:?}");
    }
    assert!(
        problems("id: a\nid: b")[0].contains("YAML"),
        "{:?}",
        problems("id: a\nid: b")
    );
}

#[test]
fn a_file_that_would_unfold_without_end_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let refs = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{refs}]\n"));
    }
    assert!(problems(&bomb)[0].contains("YAML"));
    let large = format!("{GOOD}# {}", "x".repeat(FILE_LIMIT));
    assert!(problems(&large)[0].contains("larger"));
}

#[test]
fn the_schema_names_the_place() {
    for (from, to, expected) in [
        (
            "title: Demo",
            "titel: Demo",
            "the entry: does not know `titel`",
        ),
        (
            "version: 1.2.3\n    run",
            "version: 1.2\n    run",
            "variants[0].version: ",
        ),
        (
            "bin: demo-server",
            "binary: demo-server",
            "variants[0].run: does not know `binary`",
        ),
        (
            "type: kubernetes",
            "type: cluster",
            "variants[2].run: its kind must be one of python, node, image",
        ),
        (
            "categories: [utilities]",
            "categories: [stuff]",
            "categories[0]: must be one of cloud, databases",
        ),
        (
            "from: volume, holds",
            "from: volume, keeps",
            "does not know `keeps`",
        ),
        (
            "access: read_only",
            "access: readonly",
            "inputs[0].kind.access: ",
        ),
    ] {
        let found = problems(&with(from, to));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn names_that_do_not_fit_each_other_are_found() {
    for (from, to, expected) in [
        ("id: demo", "id: Demo", "id: \"Demo\" does not match"),
        ("id: demo", "id: workspace", "cannot be an entry's id"),
        (
            "summary: Shows what",
            "summary: \"\" #",
            "summary: is empty",
        ),
        (
            "Shows what an entry looks like",
            "Shows what an entry looks like, and goes on to tell all about it until the card is full to the brim",
            "is longer than 90 characters",
        ),
        ("homepage: https:", "homepage: http:", "homepage: "),
        (
            "{ name: look, description: Looks }",
            "{ name: look }\n  - { name: look }",
            "`look` is there twice",
        ),
        (
            "key: quiet",
            "key: Quiet",
            "inputs[3].key: \"Quiet\" does not match",
        ),
        ("key: quiet", "key: zone", "`zone` is there twice"),
        (
            "variants: [image]",
            "variants: [docker]",
            "there is no variant `docker`",
        ),
        ("[A-Za-z/_]+", "[A-Za-z/_+", "does not compile"),
        ("[A-Za-z/_]+", "a)(b", "does not compile"),
        (", pattern_help: a zone's name", "", "needs a pattern_help"),
        (
            "kind: { type: text,",
            "kind: { type: text, default: '3', ",
            "its default does not fit",
        ),
        ("- id: image", "- id: node", "`node` is there twice"),
        (
            "package: \"@demo/server\"",
            "package: \"--registry=x\"",
            "not a package's name",
        ),
        (
            "version: 1.2.3\n      bin",
            "version: ^1.2.3\n      bin",
            "not an exact version",
        ),
        ("bin: demo-server", "bin: ../sh", "not a program's name"),
        (
            "image: demo/server:1.2.3",
            "image: demo/server",
            "not `repository:tag`",
        ),
        (
            "image: demo/server:1.2.3",
            "image: --privileged:x",
            "not `repository:tag`",
        ),
        ("sha256:0123", "sha256:012", "digest: "),
        (
            "target: /data",
            "target: /data/../etc",
            "not an absolute path",
        ),
        ("target: /data", "target: /proc/1", "not an absolute path"),
        (
            "target: /data",
            "target: /folders",
            "`/folders` is there twice",
        ),
        (
            "{{zone}}\", \"{{quiet",
            "{{zune}}\", \"{{quiet",
            "uses the input `zune`, which is not declared",
        ),
        (
            "{{zone}}\", \"{{quiet",
            "{{zone}}{{token}}\", \"{{quiet",
            "not asked for this variant",
        ),
        (
            "\"{{folders}}\"]\n      env: { DEMO_DATA",
            "\"{{folders\"]\n      env: { DEMO_DATA",
            "without `}}`",
        ),
        (
            "args: [\"{{folders}}\"]\n      env: { DEMO_TOKEN",
            "args: [\"{{token}}\"]\n      env: { DEMO_TOKEN",
            "secrets go into `env`",
        ),
        (
            "Bearer {{token}}",
            "{{zone}} {{token}}",
            "mixes a secret with another input",
        ),
        (
            "\"{{quiet?--quiet}}\", ",
            "",
            "asks for `quiet` and does not use it",
        ),
        (
            "{ from: input, input: folders }",
            "{ from: input, input: zone }",
            "no file or folder",
        ),
        (
            "{ source: { from: input, input: folders }, target: /folders }",
            "{ source: { from: volume, holds: x }, target: /folders }",
            "names `folders`, which is not mounted",
        ),
        (
            "TZ: \"{{zone}}\"",
            "TZ: \"{{berth.data}}\"",
            "mount a volume",
        ),
        (
            "DEMO_DATA:",
            "LD_PRELOAD:",
            "the variable `LD_PRELOAD` is reserved",
        ),
        ("DEMO_DATA:", "node_options:", "is reserved"),
        ("DEMO_DATA:", "BERTH_HOME:", "is reserved"),
        ("DEMO_DATA:", "\"A B\":", "cannot be a variable's name"),
        ("user: \"{{berth.user}}\"", "user: root", "is not uid"),
        (
            "    planned: Comes with a later version\n",
            "",
            "it needs `planned`",
        ),
        (
            "description: A demonstration.",
            "description: \"A demon\\u202Estration.\"",
            "U+202E",
        ),
        (
            "description: A demonstration.",
            "description: \"A demon\\u0007stration.\"",
            "U+0007",
        ),
    ] {
        let found = problems(&with(from, to));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let schema = with("id: demo", "id: Demo").replacen("homepage: https:", "homepage: ftp:", 1);
    assert_eq!(problems(&schema).len(), 2, "{:?}", problems(&schema));
    let beyond = with("bin: demo-server", "bin: ../sh").replacen(
        "user: \"{{berth.user}}\"",
        "user: root",
        1,
    );
    assert_eq!(problems(&beyond).len(), 2, "{:?}", problems(&beyond));
}

#[test]
fn home_can_be_set_inside_a_container_only() {
    let container = with("TZ: ", "HOME: /tmp, TZ: ");
    load("demo.yaml", &container, Trust::Community).expect("a container's HOME");
    let process = with("DEMO_DATA:", "HOME: /tmp, DEMO_DATA:");
    assert!(problems(&process)[0].contains("`HOME` is reserved"));
}
