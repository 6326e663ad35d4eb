//! Clients: the programs that use the servers, and what they have registered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A program that uses servers.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// Claude Code: three scopes; its command line writes.
    #[default]
    ClaudeCode,
    /// Claude Desktop: one file for each person, that it reads when it starts. It starts programs
    /// only.
    ClaudeDesktop,
}

impl Client {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::ClaudeCode, Self::ClaudeDesktop];

    /// Its name, as its maker writes it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code",
            Self::ClaudeDesktop => "Claude Desktop",
        }
    }
}

/// Claude Code's three scopes; the order of precedence is local, project, user.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One project of this person (`~/.claude.json`, under the project's path).
    Local,
    /// Everybody who opens the project (`.mcp.json` in its folder, committed).
    Project,
    /// All projects of this person (`~/.claude.json`, top level).
    #[default]
    User,
}

impl Scope {
    /// The word that `claude mcp -s` takes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Project => "project",
            Self::User => "user",
        }
    }

    /// Whether a project folder belongs to it.
    #[must_use]
    pub fn needs_project(self) -> bool {
        !matches!(self, Self::User)
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a registration stands: the client, the scope and, unless it is user, the project's folder.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
pub struct Place {
    /// The client.
    #[serde(default)]
    pub client: Client,
    /// The scope; Claude Desktop has `user` only.
    pub scope: Scope,
    /// Absolute path of the project, for local and project scope.
    #[serde(default)]
    pub project: Option<String>,
}

impl Place {
    /// Claude Desktop's only one.
    #[must_use]
    pub fn claude_desktop() -> Self {
        Self {
            client: Client::ClaudeDesktop,
            scope: Scope::User,
            project: None,
        }
    }

    /// A scope of Claude Code.
    #[must_use]
    pub fn claude_code(scope: Scope, project: Option<String>) -> Self {
        Self {
            client: Client::ClaudeCode,
            scope,
            project,
        }
    }
}

/// A server as a client's configuration has it.
///
/// The raw value is kept so that a replaced registration comes back as it was. It may hold
/// somebody's token in `env` or `headers`; hence no `Serialize`, and [`Registration::summary`]
/// for showing.
#[derive(Clone, PartialEq)]
pub struct Registration {
    /// The name in the configuration.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// The configuration's own JSON.
    pub raw: serde_json::Value,
}

impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registration")
            .field("name", &self.name)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Registration {
    /// Type, command or address; never environment, headers or arguments' values.
    #[must_use]
    pub fn summary(&self) -> RegistrationSummary {
        let text = |key: &str| {
            self.raw
                .get(key)
                .and_then(|v| v.as_str())
                .map(str::to_owned)
        };
        RegistrationSummary {
            name: self.name.clone(),
            place: self.place.clone(),
            transport: text("type").unwrap_or_else(|| "stdio".to_owned()),
            target: text("command")
                .or_else(|| text("url").map(without_query))
                .unwrap_or_default(),
            is_berths: is_launcher(&self.raw, &self.name),
        }
    }
}

impl Registration {
    /// Whether Berth wrote it: it starts the launcher, or is word for word the address that Berth
    /// has given to the client there.
    #[must_use]
    pub fn is_berths(&self, address: Option<&DirectAddress>) -> bool {
        let same = |address: &DirectAddress| address.to_json() == self.raw;
        is_launcher(&self.raw, &self.name) || address.is_some_and(same)
    }
}

/// An address can carry a key in its query or user part; only scheme, host and path are shown.
fn without_query(address: String) -> String {
    match url::Url::parse(&address) {
        Ok(mut url) => {
            url.set_query(None);
            url.set_fragment(None);
            if url.set_username("").is_err() || url.set_password(None).is_err() {
                return String::new();
            }
            url.to_string()
        }
        Err(_) => String::new(),
    }
}

/// What can be shown of a registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RegistrationSummary {
    /// The name in the configuration.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// `stdio`, `http` or `sse`.
    pub transport: String,
    /// The command without its arguments, or the address without query and credentials.
    pub target: String,
    /// Whether Berth wrote it: it starts the launcher, or is an address that Berth has given.
    pub is_berths: bool,
}

/// What Berth registers: `berth run NAME` and nothing else. No environment, no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LauncherCommand {
    /// Absolute path of the launcher; plain `berth` where the file is shared (project scope).
    pub program: String,
    /// `["run", NAME]`, with `--home DIR` before it where Berth's state is not in its usual place.
    pub args: Vec<String>,
    /// The server's own address, where the client gets that instead of the launcher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<DirectAddress>,
}

/// A server's address as Claude Code is given it. It holds no secret: a header with one comes from
/// the helper, which Claude Code runs when it connects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DirectAddress {
    /// The address.
    pub url: String,
    /// Headers of every request, without secrets.
    pub headers: BTreeMap<String, String>,
    /// The command line that prints the others as JSON: `berth headers NAME`, quoted for a shell.
    pub helper: Option<String>,
}

impl DirectAddress {
    fn to_json(&self) -> serde_json::Value {
        let mut value = serde_json::json!({ "type": "http", "url": self.url });
        if !self.headers.is_empty() {
            value["headers"] = serde_json::json!(self.headers);
        }
        if let Some(helper) = &self.helper {
            value["headersHelper"] = serde_json::json!(helper);
        }
        value
    }

    /// Whether a registration that can be shown is of this address.
    #[must_use]
    pub fn is_in(&self, summary: &RegistrationSummary) -> bool {
        summary.transport == "http" && summary.target == without_query(self.url.clone())
    }
}

impl LauncherCommand {
    /// The JSON that `claude mcp add-json` takes.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        if let Some(address) = &self.address {
            return address.to_json();
        }
        serde_json::json!({ "type": "stdio", "command": self.program, "args": self.args })
    }

    /// The value in Claude Desktop's file, which knows no other type and has no word for it.
    #[must_use]
    pub fn to_desktop_json(&self) -> serde_json::Value {
        serde_json::json!({ "command": self.program, "args": self.args })
    }
}

/// Whether a configuration's value is one that Berth wrote for the installation `name`.
#[must_use]
pub fn is_launcher(raw: &serde_json::Value, name: &str) -> bool {
    let command = raw
        .get("command")
        .and_then(|v| v.as_str())
        .unwrap_or_default();
    let file = command.rsplit(['/', '\\']).next().unwrap_or_default();
    let args: Vec<&str> = raw
        .get("args")
        .and_then(|v| v.as_array())
        .map(|args| args.iter().filter_map(|arg| arg.as_str()).collect())
        .unwrap_or_default();
    (file == "berth" || file == "berth.exe") && args.ends_with(&["run", name])
}

/// A client that was found, with what it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientState {
    /// Absolute path of its program; empty for a client that is known by its files only.
    pub program: String,
    /// Its version; empty likewise.
    pub version: String,
    /// Its configuration file for this person.
    pub config: String,
    /// What is registered, in every scope that was looked at.
    pub registrations: Vec<RegistrationSummary>,
    /// Configuration files that could not be read, with the reason.
    pub unreadable: BTreeMap<String, String>,
}
