//! Servers that are reached over HTTP.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A server that is reached by its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RemoteLaunch {
    /// The address.
    pub url: String,
    /// Headers of every request, without secrets.
    pub headers: BTreeMap<String, String>,
    /// Where it says how it is.
    #[serde(default, skip_serializing_if = "HealthPaths::is_empty")]
    pub health: HealthPaths,
}

impl RemoteLaunch {
    /// Host and port, for people.
    #[must_use]
    pub fn host(&self) -> String {
        url::Url::parse(&self.url).map_or_else(
            |_| self.url.clone(),
            |url| url[url::Position::BeforeHost..url::Position::AfterPort].to_owned(),
        )
    }
}

/// How a container's server is reached over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HttpLaunch {
    /// Its port inside; outside it is one of 127.0.0.1.
    pub port: u16,
    /// The port outside that is kept for a server that runs all the time; without it, each session
    /// gets a free one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<u16>,
    /// The path of its MCP endpoint.
    pub path: String,
    /// Headers of every request, without secrets.
    pub headers: BTreeMap<String, String>,
    /// A path whose status says whether it is ready.
    pub ready: Option<String>,
    /// Where else it says how it is; `ready` is above.
    #[serde(default, skip_serializing_if = "HealthPaths::is_empty")]
    pub health: HealthPaths,
}

/// Paths at which a server says how it is, to whoever asks. The handshake is what counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct HealthPaths {
    /// A path whose status says whether it lives.
    pub live: Option<String>,
    /// A path whose status says whether it is ready.
    pub ready: Option<String>,
    /// A path with numbers about itself, in Prometheus' text format.
    pub metrics: Option<String>,
}

impl HealthPaths {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live.is_none() && self.ready.is_none() && self.metrics.is_none()
    }
}

impl HttpLaunch {
    /// All of its paths.
    #[must_use]
    pub fn health_paths(&self) -> HealthPaths {
        HealthPaths {
            ready: self.ready.clone(),
            ..self.health.clone()
        }
    }
}

impl HttpLaunch {
    /// The address of a server whose port outside is known.
    #[must_use]
    pub fn address(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}{}", self.path)
    }
}
