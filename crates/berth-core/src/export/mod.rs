//! What is installed, in the formats of other programs (FORMATS, "Also to write"). Nothing that is
//! exported holds a secret's value: its place is named, and [`Format::Env`] lists those places.

mod client;
mod compose;
mod docker;
mod env;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalog::Entry;
use crate::client::LauncherCommand;
use crate::error::{Error, ErrorCode, Result};
use crate::facts::Platform;
use crate::plan::helper;
use crate::server::{Installation, Launch};

/// A format of another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `.mcp.json` of a project, with `berth` from the PATH: can be committed, every member of a
    /// team needs Berth and this installation.
    McpJson,
    /// `.mcp.json` with the launcher's absolute path: for this computer only.
    McpJsonAbsolute,
    /// `claude_desktop_config.json` of Claude Desktop.
    ClaudeDesktop,
    /// `compose.yaml`, confined as Berth confines it. It needs no Berth.
    Compose,
    /// `gordon-mcp.yml`, for Docker's own assistant.
    Gordon,
    /// `server.yaml`, as Docker's registry of MCP servers describes one.
    DockerServer,
    /// `.env` with the variables that [`Format::Compose`] asks for, without their values.
    Env,
}

impl Format {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::McpJson,
        Self::McpJsonAbsolute,
        Self::ClaudeDesktop,
        Self::Compose,
        Self::Gordon,
        Self::DockerServer,
        Self::Env,
    ];

    /// The name that such a file has.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::McpJson | Self::McpJsonAbsolute => ".mcp.json",
            Self::ClaudeDesktop => "claude_desktop_config.json",
            Self::Compose => "compose.yaml",
            Self::Gordon => "gordon-mcp.yml",
            Self::DockerServer => "server.yaml",
            Self::Env => ".env",
        }
    }

    /// Whether a server that is started like this can be written in it.
    #[must_use]
    pub fn fits(self, launch: &Launch) -> bool {
        match self {
            Self::McpJson | Self::McpJsonAbsolute | Self::ClaudeDesktop => true,
            Self::Compose | Self::Env => matches!(launch, Launch::Container(_)),
            // The services beside it would be missing, or be taken for servers.
            _ if launch.stack().is_some() => false,
            // They speak with a server over its input and output.
            Self::Gordon => matches!(launch, Launch::Container(launch) if launch.http.is_none()),
            // It has no word for another entry point.
            Self::DockerServer => matches!(launch, Launch::Container(launch)
                if launch.http.is_none() && launch.entrypoint.is_empty()),
        }
    }
}

/// A file for another program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Exported {
    /// Its format.
    pub format: Format,
    /// The name that such a file has.
    pub file_name: String,
    /// Its whole text.
    pub text: String,
    /// What whoever uses it should know.
    pub notes: Vec<Note>,
}

/// What whoever uses an export should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// It starts Berth's launcher, so Berth and this installation have to be there.
    NeedsBerth,
    /// It names paths of this computer.
    PersonalPaths,
    /// These variables have to be set when it is used; their values are secrets, and in no export.
    SecretsAsVariables {
        /// Their names.
        names: Vec<String>,
    },
    /// Docker asks for these and keeps them; their values are in no export.
    SecretsInDocker {
        /// Their names in Docker's store.
        names: Vec<String>,
    },
    /// What the server has kept so far is not in it.
    WithoutData,
    /// The image is built from a folder of this computer.
    BuiltHere {
        /// Absolute path of the folder.
        folder: String,
    },
}

/// What an export is made of.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// What is installed.
    pub installation: &'a Installation,
    /// Its entry, where the catalog still has it: how an image is built is only there.
    pub entry: Option<&'a Entry>,
    /// The launcher by its name, for a file that is shared.
    pub shared: &'a LauncherCommand,
    /// The launcher by its absolute path.
    pub absolute: &'a LauncherCommand,
    /// The operating system, whose shell runs what is quoted for it.
    pub platform: Platform,
}

impl Export<'_> {
    /// Every format that fits.
    ///
    /// # Errors
    /// `Internal` for a record that is no longer what Berth writes.
    pub fn all(&self) -> Result<Vec<Exported>> {
        Format::ALL
            .into_iter()
            .filter(|format| format.fits(&self.installation.launch))
            .map(|format| self.write(format))
            .collect()
    }

    /// One format.
    ///
    /// # Errors
    /// `ExportUnfit` for a format that has no words for how the server is started.
    pub fn write(&self, format: Format) -> Result<Exported> {
        let name = &self.installation.name;
        let launch = &self.installation.launch;
        if !format.fits(launch) {
            return Err(self.unfit(format));
        }
        let (text, notes) = match (format, launch) {
            (Format::McpJson, _) => self.mcp_json(self.shared)?,
            (Format::McpJsonAbsolute, _) => self.mcp_json(self.absolute)?,
            (Format::ClaudeDesktop, _) => client::claude_desktop(name, self.absolute)?,
            (Format::Compose, Launch::Container(launch)) => compose::compose(self, launch)?,
            (Format::Gordon, Launch::Container(launch)) => compose::gordon(self, launch)?,
            (Format::DockerServer, Launch::Container(launch)) => docker::server(self, launch)?,
            (Format::Env, Launch::Container(_)) => env::template(self)?,
            (_, Launch::Process { .. } | Launch::Remote(_)) => return Err(self.unfit(format)),
        };
        Ok(Exported {
            format,
            file_name: format.file_name().to_owned(),
            text,
            notes,
        })
    }

    /// The launcher, or the address where a client has that already.
    fn mcp_json(&self, command: &LauncherCommand) -> Result<(String, Vec<Note>)> {
        let name = &self.installation.name;
        let Some(direct) = self.installation.direct.first() else {
            return client::mcp_json(name, command);
        };
        let mut address = direct.address.clone();
        address.helper = address.helper.map(|_| helper(command, self.platform));
        client::mcp_json_direct(name, address)
    }

    fn unfit(&self, format: Format) -> Error {
        Error::new(ErrorCode::ExportUnfit {
            name: self.installation.name.clone(),
            format,
        })
    }
}
