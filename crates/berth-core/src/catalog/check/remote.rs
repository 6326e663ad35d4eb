//! What is reached over HTTP.

use std::collections::BTreeMap;

use super::super::remote::header_problem;
use super::super::template::{Part, parse};
use super::super::{
    ContainerSpec, Entry, InputKind, Network, RemoteSpec, Variant, is_safe_address,
};
use super::uses::{Place, Uses};

pub(super) fn remote(entry: &Entry, variant: &Variant, spec: &RemoteSpec, found: &mut Vec<String>) {
    let mut uses = Uses::of(entry, variant, Place::Elsewhere);
    address(&mut uses, &spec.url, found);
    uses.strings(&[], &BTreeMap::new(), &spec.headers, found);
    let told = [&spec.live, &spec.ready, &spec.metrics];
    paths(told.into_iter().flatten(), found);
    uses.all_used(found);
}

pub(super) fn header(name: &str, found: &mut Vec<String>) {
    if let Some(problem) = header_problem(name) {
        found.push(format!("the header `{name}` {problem}"));
    }
}

/// How a container is reached over HTTP; its headers.
pub(super) fn http<'a>(
    spec: &'a ContainerSpec,
    found: &mut Vec<String>,
) -> &'a BTreeMap<String, String> {
    static NONE: BTreeMap<String, String> = BTreeMap::new();
    let Some(http) = &spec.http else {
        return &NONE;
    };
    if http.port == 0 {
        found.push("http: 0 is not a port".to_owned());
    }
    if spec.network == Network::None {
        found.push("http: a container without a network cannot be reached".to_owned());
    }
    let told = [&http.ready, &http.live, &http.metrics];
    paths(
        std::iter::once(&http.path).chain(told.into_iter().flatten()),
        found,
    );
    &http.headers
}

fn paths<'a>(paths: impl Iterator<Item = &'a String>, found: &mut Vec<String>) {
    for path in paths {
        let fits = path.starts_with('/')
            && !path.starts_with("//")
            && path
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&b));
        if !fits {
            found.push(format!("http: `{path}` is not a path"));
        }
    }
}

fn address<'a>(uses: &mut Uses<'a>, url: &'a str, found: &mut Vec<String>) {
    let parts = match parse(url) {
        Ok(parts) => parts,
        Err(problem) => return found.push(format!("url: `{url}` {problem}")),
    };
    let is_whole = matches!(parts.as_slice(), [Part::Value(_)]);
    let mut sample = String::new();
    for part in &parts {
        let key = match part {
            Part::Text(text) => {
                sample.push_str(text);
                continue;
            }
            Part::Value(key) => key,
            Part::Switch { .. } | Part::Known(_) => {
                found.push(format!("url: `{url}` holds more than inputs' values"));
                continue;
            }
        };
        sample.push('x');
        let Some(spec) = uses.input(key, found) else {
            continue;
        };
        let fits = match &spec.kind {
            InputKind::Url { .. } => is_whole,
            InputKind::Text { .. } | InputKind::Choice { .. } => !is_whole,
            _ => false,
        };
        if !fits {
            found.push(format!("url: `{key}` is no text that can be a part of it"));
        }
        let has_default = matches!(
            &spec.kind,
            InputKind::Url {
                default: Some(_),
                ..
            } | InputKind::Text {
                default: Some(_),
                ..
            } | InputKind::Choice {
                default: Some(_),
                ..
            }
        );
        if !spec.required && !has_default {
            found.push(format!("url: `{key}` has to be required"));
        }
        uses.parts.insert(&spec.key);
    }
    // What the person gives is looked at when it is given.
    if !is_whole && !url::Url::parse(&sample).is_ok_and(|url| is_safe_address(&url)) {
        found.push(format!(
            "url: `{url}` is not an https:// address, or one of this computer"
        ));
    }
}
