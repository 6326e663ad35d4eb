//! What is asked of the person: consent, and secrets.

use std::io::{IsTerminal, Read, Write};

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::input::SecretValues;
use berth_core::plan::Plan;
use berth_core::secret::Secret;

use crate::environment::{Assigned, Variable};
use crate::output::Output;

/// Most bytes that are read as a secret; more is a mistake (the wrong file).
const LIMIT: u64 = 1024 * 1024;

/// Asks whether to go on, unless it was agreed to beforehand. Only a terminal can be asked.
pub fn consent(out: Output, agreed: bool, question: &str) -> Result<()> {
    if agreed {
        return Ok(());
    }
    let mut stderr = std::io::stderr();
    if out.json || !std::io::stdin().is_terminal() || !stderr.is_terminal() {
        return Err(Error::new(ErrorCode::ConsentNeeded));
    }
    let _ = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" if read.is_ok() => Ok(()),
        _ => Err(Error::new(ErrorCode::ConsentNeeded)),
    }
}

/// How it was said that a server may control this computer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trusted {
    /// By an option, beforehand.
    Given,
    /// At a terminal, under the plan.
    Typed,
}

/// Has the name of the installation typed, where the plan gives what a click is not enough for; it
/// may stand on the command line, but no agreement to the plan in general is enough. Nothing where
/// the plan needs none.
pub fn trust(out: Output, plan: &Plan, given: Option<String>) -> Result<Option<Trusted>> {
    if plan.trust.is_empty() {
        return Ok(None);
    }
    if given.is_some() {
        plan.check_trust(given.as_deref())?;
        return Ok(Some(Trusted::Given));
    }
    let mut stderr = std::io::stderr();
    let mut answer = String::new();
    if !out.json && std::io::stdin().is_terminal() && stderr.is_terminal() {
        let asked = format!("Type {} to agree to that: ", plan.name);
        let _ = write!(stderr, "{asked}").and_then(|()| stderr.flush());
        let _ = std::io::stdin().read_line(&mut answer);
    }
    plan.check_trust(Some(&answer))?;
    Ok(Some(Trusted::Typed))
}

/// One secret, from an environment variable, a prompt without echo, or all of standard input.
pub fn secret(key: &str, variable: Option<&Variable>, prompt: &str) -> Result<Secret> {
    match variable {
        Some(variable) => variable.secret(key),
        None if std::io::stdin().is_terminal() => prompted(key, prompt),
        None => all_of_input(key),
    }
}

/// The secrets of `--secret KEY` and `--secret-env KEY=VARIABLE`. A terminal is asked for each; of
/// other standard input a single one takes all, several take a line each, in their order.
pub fn secrets(keys: &[String], from_variables: &[Assigned]) -> Result<SecretValues> {
    let mut values = SecretValues::new();
    for Assigned { key, variable } in from_variables {
        values.insert(key.clone(), variable.secret(key)?);
    }
    if std::io::stdin().is_terminal() {
        for key in keys {
            values.insert(key.clone(), prompted(key, &format!("{key}: "))?);
        }
    } else if let [key] = keys {
        values.insert(key.clone(), all_of_input(key)?);
    } else {
        let mut lines = std::io::stdin().lines();
        for key in keys {
            let line = match lines.next() {
                Some(Ok(line)) => Secret::new(line),
                _ => return Err(missing(key)),
            };
            values.insert(key.clone(), line);
        }
    }
    Ok(values)
}

fn prompted(key: &str, prompt: &str) -> Result<Secret> {
    rpassword::prompt_password(prompt)
        .map(Secret::new)
        .map_err(|error| missing(key).caused_by(&error))
}

/// All of standard input but one line break at its end, which `echo` and editors add.
fn all_of_input(key: &str) -> Result<Secret> {
    let mut text = String::new();
    std::io::stdin()
        .take(LIMIT)
        .read_to_string(&mut text)
        .map_err(|error| missing(key).caused_by(&error))?;
    let end = text
        .strip_suffix('\n')
        .map(|text| text.strip_suffix('\r').unwrap_or(text).len());
    text.truncate(end.unwrap_or(text.len()));
    if text.is_empty() {
        return Err(missing(key));
    }
    Ok(Secret::new(text))
}

/// What is said where a secret was not given.
pub fn missing(key: &str) -> Error {
    Error::new(ErrorCode::InputMissing {
        input: key.to_owned(),
    })
}
