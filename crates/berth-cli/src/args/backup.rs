//! The grammar of `berth backup` and `berth restore`.

use std::path::PathBuf;

use clap::Args;

use super::ConsentArg;
use crate::environment::Variable;

/// `berth backup …`
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The file to write; it must not be there.
    #[arg(long = "to", value_name = "FILE")]
    pub file: PathBuf,
    /// Take the passphrase from this environment variable.
    #[arg(long, value_name = "VARIABLE", value_parser = Variable::read)]
    pub env: Option<Variable>,
    /// Agreement.
    #[command(flatten)]
    pub consent: ConsentArg,
}

/// `berth restore …`
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The file that `berth backup` wrote.
    #[arg(long = "from", value_name = "FILE")]
    pub file: PathBuf,
    /// Take the passphrase from this environment variable.
    #[arg(long, value_name = "VARIABLE", value_parser = Variable::read)]
    pub env: Option<Variable>,
    /// Agreement.
    #[command(flatten)]
    pub consent: ConsentArg,
}
