use berth_core::catalog::UpdatePath;
use berth_core::client::Place;
use berth_core::error::Error;
use berth_core::port::ServiceState;
use berth_core::server::Installation;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::LogRow;

/// Names an installation.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct NameRequest {
    /// Its name.
    pub name: String,
}

/// An installation as a row of Servers.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct InstallationRow {
    /// Its name.
    pub name: String,
    /// The entry it came from.
    pub entry: String,
    /// The entry's title.
    pub title: String,
    /// The variant's title.
    pub variant_title: String,
    /// Its pinned version.
    pub version: String,
    /// How it stands.
    pub state: ServerState,
    /// Sessions that run in containers now.
    pub sessions: u32,
    /// Number of its tools.
    pub tools: u32,
    /// Where clients have it.
    pub places: Vec<Place>,
    /// When it was last verified (RFC 3339, UTC).
    pub verified_at: Option<String>,
    /// What the last verification found wrong.
    pub last_error: Option<Error>,
}

/// How an installation stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ServerState {
    /// Verified, and nothing has changed since.
    Ready,
    /// A client uses it now.
    InUse,
    /// A job is at work on it.
    Busy {
        /// The job.
        job: String,
    },
    /// A secret is not in the vault.
    SecretMissing {
        /// The input.
        input: String,
    },
    /// The services that it needs do not run, because somebody stopped them.
    Stopped,
    /// Something of the person's that it needs is gone: its source folder, a folder that it was
    /// given.
    PathMissing {
        /// Absolute path.
        path: String,
    },
    /// No client has it registered any more.
    NotRegistered,
    /// The last verification failed.
    Failing,
    /// Not verified yet.
    Unverified,
}

/// An installation with everything about it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct InstallationPage {
    /// Its row.
    pub row: InstallationRow,
    /// The record. It holds no secret.
    pub installation: Installation,
    /// What is registered, word for word.
    pub registered_command: Vec<String>,
    /// First prompt to try.
    pub prompt: Option<String>,
    /// What to do after a change, as its entry has it for this variant.
    pub updates: Vec<UpdatePath>,
    /// What can be done with it when a person asks for it.
    pub actions: Vec<ActionRow>,
    /// The services that it needs, where it is a stack.
    pub services: Vec<ServiceRow>,
    /// The logs that it keeps.
    pub logs: Vec<LogRow>,
}

/// Something that can be done with an installed server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ActionRow {
    /// Identifier inside the entry.
    pub id: String,
    /// What it does.
    pub title: String,
    /// What it means and what to do afterwards.
    pub help: Option<String>,
    /// What it changes; `None` where it only looks.
    pub changes: Option<String>,
    /// Whether a person has to agree to its plan.
    pub asks: bool,
    /// Why it cannot be done now.
    pub missing: Option<Error>,
}

/// Which action of which server.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ActionRequest {
    /// The installation.
    pub name: String,
    /// The action.
    pub action: String,
}

/// Starts an action that was agreed to.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ActionStart {
    /// Which.
    pub request: ActionRequest,
    /// The fingerprint of the plan that was shown.
    pub consent: String,
}

/// A service of an installed stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ServiceRow {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
    /// How it is; `None` where no engine says so.
    pub state: Option<ServiceState>,
}

/// Asks for the end of a service's log.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ServiceLogRequest {
    /// The installation.
    pub name: String,
    /// The service.
    pub service: String,
    /// How many lines.
    pub lines: u32,
}

/// The end of a service's log, without the secrets that Berth gave it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ServiceLog {
    /// Its lines.
    pub lines: Vec<String>,
}

/// Calls a tool of an installed server, from the command line.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ToolCallRequest {
    /// The installation.
    pub name: String,
    /// The tool.
    pub tool: String,
    /// Its arguments.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub arguments: serde_json::Map<String, serde_json::Value>,
}

/// What a tool answered.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ToolCallAnswer {
    /// Whether the server says that it failed.
    pub is_error: bool,
    /// The text parts, joined by line breaks.
    pub text: String,
    /// The whole result as the protocol has it.
    #[ts(type = "unknown")]
    pub result: serde_json::Value,
}
