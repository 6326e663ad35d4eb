//! Arguments of `berth explain`.

use clap::Args;

/// `berth explain …`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The server's name, as `berth list` shows it, or the identifier of an entry.
    #[arg(value_name = "NAME")]
    pub name: String,
}
