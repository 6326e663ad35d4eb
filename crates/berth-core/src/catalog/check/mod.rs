//! What a schema cannot say about an entry: names that must fit each other, and texts that must
//! mean something. Every check gives all it finds, so that a writer sees everything at once.

mod actions;
mod criteria;
mod help;
mod inputs;
mod logs;
mod remote;
mod stack;
mod uses;
mod variants;
mod words;

pub(crate) use inputs::{sign, whole};

use std::collections::BTreeSet;

use serde_json::Value;

use super::Entry;
use crate::server::check_name;

/// Everything that is wrong with an entry that fits the schema.
pub(super) fn entry(entry: &Entry) -> Vec<String> {
    let mut found = Vec::new();
    texts(entry, &mut found);
    inputs::check(entry, &mut found);
    variants::check(entry, &mut found);
    criteria::check(entry, &mut found);
    actions::check(entry, &mut found);
    logs::check(entry, &mut found);
    help::check(entry, &mut found);
    found
}

fn texts(entry: &Entry, found: &mut Vec<String>) {
    if check_name(&entry.id).is_err() {
        found.push(format!("`{}` cannot be an entry's id", entry.id));
    }
    for (what, text) in [
        ("title", &entry.title),
        ("publisher", &entry.publisher),
        ("summary", &entry.summary),
        ("description", &entry.description),
        ("permissions.network", &entry.permissions.network),
        ("permissions.files", &entry.permissions.files),
    ] {
        not_blank(what, text, found);
    }
    for (what, text) in [
        ("title", &entry.title),
        ("publisher", &entry.publisher),
        ("summary", &entry.summary),
    ] {
        if text.contains('\n') {
            found.push(format!("{what}: has more than one line"));
        }
    }
    unique(
        "categories",
        entry.categories.iter().map(|c| format!("{c:?}")),
        found,
    );
    unique("keywords", entry.keywords.iter().cloned(), found);
    if let Some(link) = &entry.homepage {
        https("homepage", link, found);
    }
    if let Some(source) = &entry.source {
        https("source.url", &source.url, found);
    }
    tools(entry, found);
}

fn tools(entry: &Entry, found: &mut Vec<String>) {
    unique(
        "tools",
        entry.tools.iter().map(|tool| tool.name.clone()),
        found,
    );
    for tool in &entry.tools {
        not_blank("tools: a name", &tool.name, found);
    }
    if let Some(count) = entry.tools_count
        && (count as usize) < entry.tools.len()
    {
        found.push(format!(
            "tools_count: is {count}, but {} tools are listed",
            entry.tools.len()
        ));
    }
    if let Some(check) = &entry.credential_check {
        not_blank("credential_check.tool", &check.tool, found);
        let whole_list = entry.tools_count.is_none() && !entry.tools.is_empty();
        if whole_list && !entry.tools.iter().any(|tool| tool.name == check.tool) {
            found.push(format!(
                "credential_check.tool: `{}` is not among the tools",
                check.tool
            ));
        }
    }
}

fn not_blank(what: &str, text: &str, found: &mut Vec<String>) {
    if text.trim().is_empty() {
        found.push(format!("{what}: is empty"));
    }
}

fn https(what: &str, link: &str, found: &mut Vec<String>) {
    let fits = url::Url::parse(link).is_ok_and(|url| {
        url.scheme() == "https" && url.username().is_empty() && url.password().is_none()
    });
    if !fits {
        found.push(format!("{what}: `{link}` is not an https:// address"));
    }
}

fn unique(what: &str, names: impl Iterator<Item = String>, found: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            found.push(format!("{what}: `{name}` is there twice"));
        }
    }
}

/// Characters that a person does not see, or that reorder what they see, can make a text say
/// something else than it shows. No text of an entry needs them.
pub(super) fn hidden_characters(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

fn walk(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if let Some(c) = text.chars().find(|c| is_hidden(*c)) {
                found.push(format!(
                    "{place}: holds the hidden character U+{:04X}",
                    u32::from(c)
                ));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{place}[{index}]"), found);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                if key.chars().any(is_hidden) {
                    found.push(format!("{place}: a key holds a hidden character"));
                }
                let below = if place.is_empty() {
                    key.clone()
                } else {
                    format!("{place}.{key}")
                };
                walk(item, &below, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Control characters (but line break and tab), zero-width and bidirectional formatting ones,
/// tag characters and variation selectors.
#[must_use]
pub(crate) fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(
            c,
            '\u{00AD}'
                | '\u{061C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}
