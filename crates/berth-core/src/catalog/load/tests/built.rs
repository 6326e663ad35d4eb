//! Variants whose image is built.

use super::*;

/// The good entry with a variant that is built and one that is for development.
fn built() -> String {
    let inputs = r#"  - key: source
    title: Source folder
    required: true
    variants: [baked, dev]
    kind: { type: folder }
variants:
"#;
    let variants = r#"  - id: baked
    title: Built
    best_for: Most people
    run:
      type: build
      image: demo:latest
      build: { source: source, dockerfile: docker/Dockerfile, args: { EDITION: small } }
      env: { TZ: "{{zone}}" }
  - id: dev
    title: Your source
    best_for: People who change it
    run:
      type: dev
      image: demo:dev
      build: { source: source, target: deps }
      env: { TZ: "{{zone}}" }
      mounts:
        - { source: { from: input, input: source, folder: src/demo }, target: /app/src }
        - { source: { from: input, input: source, folder: tests }, target: /app/tests }
"#;
    GOOD.replacen("variants:\n", &format!("{inputs}{variants}"), 1)
}

#[test]
fn variants_that_are_built_say_from_what() {
    let text = built();
    let entry = load("demo.yaml", &text, Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let Run::Dev(spec) = &entry.variant("dev").expect("there").run else {
        panic!("a variant for development");
    };
    let build = spec.build.as_ref().expect("how it is built");
    assert_eq!(
        (build.dockerfile.as_str(), build.target.as_deref()),
        ("Dockerfile", Some("deps"))
    );
    for (from, to, expected) in [
        (
            "build: { source: source, target: deps }",
            "",
            "needs `build`",
        ),
        (
            "source: source, target",
            "source: zone, target",
            "is no source folder",
        ),
        (
            "source: source, target",
            "source: nobody, target",
            "is no source folder",
        ),
        ("docker/Dockerfile", "../Dockerfile", "not a path inside"),
        ("docker/Dockerfile", "/Dockerfile", "not a path inside"),
        ("folder: src/demo", "folder: src/../..", "not a path inside"),
        ("folder: src/demo", "folder: /etc", "not a path inside"),
        ("folder: src/demo", "folder: \"\"", "not a path inside"),
        (
            "input: source, folder: src/demo",
            "input: zone, folder: src/demo",
            "no source folder",
        ),
        ("target: deps", "target: \"a b\"", "not a stage's name"),
        (
            "EDITION: small",
            "\"A B\": small",
            "cannot be a build argument's name",
        ),
        (
            "EDITION: small",
            "TOKEN: \"{{token}}\"",
            "goes into an image",
        ),
        ("EDITION: small", "ZONE: \"{{zone}}\"", "goes into an image"),
        ("type: dev", "type: image", "has `build`"),
        (
            "image: demo:dev",
            "image: demo:dev\n      digest: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "has a `digest`",
        ),
        (
            "        - { source: { from: input, input: source, folder: src/demo }, target: /app/src }\n        - { source: { from: input, input: source, folder: tests }, target: /app/tests }\n",
            "        - { source: { from: volume, holds: x }, target: /data }\n",
            "mounts nothing of `source`",
        ),
        (
            "        - { source: { from: input, input: source, folder: tests }, target: /app/tests }\n",
            "        - { source: { from: input, input: folders, folder: x }, target: /x }\n",
            "not asked for this variant",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let found = problems(&text.replacen(from, to, 1));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn a_source_folder_is_known_by_its_marker() {
    let with = |marker: &str| {
        let kind = format!("kind: {{ type: source, marker: {marker} }}");
        built().replacen("kind: { type: folder }", &kind, 1)
    };
    for marker in [
        "{ file: pyproject.toml, name: demo-mcp }",
        "{ file: package.json, name: '@demo/mcp' }",
        "{ file: Makefile }",
    ] {
        if let Err(error) = load("demo.yaml", &with(marker), Trust::Community) {
            panic!("{marker}: {error} {:?}", error.causes);
        }
    }
    for (marker, expected) in [
        ("{ file: src/Makefile }", "does not match"),
        ("{ file: '..' }", "is not a file's name"),
        ("{ file: '' }", "does not match"),
        ("{ file: Makefile, name: demo }", "no name is read from"),
        ("{ file: Cargo.toml, name: ' ' }", "marker: a name"),
        ("{ name: demo }", "file"),
    ] {
        let error = load("demo.yaml", &with(marker), Trust::Community).expect_err(marker);
        let told = format!("{error} {:?}", error.causes);
        assert!(told.contains(expected), "{marker}: {told}");
    }
}

#[test]
fn values_of_an_env_file_are_named_and_come_with_a_source_folder() {
    let text = built()
        .replacen(
            "    variants: [baked, dev]\n    kind: { type: folder }",
            "    variants: [baked, dev]\n    kind: { type: source, marker: { file: pyproject.toml } }",
            1,
        )
        .replacen(
            "    title: Time zone\n",
            "    title: Time zone\n    from_env: [DEMO_ZONE, TZ]\n",
            1,
        );
    let entry = load("demo.yaml", &text, Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let zone = entry.input("zone").expect("there");
    assert_eq!(zone.from_env, ["DEMO_ZONE", "TZ"]);
    for (from, to, expected) in [
        ("[DEMO_ZONE, TZ]", "[DEMO-ZONE]", "not a variable's name"),
        ("[DEMO_ZONE, TZ]", "[\"\"]", "not a variable's name"),
        ("[DEMO_ZONE, TZ]", "[TZ, TZ]", "TZ"),
        (
            "    title: Folders\n",
            "    title: Folders\n    from_env: [FOLDERS]\n",
            "files and folders are not taken",
        ),
        (
            "kind: { type: source, marker: { file: pyproject.toml } }",
            "kind: { type: folder }",
            "asks for no source folder",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let found = problems(&text.replacen(from, to, 1));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{to}: {found:?}"
        );
    }
}
