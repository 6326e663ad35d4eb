//! The grammar of `berth secret` and `berth vault`.

use clap::{Args, Subcommand};

use super::ConsentArg;
use crate::environment::Variable;

/// `berth secret …`
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// Store or replace a secret; its value is read from standard input or asked for.
    Set(SecretSetArgs),
    /// List which server has which secret.
    List,
    /// Delete a secret.
    Delete(SecretDeleteArgs),
}

/// `berth secret set …`
#[derive(Debug, Args)]
pub struct SecretSetArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The input's key, as `berth secret list` shows it.
    #[arg(value_name = "KEY")]
    pub key: String,
    /// Take the value from this environment variable.
    #[arg(long, value_name = "VARIABLE", value_parser = Variable::read)]
    pub env: Option<Variable>,
}

/// `berth secret delete …`
#[derive(Debug, Args)]
pub struct SecretDeleteArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The input's key, as `berth secret list` shows it.
    #[arg(value_name = "KEY")]
    pub key: String,
    #[command(flatten)]
    pub consent: ConsentArg,
}

/// `berth vault …`
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Make the encrypted vault; its passphrase is read from standard input or asked for.
    Create(PassphraseArg),
    /// Unlock the encrypted vault for this login session.
    Unlock(PassphraseArg),
}

/// Where the passphrase comes from.
#[derive(Debug, Args)]
pub struct PassphraseArg {
    /// Take the passphrase from this environment variable.
    #[arg(long, value_name = "VARIABLE", value_parser = Variable::read)]
    pub env: Option<Variable>,
}
