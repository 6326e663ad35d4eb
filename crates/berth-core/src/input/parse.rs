//! Values as they are written on a command line.

use std::collections::BTreeMap;

use crate::catalog::{Access, Entry, InputKind, InputSpec};
use crate::error::{Error, ErrorCode, Result};

use super::{InputProblem, InputValue, InputValues, PathGrant};

/// Reads what was written for one input, once or several times. Files and folders are written
/// `PATH`, `PATH:ro` or `PATH:rw`; without either, the entry's own proposal counts. The result is
/// not checked yet.
pub fn parse(spec: &InputSpec, texts: &[String]) -> std::result::Result<InputValue, InputProblem> {
    if let InputKind::Folder { access, .. } | InputKind::File { access } = &spec.kind {
        let grants = texts.iter().filter(|text| !text.trim().is_empty());
        return Ok(InputValue::Paths(
            grants.map(|text| grant(text, *access)).collect(),
        ));
    }
    let [text] = texts else {
        return Err(InputProblem::WrongType);
    };
    if let InputKind::Source { .. } = &spec.kind {
        let path = text.trim();
        // No ending says how it may be used: it is read-only, and a colon is part of its name.
        let grant = (!path.is_empty()).then(|| PathGrant {
            path: path.to_owned(),
            access: Access::ReadOnly,
        });
        return Ok(InputValue::Paths(grant.into_iter().collect()));
    }
    let text = text.trim();
    match &spec.kind {
        InputKind::Number { .. } if text.is_empty() => Ok(InputValue::Text(String::new())),
        InputKind::Number { .. } => text
            .parse()
            .map(InputValue::Number)
            .map_err(|_| InputProblem::WrongType),
        InputKind::Boolean { .. } => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(InputValue::Boolean(true)),
            "false" | "no" | "off" | "0" | "" => Ok(InputValue::Boolean(false)),
            _ => Err(InputProblem::WrongType),
        },
        InputKind::Secret { .. } => Err(InputProblem::NotSecret),
        _ => Ok(InputValue::Text(text.to_owned())),
    }
}

fn grant(text: &str, proposed: Access) -> PathGrant {
    let text = text.trim();
    let (path, access) = if let Some(path) = text.strip_suffix(":ro") {
        (path, Access::ReadOnly)
    } else if let Some(path) = text.strip_suffix(":rw") {
        (path, Access::ReadWrite)
    } else {
        (text, proposed)
    };
    PathGrant {
        path: path.to_owned(),
        access,
    }
}

/// Reads `KEY=VALUE`s; a key that is there several times has several values. A text without `=`
/// or with an unknown key is [`ErrorCode::InputUnknown`], a secret is refused: it would stay in the
/// shell's history.
pub fn parse_assignments(entry: &Entry, assignments: &[String]) -> Result<InputValues> {
    let mut texts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for assignment in assignments {
        let (key, value) = assignment
            .split_once('=')
            .ok_or_else(|| unknown(assignment))?;
        texts.entry(key.trim()).or_default().push(value.to_owned());
    }
    texts
        .into_iter()
        .map(|(key, texts)| {
            let spec = entry.input(key).ok_or_else(|| unknown(key))?;
            let value = parse(spec, &texts).map_err(|problem| {
                Error::new(ErrorCode::InputInvalid {
                    input: key.to_owned(),
                    problem,
                })
            })?;
            Ok((key.to_owned(), value))
        })
        .collect()
}

fn unknown(input: &str) -> Error {
    // What stands before a `=` is a key; without one, all of it could be a value. Nothing longer
    // than a key is repeated.
    Error::new(ErrorCode::InputUnknown {
        input: input.chars().take(64).collect(),
    })
}
