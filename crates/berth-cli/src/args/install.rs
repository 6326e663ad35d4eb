//! `berth install` and `berth update`

use clap::Args;

use super::ChoiceArgs;

/// `berth install …`
#[derive(Debug, Args)]
pub struct InstallArgs {
    #[command(flatten)]
    pub choices: ChoiceArgs,
    #[command(flatten)]
    pub consent: ConsentArg,
    #[command(flatten)]
    pub trust: EntrustArg,
}

/// `berth update …`
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Build its image without what the engine has kept from earlier builds.
    #[arg(long)]
    pub no_cache: bool,
    #[command(flatten)]
    pub consent: ConsentArg,
    #[command(flatten)]
    pub trust: EntrustArg,
}

/// Consent that is given beforehand.
#[derive(Debug, Args)]
pub struct ConsentArg {
    /// Agree to the plan without being asked.
    #[arg(long, short)]
    pub yes: bool,
}

/// What a plan with the engine's socket needs beside consent.
#[derive(Debug, Args)]
pub struct EntrustArg {
    /// Agree that the server controls this computer, by its name; only where the plan says so.
    #[arg(long, value_name = "NAME")]
    pub trust: Option<String>,
}
