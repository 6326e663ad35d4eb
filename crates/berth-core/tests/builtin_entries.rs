//! The built-in entries in `catalog/entries`: each is valid, complete and honest about what it
//! asks for. These are rules of the built-in catalog; the loader's own rules are tested with it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use berth_core::catalog::{
    ContainerSpec, Entry, InputKind, InputSpec, MountSource, Run, SCHEMA_PATH, Variant,
    entry_schema,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// File name without ending, text and entry of every file.
fn entries() -> Vec<(String, String, Entry)> {
    let mut found: Vec<_> = std::fs::read_dir(root().join("catalog/entries"))
        .expect("the folder of the built-in entries")
        .map(|file| {
            let path = file.expect("a file").path();
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&path).expect("text");
            let entry: Entry =
                serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, text, entry)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Where a template is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Use {
    Arg,
    Env,
}

/// Every template string of a variant.
fn templates(variant: &Variant) -> Vec<(Use, &str)> {
    let (args, env) = match &variant.run {
        Run::Python(spec) => (&spec.args, &spec.env),
        Run::Node(spec) => (&spec.args, &spec.env),
        Run::Image(spec) => (&spec.args, &spec.env),
        _ => return Vec::new(),
    };
    args.iter()
        .map(|text| (Use::Arg, text.as_str()))
        .chain(env.values().map(|text| (Use::Env, text.as_str())))
        .collect()
}

/// The names between `{{` and `}}`, with what follows a `?`.
fn names(template: &str) -> Vec<(&str, Option<&str>)> {
    template
        .split("{{")
        .skip(1)
        .map(|rest| {
            let inside = rest.split("}}").next().unwrap_or_default();
            match inside.split_once('?') {
                Some((key, text)) => (key, Some(text)),
                None => (inside, None),
            }
        })
        .collect()
}

fn container(variant: &Variant) -> Option<&ContainerSpec> {
    match &variant.run {
        Run::Image(spec) => Some(spec),
        _ => None,
    }
}

fn input<'a>(entry: &'a Entry, variant: &'a Variant, key: &str) -> Option<&'a InputSpec> {
    entry.inputs_of(&variant.id).find(|input| input.key == key)
}

#[test]
fn the_catalog_has_the_servers_it_promises() {
    let ids: Vec<String> = entries()
        .into_iter()
        .map(|(_, _, entry)| entry.id)
        .collect();
    assert_eq!(
        ids,
        [
            "dot-ai",
            "dynamic-mcp",
            "everything",
            "fetch",
            "filesystem",
            "git",
            "github",
            "kaiten",
            "kitaru",
            "mcp-orchestration",
            "memory",
            "sequentialthinking",
            "time",
        ]
    );
}

#[test]
fn a_file_is_named_after_its_entry() {
    for (file, _, entry) in entries() {
        assert_eq!(file, entry.id);
    }
}

#[test]
fn every_entry_fits_the_published_schema() {
    let schema = entry_schema();
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    for (file, text, _) in entries() {
        let value: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
        let problems: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{file}: {problems:?}");
    }
}

#[test]
fn the_published_schema_is_current() {
    let text = std::fs::read_to_string(root().join(SCHEMA_PATH)).expect("the schema");
    let published: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(
        published == entry_schema(),
        "{SCHEMA_PATH} is out of date: run `cargo xtask gen`"
    );
}

#[test]
fn every_template_names_an_input_of_its_variant() {
    for (file, _, entry) in entries() {
        for variant in &entry.variants {
            for (place, template) in templates(variant) {
                for (key, text) in names(template) {
                    let at = format!("{file}/{}: {template}", variant.id);
                    if key == "berth.data" {
                        assert!(
                            container(variant).is_none(),
                            "{at}: a container has volumes"
                        );
                        continue;
                    }
                    let input = input(&entry, variant, key)
                        .unwrap_or_else(|| panic!("{at}: no such input of this variant"));
                    if text.is_some() {
                        let switch = matches!(input.kind, InputKind::Boolean { .. });
                        assert!(switch, "{at}: `?` needs a boolean");
                    }
                    if input.kind.is_secret() {
                        assert_eq!(place, Use::Env, "{at}: a secret is not an argument");
                    }
                }
            }
        }
    }
}

#[test]
fn every_input_of_an_installable_variant_is_used() {
    for (file, _, entry) in entries() {
        for variant in entry.variants.iter().filter(|v| v.planned.is_none()) {
            let used: BTreeSet<&str> = templates(variant)
                .into_iter()
                .flat_map(|(_, template)| names(template))
                .map(|(key, _)| key)
                .collect();
            for input in entry.inputs_of(&variant.id) {
                assert!(
                    used.contains(input.key.as_str()),
                    "{file}/{}: `{}` is asked for and not used",
                    variant.id,
                    input.key
                );
            }
        }
    }
}

#[test]
fn folders_that_a_container_gets_as_arguments_are_mounted() {
    for (file, _, entry) in entries() {
        for variant in &entry.variants {
            let Some(spec) = container(variant) else {
                continue;
            };
            let mounted: BTreeSet<&str> = spec
                .mounts
                .iter()
                .filter_map(|mount| match &mount.source {
                    MountSource::Input { input } => Some(input.as_str()),
                    MountSource::Volume { .. } => None,
                })
                .collect();
            let paths: BTreeSet<&str> = entry
                .inputs_of(&variant.id)
                .filter(|input| {
                    matches!(
                        input.kind,
                        InputKind::Folder { .. } | InputKind::File { .. }
                    )
                })
                .map(|input| input.key.as_str())
                .collect();
            assert_eq!(mounted, paths, "{file}/{}", variant.id);
            if !paths.is_empty() {
                // Without capabilities, another user than the person cannot read what is private
                // to them, and root cannot either.
                assert_eq!(
                    spec.user.as_deref(),
                    Some("{{berth.user}}"),
                    "{file}/{}",
                    variant.id
                );
            }
        }
    }
}

#[test]
fn inputs_name_variants_that_exist() {
    for (file, _, entry) in entries() {
        for input in &entry.inputs {
            for variant in &input.variants {
                assert!(
                    entry.variant(variant).is_some(),
                    "{file}: input `{}` names the variant `{variant}`",
                    input.key
                );
            }
        }
    }
}

#[test]
fn defaults_and_placeholders_fit_their_own_rules() {
    for (file, _, entry) in entries() {
        for input in &entry.inputs {
            let at = format!("{file}: {}", input.key);
            match &input.kind {
                InputKind::Choice {
                    default: Some(default),
                    options,
                } => assert!(options.iter().any(|o| o.value == *default), "{at}"),
                InputKind::Text {
                    default,
                    pattern: Some(pattern),
                    pattern_help,
                    ..
                } => {
                    let regex = regex::Regex::new(&format!("^(?:{pattern})$")).expect("a pattern");
                    for text in default.iter().chain(&input.placeholder) {
                        assert!(regex.is_match(text), "{at}: `{text}`");
                    }
                    assert!(pattern_help.is_some(), "{at}: says what it wants in words");
                }
                InputKind::Url { schemes, .. } => {
                    if let Some(text) = &input.placeholder {
                        let url = url::Url::parse(text).expect("an address");
                        assert!(
                            schemes.is_empty() || schemes.iter().any(|s| s == url.scheme()),
                            "{at}"
                        );
                    }
                }
                _ => {}
            }
        }
    }
}

#[test]
fn versions_are_exact_and_said_once() {
    for (file, _, entry) in entries() {
        for variant in &entry.variants {
            let at = format!("{file}/{}", variant.id);
            let pinned = match &variant.run {
                Run::Python(spec) => {
                    for pin in &spec.pins {
                        assert!(pin.contains("=="), "{at}: {pin}");
                    }
                    &spec.version
                }
                Run::Node(spec) => &spec.version,
                Run::Image(spec) => {
                    assert!(spec.image.contains(':'), "{at}: no tag");
                    let moving = spec.image.ends_with(":latest");
                    assert!(!moving || spec.digest.is_some(), "{at}: nothing is pinned");
                    continue;
                }
                _ => continue,
            };
            assert!(
                pinned.split('.').all(|part| part.parse::<u32>().is_ok()),
                "{at}: {pinned}"
            );
            assert_eq!(variant.version.as_ref(), Some(pinned), "{at}");
        }
    }
}

#[test]
fn what_cannot_be_installed_says_why() {
    for (file, _, entry) in entries() {
        for variant in &entry.variants {
            let installable = matches!(variant.run, Run::Python(_) | Run::Node(_) | Run::Image(_));
            let at = format!("{file}/{}", variant.id);
            match &variant.planned {
                Some(note) => assert!(note.ends_with('.') && note.len() > 20, "{at}: {note}"),
                None => assert!(installable, "{at}: this kind cannot be installed yet"),
            }
        }
    }
}

#[test]
fn what_an_entry_promises_can_be_seen() {
    for (file, _, entry) in entries() {
        let names: BTreeSet<&str> = entry.tools.iter().map(|tool| tool.name.as_str()).collect();
        assert!(!names.is_empty(), "{file}: lists tools");
        assert_eq!(
            names.len(),
            entry.tools.len(),
            "{file}: a tool is listed twice"
        );
        assert!(
            entry.tools.iter().all(|tool| !tool.description.is_empty()),
            "{file}"
        );
        if let Some(count) = entry.tools_count {
            assert!(
                count as usize > names.len(),
                "{file}: the list says it already"
            );
        }
        if let Some(check) = &entry.credential_check {
            assert!(
                names.contains(check.tool.as_str()),
                "{file}: {}",
                check.tool
            );
        }
        assert!(!entry.prompts.is_empty(), "{file}: has a prompt to try");
        assert!(!entry.help.is_empty(), "{file}: answers a question");
    }
}

#[test]
fn links_are_https() {
    for (file, text, _) in entries() {
        for (number, line) in text.lines().enumerate() {
            // Placeholders and examples of proxies are no links.
            if line.trim_start().starts_with("placeholder:") {
                continue;
            }
            assert!(!line.contains("http://"), "{file}:{}: {line}", number + 1);
        }
    }
}

#[test]
fn texts_are_short_and_calm() {
    for (file, text, entry) in entries() {
        assert!(entry.summary.chars().count() <= 90, "{file}");
        assert!(
            !entry.summary.ends_with('.'),
            "{file}: a summary is no sentence"
        );
        for (number, line) in text.lines().enumerate() {
            let calm = !line.contains('\u{2014}') && !line.contains("! ") && !line.ends_with('!');
            assert!(calm, "{file}:{}: {line}", number + 1);
        }
    }
}
