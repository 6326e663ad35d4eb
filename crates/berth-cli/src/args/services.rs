//! Arguments of the commands for services.

use clap::Args;

/// `berth logs …`
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The service, instead of the first, as `berth show` lists them.
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,
    /// A log that the server keeps, as `berth show` lists them; the first where it has no services.
    #[arg(long, value_name = "LOG", conflicts_with_all = ["service", "follow"])]
    pub log: Option<String>,
    /// How many of its last lines.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub lines: u32,
    /// Go on with what it writes from now on.
    #[arg(long)]
    pub follow: bool,
}

/// What [`berth_adapters::services`] asks for.
#[derive(Debug, Args)]
pub struct ServicesLogArgs {
    pub name: String,
    pub service: String,
    pub lines: u32,
    #[arg(long)]
    pub follow: bool,
}
