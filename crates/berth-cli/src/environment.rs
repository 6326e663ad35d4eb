//! Secrets that are given in environment variables: taken when the arguments are read, and then out
//! of the environment, so that no program that Berth starts inherits them.

use std::convert::Infallible;

use berth_core::error::Result;
use berth_core::secret::Secret;

use crate::args::{Cli, Command, SecretCommand, VaultCommand};
use crate::ask::missing;

/// A variable, with its value as it was when the arguments were read.
#[derive(Clone, Debug)]
pub struct Variable {
    name: String,
    value: Option<Secret>,
}

impl Variable {
    /// The variable of this name, as an argument's value.
    #[allow(clippy::unnecessary_wraps)] // What clap takes.
    pub fn read(name: &str) -> std::result::Result<Self, Infallible> {
        Ok(Self {
            name: name.to_owned(),
            value: std::env::var(name).ok().map(Secret::new),
        })
    }

    /// Its value, for the input or question `key`.
    ///
    /// # Errors
    /// `InputMissing` where there is no such variable, or none with text.
    pub fn secret(&self, key: &str) -> Result<Secret> {
        self.value.clone().ok_or_else(|| {
            let name = &self.name;
            missing(key).with_cause(format!("the environment has no variable `{name}`"))
        })
    }
}

/// A variable for an input: `KEY=VARIABLE`.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The input's key.
    pub key: String,
    /// Where its value is.
    pub variable: Variable,
}

impl Assigned {
    /// `KEY=VARIABLE`, as an argument's value.
    pub fn read(text: &str) -> std::result::Result<Self, &'static str> {
        let (key, name) = text
            .split_once('=')
            .filter(|(key, name)| !key.is_empty() && !name.is_empty())
            .ok_or("it is not of the form KEY=VARIABLE")?;
        let Ok(variable) = Variable::read(name);
        Ok(Self {
            key: key.to_owned(),
            variable,
        })
    }
}

/// Takes the variables of a command line out of the environment.
///
/// Call it while this process has one thread.
#[allow(unsafe_code)]
pub fn forget(cli: &Cli) {
    for variable in variables(&cli.command) {
        // SAFETY: no other thread is there yet that could read or change the environment.
        unsafe { std::env::remove_var(&variable.name) };
    }
}

fn variables(command: &Command) -> Vec<&Variable> {
    let choices = match command {
        Command::Plan(choices) => choices,
        Command::Install(args) => &args.choices,
        Command::Secret(SecretCommand::Set(args)) => return args.env.iter().collect(),
        Command::Vault(VaultCommand::Create(args) | VaultCommand::Unlock(args)) => {
            return args.env.iter().collect();
        }
        Command::Backup(args) => return args.env.iter().collect(),
        Command::Restore(args) => return args.env.iter().collect(),
        _ => return Vec::new(),
    };
    choices.secret_env.iter().map(|it| &it.variable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_and_not_printed() {
        let Ok(variable) = Variable::read("PATH");
        let path = std::env::var("PATH").unwrap();
        assert_eq!(variable.secret("token").unwrap().expose(), path);
        assert!(!format!("{variable:?}").contains(&path));
        let Ok(none) = Variable::read("BERTH_NO_SUCH_VARIABLE");
        assert_eq!(none.secret("token").unwrap_err().name(), "input_missing");
    }

    #[test]
    fn an_assignment_has_two_sides() {
        let assigned = Assigned::read("token=PATH").unwrap();
        assert_eq!(assigned.key, "token");
        for text in ["token", "token=", "=PATH", ""] {
            assert!(Assigned::read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn every_command_s_variables_are_known() {
        use clap::Parser;
        for (line, count) in [
            (
                &[
                    "plan",
                    "x",
                    "--secret-env",
                    "a=PATH",
                    "--secret-env",
                    "b=HOME",
                ][..],
                2,
            ),
            (&["install", "x", "--secret-env", "a=PATH"], 1),
            (&["secret", "set", "x", "token", "--env", "PATH"], 1),
            (&["vault", "create", "--env", "PATH"], 1),
            (&["vault", "unlock", "--env", "PATH"], 1),
            (&["backup", "x", "--to", "f", "--env", "PATH"], 1),
            (&["restore", "x", "--from", "f", "--env", "PATH"], 1),
            (&["list"], 0),
        ] {
            let line = std::iter::once("berth").chain(line.iter().copied());
            let cli = Cli::try_parse_from(line).unwrap();
            assert_eq!(variables(&cli.command).len(), count);
        }
    }
}
