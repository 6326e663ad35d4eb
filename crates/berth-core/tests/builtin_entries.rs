//! What the built-in entries owe beyond the loader's rules (which are tested with it): they are
//! the ones that were promised, are pinned, tell the whole story, and speak as Berth does.

use std::collections::BTreeSet;
use std::path::PathBuf;

use berth_core::catalog::{Card, Catalog, Entry, InputKind, Run, SCHEMA_PATH, Trust, entry_schema};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn entries() -> Vec<Entry> {
    let catalog = Catalog::built_in();
    assert_eq!(catalog.reports(), []);
    let read = |card: &Card| (*catalog.entry(&card.id).expect("there")).clone();
    catalog.cards().iter().map(read).collect()
}

/// File name and text of every file.
fn texts() -> Vec<(String, String)> {
    entries()
        .into_iter()
        .map(|entry| {
            let file = format!("{}.yaml", entry.id);
            let path = root().join("catalog/entries").join(&file);
            (
                file,
                std::fs::read_to_string(path).expect("the entry's file"),
            )
        })
        .collect()
}

#[test]
fn the_catalog_has_the_servers_it_promises() {
    let entries = entries();
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
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
    assert!(entries.iter().all(|entry| entry.trust == Trust::Verified));
}

#[test]
fn every_file_is_in_the_catalog() {
    let files: BTreeSet<String> = std::fs::read_dir(root().join("catalog/entries"))
        .expect("the folder")
        .map(|file| {
            file.expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let known: BTreeSet<String> = texts().into_iter().map(|(file, _)| file).collect();
    assert_eq!(files, known);
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
fn containers_that_see_folders_run_as_the_person() {
    for entry in entries() {
        for variant in &entry.variants {
            let Run::Image(spec) = &variant.run else {
                continue;
            };
            let sees_paths = entry.inputs_of(&variant.id).any(|input| {
                matches!(
                    input.kind,
                    InputKind::Folder { .. } | InputKind::File { .. } | InputKind::Source { .. }
                )
            });
            // Without capabilities not even root can read what is private to somebody else.
            let expected = sees_paths.then_some("{{berth.user}}");
            assert_eq!(
                spec.user.as_deref(),
                expected,
                "{}/{}",
                entry.id,
                variant.id
            );
        }
    }
}

#[test]
fn what_is_pinned_is_what_is_shown() {
    for entry in entries() {
        for variant in &entry.variants {
            let at = format!("{}/{}", entry.id, variant.id);
            match &variant.run {
                Run::Python(spec) => {
                    assert_eq!(variant.version, spec.version, "{at}");
                }
                Run::Node(spec) => {
                    let own = spec.source.is_none();
                    assert!(!own || variant.version == spec.version, "{at}");
                }
                Run::Image(spec) => {
                    let tag = spec.image.rsplit(':').next();
                    let named = tag == variant.version.as_deref();
                    assert!(named || spec.digest.is_some(), "{at}: nothing is pinned");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn what_cannot_be_installed_says_why() {
    for entry in entries() {
        for variant in &entry.variants {
            if let Some(note) = &variant.planned {
                let sentence = note.ends_with('.') && note.len() > 20;
                assert!(sentence, "{}/{}: {note}", entry.id, variant.id);
            }
        }
    }
}

#[test]
fn placeholders_are_values_that_would_be_taken() {
    for entry in entries() {
        for input in &entry.inputs {
            let Some(example) = &input.placeholder else {
                continue;
            };
            let at = format!("{}: {}", entry.id, input.key);
            match &input.kind {
                InputKind::Text {
                    pattern: Some(pattern),
                    ..
                } => {
                    let whole = regex::Regex::new(&format!("^(?:{pattern})$")).expect("a pattern");
                    assert!(whole.is_match(example), "{at}");
                }
                InputKind::Url { schemes, .. } => {
                    let url = url::Url::parse(example).expect("an address");
                    let allowed = schemes.is_empty() || schemes.iter().any(|s| s == url.scheme());
                    assert!(allowed, "{at}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn an_entry_tells_the_whole_story() {
    for entry in entries() {
        let id = &entry.id;
        assert!(!entry.tools.is_empty(), "{id}: lists tools");
        assert!(
            entry.tools.iter().all(|tool| !tool.description.is_empty()),
            "{id}: describes its tools"
        );
        if let Some(count) = entry.tools_count {
            let listed = entry.tools.len();
            assert!(count as usize > listed, "{id}: the list says it already");
        }
        if let Some(check) = &entry.credential_check {
            let listed = entry.tools.iter().any(|tool| tool.name == check.tool);
            assert!(listed, "{id}: {}", check.tool);
        }
        assert!(entry.homepage.is_some() && entry.source.is_some(), "{id}");
        assert!(!entry.prompts.is_empty(), "{id}: has a prompt to try");
        assert!(!entry.help.is_empty(), "{id}: answers a question");
        assert!(!entry.keywords.is_empty(), "{id}: can be found");
    }
}

#[test]
fn a_secret_that_is_needed_can_be_checked() {
    for entry in entries() {
        let needed = entry
            .inputs
            .iter()
            // One that only a choice asks for goes with every request, and fails the handshake.
            .any(|input| input.required && input.when.is_none() && input.kind.is_secret());
        assert_eq!(needed, entry.credential_check.is_some(), "{}", entry.id);
    }
}

#[test]
fn every_link_in_a_text_is_https() {
    for (file, text) in texts() {
        for (number, line) in text.lines().enumerate() {
            // An example of a proxy's address is no link.
            if line.trim_start().starts_with("placeholder:") {
                continue;
            }
            // Neither is what containers of one stack, or one container itself, are reached at.
            let mut plain = line.split("http://").skip(1).map(|rest| {
                let end = rest.find([':', '/', '\'', '"']).unwrap_or(rest.len());
                &rest[..end]
            });
            let leads_away = plain.any(|host| host != "127.0.0.1" && host.contains('.'));
            assert!(!leads_away, "{file}:{}: {line}", number + 1);
        }
    }
}

#[test]
fn texts_are_short_and_calm() {
    for entry in entries() {
        assert!(entry.summary.chars().count() <= 90, "{}", entry.id);
        assert!(!entry.summary.ends_with('.'), "{}: no sentence", entry.id);
    }
    for (file, text) in texts() {
        for (number, line) in text.lines().enumerate() {
            let calm = !line.contains('\u{2014}') && !line.contains("! ") && !line.ends_with('!');
            assert!(calm, "{file}:{}: {line}", number + 1);
        }
    }
}
