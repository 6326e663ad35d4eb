//! The rules of values that need nothing but themselves: texts, numbers, choices, addresses,
//! secrets.

use crate::catalog::{InputKind, InputSpec, is_hidden, whole};
use crate::secret::Secret;

use super::InputProblem;

/// Most characters of any text, where the entry says nothing else.
const TEXT_LIMIT: u32 = 4096;

/// Checks a text, a choice or an address against its kind; gives it without the white space
/// around it.
pub fn check_text(kind: &InputKind, value: &str) -> Result<String, InputProblem> {
    let value = value.trim();
    if value
        .chars()
        .any(|c| is_hidden(c) || c == '\n' || c == '\t')
    {
        return Err(InputProblem::Forbidden);
    }
    match kind {
        InputKind::Text {
            pattern,
            pattern_help,
            min_length,
            max_length,
            extract,
            ..
        } => {
            let value = extract
                .as_deref()
                .and_then(|extract| extracted(value, extract))
                .unwrap_or(value);
            length(value, *min_length, max_length.unwrap_or(TEXT_LIMIT))?;
            matches(value, pattern.as_deref(), pattern_help.as_deref())?;
            return Ok(value.to_owned());
        }
        InputKind::Choice { options, .. } => {
            if !options.iter().any(|option| option.value == value) {
                return Err(InputProblem::NotAnOption {
                    options: options.iter().map(|option| option.value.clone()).collect(),
                });
            }
        }
        InputKind::Url { schemes, .. } => address(value, schemes)?,
        InputKind::Secret { .. } => return Err(InputProblem::NotSecret),
        InputKind::Number { .. }
        | InputKind::Boolean { .. }
        | InputKind::File { .. }
        | InputKind::Folder { .. }
        | InputKind::Source { .. } => return Err(InputProblem::WrongType),
    }
    Ok(value.to_owned())
}

/// Checks a number against its kind.
pub fn check_number(kind: &InputKind, value: f64) -> Result<(), InputProblem> {
    let InputKind::Number {
        min, max, integer, ..
    } = kind
    else {
        return Err(InputProblem::WrongType);
    };
    if !value.is_finite() {
        return Err(InputProblem::WrongType);
    }
    if *integer && value.fract() != 0.0 {
        return Err(InputProblem::NotWhole);
    }
    match (min, max) {
        (Some(min), _) if value < *min => Err(InputProblem::TooSmall { min: *min }),
        (_, Some(max)) if value > *max => Err(InputProblem::TooLarge { max: *max }),
        _ => Ok(()),
    }
}

/// Checks a secret. White space inside is refused nowhere but where the pattern says so; a line
/// break at its end, which pasting and pipes leave, must have been taken off before
/// ([`Secret::trimmed`]).
pub fn check_secret(spec: &InputSpec, value: &Secret) -> Result<(), InputProblem> {
    let InputKind::Secret {
        min_length,
        pattern,
        pattern_help,
        ..
    } = &spec.kind
    else {
        return Err(InputProblem::NotSecret);
    };
    let text = value.expose();
    if text.is_empty() {
        return Err(InputProblem::Empty);
    }
    // A NUL cannot be in an environment variable. Line breaks can: keys in PEM form have them.
    if text
        .chars()
        .any(|c| is_hidden(c) && c != '\r' || c == '\u{FEFF}')
    {
        return Err(InputProblem::Forbidden);
    }
    length(text, *min_length, u32::MAX)?;
    matches(text, pattern.as_deref(), pattern_help.as_deref())
}

/// What the first group of an input's `extract` takes out of a text that people paste.
fn extracted<'a>(value: &'a str, pattern: &str) -> Option<&'a str> {
    let found = whole(pattern).ok()?.captures(value)?.get(1)?;
    Some(found.as_str())
}

fn length(value: &str, min: Option<u32>, max: u32) -> Result<(), InputProblem> {
    let length = u32::try_from(value.chars().count()).unwrap_or(u32::MAX);
    match min {
        Some(min) if length < min => Err(InputProblem::TooShort { min }),
        _ if length > max => Err(InputProblem::TooLong { max }),
        _ => Ok(()),
    }
}

fn matches(value: &str, pattern: Option<&str>, help: Option<&str>) -> Result<(), InputProblem> {
    let Some(pattern) = pattern else {
        return Ok(());
    };
    // An entry whose pattern does not compile is not loaded; one that got here otherwise lets
    // nothing through.
    if whole(pattern).is_ok_and(|regex| regex.is_match(value)) {
        Ok(())
    } else {
        Err(InputProblem::Pattern {
            help: help.unwrap_or(pattern).to_owned(),
        })
    }
}

fn address(value: &str, schemes: &[String]) -> Result<(), InputProblem> {
    let url = url::Url::parse(value).map_err(|_| InputProblem::NotAUrl)?;
    let usual = ["https".to_owned(), "http".to_owned()];
    let allowed = if schemes.is_empty() {
        usual.as_slice()
    } else {
        schemes
    };
    if !allowed.iter().any(|scheme| scheme == url.scheme()) {
        return Err(InputProblem::Scheme {
            allowed: allowed.iter().map(|scheme| format!("{scheme}:")).collect(),
        });
    }
    // A value of an input is stored and shown; a password in it would be, too.
    if url.password().is_some() {
        return Err(InputProblem::PasswordInUrl);
    }
    let needs_host = ["http", "https", "ws", "wss"].contains(&url.scheme());
    if needs_host && url.host().is_none() {
        return Err(InputProblem::NotAUrl);
    }
    Ok(())
}
