//! What single values have to look like.

use super::super::InputKind;

pub(super) fn is_path(kind: &InputKind) -> bool {
    matches!(
        kind,
        InputKind::File { .. } | InputKind::Folder { .. } | InputKind::Source { .. }
    )
}

pub(super) fn is_source(kind: &InputKind) -> bool {
    matches!(
        kind,
        InputKind::Folder {
            multiple: false,
            ..
        } | InputKind::Source { .. }
    )
}

pub(super) fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A path below a folder: relative, with `/`, and without a way up.
pub(super) fn is_inside(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
        && !text.contains(|c: char| c.is_control() || c == '\\' || c == ':')
}

/// A name, optionally with extras: `kitaru[mcp]`.
pub(super) fn is_python_package(text: &str) -> bool {
    let (name, extras) = match text.split_once('[') {
        None => (text, None),
        Some((name, rest)) => match rest.strip_suffix(']') {
            Some(extras) => (name, Some(extras)),
            None => return false,
        },
    };
    is_word(name) && extras.is_none_or(|extras| extras.split(',').all(is_word))
}

pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// A version that cannot match anything else: no wildcard, no range.
pub(super) fn is_exact_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._+!-".contains(&b))
}

pub(super) fn is_node_package(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
    };
    match text.strip_prefix('@') {
        None => part(text),
        Some(scoped) => scoped
            .split_once('/')
            .is_some_and(|(scope, name)| part(scope) && part(name)),
    }
}

pub(super) fn requirement(text: &str, found: &mut Vec<String>) {
    if semver::VersionReq::parse(text).is_err() {
        found.push(format!(
            "requires: `{text}` is not a range such as `>=3.11`"
        ));
    }
}

/// A file's name without any folder.
pub(super) fn program(what: &str, text: &str, found: &mut Vec<String>) {
    let fits = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if !fits {
        found.push(format!("{what}: `{text}` is not a program's name"));
    }
}

/// A repository with a tag; the digest stands in its own field.
pub(super) fn is_image(text: &str) -> bool {
    let Some((repository, tag)) = text.rsplit_once(':') else {
        return false;
    };
    let tag_fits = (1..=128).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let repository_fits = repository.starts_with(|c: char| c.is_ascii_alphanumeric())
        && repository.split('/').all(|part| !part.is_empty())
        && repository
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-/:".contains(&b));
    tag_fits && repository_fits
}

pub(super) fn is_user(text: &str) -> bool {
    let number = |part: &str| part.parse::<u32>().is_ok();
    text == "{{berth.user}}"
        || match text.split_once(':') {
            None => number(text),
            Some((user, group)) => number(user) && number(group),
        }
}

pub(super) fn is_container_path(text: &str) -> bool {
    text.len() > 1
        && text.starts_with('/')
        && !text.ends_with('/')
        && text[1..]
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
        && !text.contains(|c: char| c.is_control() || c == ':' || c == ',')
        && !["/dev", "/proc", "/sys"]
            .iter()
            .any(|folder| text == *folder || text.starts_with(&format!("{folder}/")))
}
