//! Python packages that are installed in place.

use super::*;

/// The good entry with a variant that is installed from a folder.
fn in_place() -> String {
    let text = r#"  - key: source
    title: Source folder
    required: true
    variants: [local]
    kind: { type: source, marker: { file: pyproject.toml, name: demo-mcp } }
variants:
  - id: local
    title: From source
    best_for: People who change it
    run:
      type: python
      package: "demo-mcp[http]"
      source: source
      script: demo-mcp
      env: { TZ: "{{zone}}" }
"#;
    GOOD.replacen("variants:\n", text, 1)
}

#[test]
fn a_python_variant_has_a_version_or_a_source() {
    let text = in_place();
    let entry = load("demo.yaml", &text, Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let Run::Python(spec) = &entry.variant("local").expect("there").run else {
        panic!("a Python variant");
    };
    assert_eq!(
        (spec.source.as_deref(), &spec.version),
        (Some("source"), &None)
    );
    for (from, to, expected) in [
        (
            "      source: source\n",
            "",
            "needs either a `version` or a `source`",
        ),
        (
            "      source: source\n",
            "      source: source\n      version: 1.0.0\n",
            "needs either a `version` or a `source`",
        ),
        (
            "      source: source\n",
            "      source: zone\n",
            "is installed from `zone`, which is no source folder",
        ),
        (
            "      source: source\n",
            "      source: folder\n",
            "uses the input `folder`, which is not declared",
        ),
        (
            "      source: source\n",
            "      version: 1.0.0\n",
            "asks for `source` and does not use it",
        ),
        ("demo-mcp[http]", "./demo-mcp", "is not a package's name"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let error = load("demo.yaml", &changed, Trust::Community).expect_err(expected);
        let all = format!("{error} {:?}", error.causes);
        assert!(all.contains(expected), "{to}: {all}");
    }
}
