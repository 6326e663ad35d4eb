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
    /// Its port inside; outside it is a free one of 127.0.0.1.
    pub port: u16,
    /// The path of its MCP endpoint.
    pub path: String,
    /// Headers of every request, without secrets.
    pub headers: BTreeMap<String, String>,
    /// A path whose status says whether it is ready.
    pub ready: Option<String>,
}
