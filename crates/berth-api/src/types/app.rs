use berth_core::client::{Client, ClientState};
use berth_core::facts::{Fact, Probe};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the window needs to know first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AppInfo {
    /// Berth's version.
    pub version: String,
    /// `linux`, `macos` or `windows`.
    pub platform: String,
    /// Berth's home.
    pub home: String,
    /// The person's home folder.
    pub user_home: String,
    /// The launcher that is registered.
    pub launcher: String,
}

/// Which probes to run again; none means all.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct FactsRefresh {
    /// The probes.
    pub probes: Vec<Probe>,
}

/// A client and what is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ClientRow {
    /// Which it is.
    pub client: Client,
    /// What people call it.
    pub title: String,
    /// Its state.
    pub state: Fact<ClientState>,
}

/// Where the launcher was linked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LauncherLinked {
    /// Absolute path of the link.
    pub path: String,
    /// Whether its folder is on the PATH already; if not, the person must add it.
    pub on_path: bool,
}

/// Asks for a file or folder with a native dialog.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PickRequest {
    /// Title of the dialog.
    pub title: String,
}

/// What was picked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Picked {
    /// Absolute path; `None` when the dialog was closed.
    pub path: Option<String>,
}

/// Opens an address in the browser, after the window has shown it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LinkRequest {
    /// `https` or `http` address.
    pub url: String,
}

/// Everything that helps whoever looks into a problem; it holds no secret.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SupportReport {
    /// Markdown.
    pub text: String,
}
