//! The grammar of `berth act`, and of the hidden command that does its steps.

use clap::Args;

use super::ConsentArg;

/// `berth act …`
#[derive(Debug, Args)]
pub struct ActArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The action; without it, what the server offers is listed.
    #[arg(value_name = "ACTION")]
    pub action: Option<String>,
    /// Agreement.
    #[command(flatten)]
    pub consent: ConsentArg,
}

/// `berth act-step …`
#[derive(Debug, Args)]
pub struct ActStepArgs {
    /// The server's name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The action.
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// The number of the step; the first is 0.
    #[arg(value_name = "NUMBER")]
    pub step: usize,
    /// The job that it is for.
    #[arg(long, value_name = "JOB")]
    pub job: String,
    /// Undo it.
    #[arg(long)]
    pub undo: bool,
}
