use std::collections::BTreeMap;

use crate::catalog::{Entry, InputKind, InputSpec, RunsIn};
use crate::port::{Host, Sources};

use super::{InputProblem, InputValue, InputValues, SecretValues, paths};
use super::{check_number, check_secret, check_text};

/// What a value is checked against, beyond its own rules.
#[derive(Clone, Copy)]
pub struct CheckContext<'a> {
    /// For paths: what is there, and which places are private.
    pub host: &'a dyn Host,
    /// For source folders: which project is in one.
    pub sources: &'a dyn Sources,
    /// Whether a folder that is given read-only really cannot be written: in a container.
    pub keeps_read_only: bool,
}

/// Checks one value. Gives it as it is to be stored: without white space around it, with
/// canonical paths. A value that is not there is [`InputProblem::Empty`], also for an input that
/// can be left out: whether it can is [`check_all`]'s.
pub fn check(
    spec: &InputSpec,
    value: &InputValue,
    ctx: &CheckContext<'_>,
) -> Result<InputValue, InputProblem> {
    if spec.kind.is_secret() {
        return Err(InputProblem::NotSecret);
    }
    if value.is_empty() {
        return Err(InputProblem::Empty);
    }
    match (value, &spec.kind) {
        (InputValue::Text(text), kind) => check_text(kind, text).map(InputValue::Text),
        (InputValue::Number(number), kind) => {
            check_number(kind, *number).map(|()| InputValue::Number(*number))
        }
        (InputValue::Boolean(on), InputKind::Boolean { .. }) => Ok(InputValue::Boolean(*on)),
        (InputValue::Boolean(_), _) => Err(InputProblem::WrongType),
        (InputValue::Paths(grants), kind) => paths::check(kind, grants, ctx).map(InputValue::Paths),
    }
}

/// The values that a variant's fields start with.
#[must_use]
pub fn defaults(entry: &Entry, variant: &str) -> InputValues {
    entry
        .inputs_of(variant)
        .filter_map(|spec| default(&spec.kind).map(|value| (spec.key.clone(), value)))
        .collect()
}

fn default(kind: &InputKind) -> Option<InputValue> {
    match kind {
        InputKind::Text { default, .. }
        | InputKind::Choice { default, .. }
        | InputKind::Url { default, .. } => default.clone().map(InputValue::Text),
        InputKind::Number { default, .. } => default.map(InputValue::Number),
        InputKind::Boolean { default } => Some(InputValue::Boolean(*default)),
        InputKind::File { .. }
        | InputKind::Folder { .. }
        | InputKind::Source { .. }
        | InputKind::Secret { .. } => None,
    }
}

/// Checks everything that a variant asks for, and tells every problem by its input's key.
///
/// An input that was not given has its default; one that was given empty has no value. `kept` are
/// the inputs whose secrets an older generation has. Values of other variants' inputs are ignored:
/// a person who looks at another variant does not lose them; likewise those of inputs that are not
/// asked for by what was chosen before ([`InputSpec::is_asked`]).
pub fn check_all(
    entry: &Entry,
    variant: &str,
    values: &InputValues,
    secrets: &SecretValues,
    kept: &[String],
    host: &dyn Host,
    sources: &dyn Sources,
) -> Result<InputValues, BTreeMap<String, InputProblem>> {
    let ctx = CheckContext {
        host,
        sources,
        keeps_read_only: entry
            .variant(variant)
            .is_some_and(|variant| variant.runs_in() == RunsIn::Container),
    };
    let defaults = defaults(entry, variant);
    let mut checked = InputValues::new();
    let mut problems = BTreeMap::new();
    for spec in entry.inputs_of(variant) {
        // As with other variants' inputs: what is not asked for is not looked at.
        if !spec.is_asked(&checked) {
            continue;
        }
        let problem = if spec.kind.is_secret() {
            secret(spec, values, secrets, kept).err()
        } else if secrets.contains_key(&spec.key) {
            Some(InputProblem::NotSecret)
        } else {
            match values.get(&spec.key).or_else(|| defaults.get(&spec.key)) {
                Some(value) if !value.is_empty() => match check(spec, value, &ctx) {
                    Ok(value) => {
                        checked.insert(spec.key.clone(), value);
                        None
                    }
                    Err(problem) => Some(problem),
                },
                _ if spec.required => Some(InputProblem::Empty),
                _ => None,
            }
        };
        if let Some(problem) = problem {
            problems.insert(spec.key.clone(), problem);
        }
    }
    if problems.is_empty() {
        Ok(checked)
    } else {
        Err(problems)
    }
}

fn secret(
    spec: &InputSpec,
    values: &InputValues,
    secrets: &SecretValues,
    kept: &[String],
) -> Result<(), InputProblem> {
    if values.contains_key(&spec.key) {
        return Err(InputProblem::NotSecret);
    }
    match secrets.get(&spec.key).map(crate::secret::Secret::trimmed) {
        Some(value) if !value.is_empty() => check_secret(spec, &value),
        _ if spec.kind.generate().is_some() || kept.contains(&spec.key) => Ok(()),
        _ if spec.required => Err(InputProblem::Empty),
        _ => Ok(()),
    }
}
