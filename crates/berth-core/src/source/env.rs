//! Values for an entry's inputs out of the `.env` file of its source folder.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::dotenv::{EnvFile, FILE};
use crate::catalog::{Entry, InputKind, InputSpec};
use crate::error::Result;
use crate::input::{CheckContext, InputProblem, InputValue, check, check_secret, parse};
use crate::plan::Choices;
use crate::port::Ports;
use crate::secret::Secret;

/// What a `.env` file has for an entry. No value of a secret is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EnvFound {
    /// Absolute path of the file.
    pub path: String,
    /// Its values, in the order of the entry's inputs.
    pub values: Vec<EnvValue>,
    /// Lines that could not be read, or that refer to other values.
    pub ignored: u32,
}

/// A value that was found for an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EnvValue {
    /// The input's key.
    pub input: String,
    /// The name that it has in the file.
    pub variable: String,
    /// The value, as it would be stored. `None` for a secret, and for one that cannot be used.
    pub value: Option<InputValue>,
    /// Why it cannot be used.
    pub problem: Option<InputProblem>,
}

/// Reads what the `.env` file of a source folder has for an entry; `None` where there is no such
/// file, or where the folder is not one that `input` takes.
///
/// # Errors
/// `FileFailed` for a file that cannot be read.
pub fn look(ports: &Ports, entry: &Entry, input: &str, folder: &str) -> Result<Option<EnvFound>> {
    let Some(source) = Source::of(ports, entry, input, folder)? else {
        return Ok(None);
    };
    let values = entry
        .inputs
        .iter()
        .filter_map(|spec| {
            let (variable, value) = source.file.first(&spec.from_env)?;
            let checked = checked(ports, spec, value);
            Some(EnvValue {
                input: spec.key.clone(),
                variable: variable.to_owned(),
                problem: checked.as_ref().err().cloned(),
                value: checked.ok().flatten(),
            })
        })
        .collect();
    Ok(Some(EnvFound {
        path: source.path,
        values,
        ignored: source.file.ignored,
    }))
}

/// Puts the secrets that are to come from the `.env` file (`choices.from_env`) among those that are
/// given, where no other value of theirs was. Afterwards `from_env` names those that came from
/// there. What is not in the file, cannot be used or is no secret of `variant` is not given.
///
/// # Errors
/// `FileFailed` for a file that cannot be read.
pub fn take(ports: &Ports, entry: &Entry, variant: &str, choices: &mut Choices) -> Result<()> {
    let wanted = std::mem::take(&mut choices.from_env);
    if wanted.is_empty() {
        return Ok(());
    }
    let Some(source) = chosen(ports, entry, variant, choices)? else {
        return Ok(());
    };
    for spec in entry.inputs_of(variant) {
        let given = choices.secrets.get(&spec.key);
        let open = given.is_none_or(|value| value.trimmed().is_empty());
        if !spec.kind.is_secret() || !open || !wanted.contains(&spec.key) {
            continue;
        }
        if let Some((_, value)) = source.file.first(&spec.from_env)
            && check_secret(spec, &value.trimmed()).is_ok()
        {
            choices.secrets.insert(spec.key.clone(), value.trimmed());
            choices.from_env.push(spec.key.clone());
        }
    }
    Ok(())
}

/// The path of the `.env` file of a source folder.
#[must_use]
pub fn path_in(folder: &str) -> String {
    Path::new(folder).join(FILE).to_string_lossy().into_owned()
}

struct Source {
    path: String,
    file: EnvFile,
}

impl Source {
    fn of(ports: &Ports, entry: &Entry, input: &str, folder: &str) -> Result<Option<Self>> {
        let given = InputValue::source(folder);
        let spec = entry.input(input);
        let Some(spec) = spec.filter(|spec| matches!(spec.kind, InputKind::Source { .. })) else {
            return Ok(None);
        };
        // Only a folder that is the project's is read; and its path without links.
        let Ok(InputValue::Paths(grants)) = check(spec, &given, &context(ports)) else {
            return Ok(None);
        };
        let Some(folder) = grants.into_iter().next().map(|grant| grant.path) else {
            return Ok(None);
        };
        let text = ports.sources.env_file(&folder)?;
        Ok(text.map(|text| Self {
            path: path_in(&folder),
            file: EnvFile::parse(text.expose()),
        }))
    }
}

/// The file of the source folder that was chosen for a variant.
fn chosen(
    ports: &Ports,
    entry: &Entry,
    variant: &str,
    choices: &Choices,
) -> Result<Option<Source>> {
    for spec in entry.inputs_of(variant) {
        if let (InputKind::Source { .. }, Some(InputValue::Paths(grants))) =
            (&spec.kind, choices.inputs.get(&spec.key))
            && let [grant] = &grants[..]
            && let Some(source) = Source::of(ports, entry, &spec.key, &grant.path)?
        {
            return Ok(Some(source));
        }
    }
    Ok(None)
}

/// A value as it would be stored, or `None` for a secret that can be used.
fn checked(
    ports: &Ports,
    spec: &InputSpec,
    value: &Secret,
) -> std::result::Result<Option<InputValue>, InputProblem> {
    if spec.kind.is_secret() {
        return check_secret(spec, &value.trimmed()).map(|()| None);
    }
    let given = parse(spec, &[value.expose().to_owned()])?;
    check(spec, &given, &context(ports)).map(Some)
}

fn context(ports: &Ports) -> CheckContext<'_> {
    CheckContext {
        host: ports.host.as_ref(),
        sources: ports.sources.as_ref(),
        keeps_read_only: true,
    }
}
