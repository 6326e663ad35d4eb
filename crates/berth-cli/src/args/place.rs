//! The grammar of places: client, scope, project.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConsentArg, ScopeArg};

/// Where a server is registered.
#[derive(Debug, Args)]
pub struct PlaceArgs {
    /// The client [default: claude-code].
    #[arg(long, value_enum)]
    pub client: Option<ClientArg>,
    /// Where Claude Code should have it [default: user].
    #[arg(long, value_enum)]
    pub scope: Option<ScopeArg>,
    /// The project's folder, for the scopes local and project; otherwise the current folder.
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
}

impl PlaceArgs {
    /// Whether nothing was said about the place.
    #[must_use]
    pub fn is_unsaid(&self) -> bool {
        self.client.is_none() && self.scope.is_none() && self.project.is_none()
    }
}

/// A program that uses servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClientArg {
    /// Claude Code, in one of its scopes.
    ClaudeCode,
    /// Claude Desktop, which knows no scopes.
    ClaudeDesktop,
}

/// `berth connect …`
#[derive(Debug, Args)]
pub struct ConnectArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Replace what somebody else registered there under the name; it comes back if anything fails.
    #[arg(long)]
    pub replace: bool,
    /// Give Claude Code the server's address itself, and not the launcher.
    #[arg(long)]
    pub direct: bool,
    /// Agreement.
    #[command(flatten)]
    pub consent: ConsentArg,
}

/// `berth disconnect …`
#[derive(Debug, Args)]
pub struct DisconnectArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Where.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Agreement.
    #[command(flatten)]
    pub consent: ConsentArg,
}
