//! The grammar of `berth export`.

use berth_core::export::Format;
use clap::{Args, ValueEnum};

/// `berth export …`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The format.
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    pub format: FormatArg,
}

/// A format of another program.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FormatArg {
    /// `.mcp.json` of a project, with `berth` from the PATH.
    McpJson,
    /// `.mcp.json` with the launcher's absolute path.
    McpJsonAbsolute,
    /// Claude Desktop's configuration.
    ClaudeDesktop,
    /// `compose.yaml`, confined as Berth confines it.
    Compose,
    /// `gordon-mcp.yml`, for Docker's assistant.
    Gordon,
    /// `server.yaml` of Docker's registry.
    DockerServer,
    /// `.env` with the variables that compose asks for, without values.
    Env,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::McpJson => Self::McpJson,
            FormatArg::McpJsonAbsolute => Self::McpJsonAbsolute,
            FormatArg::ClaudeDesktop => Self::ClaudeDesktop,
            FormatArg::Compose => Self::Compose,
            FormatArg::Gordon => Self::Gordon,
            FormatArg::DockerServer => Self::DockerServer,
            FormatArg::Env => Self::Env,
        }
    }
}
