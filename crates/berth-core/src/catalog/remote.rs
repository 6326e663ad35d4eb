use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A server somewhere else, that is reached over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoteSpec {
    /// Its address (template without secrets): `https://`, or `http://` where it is on this
    /// computer. A value that is put into it stays one part of it, unless it is the whole address.
    #[schemars(regex(pattern = "^(https?://|\\{\\{)"))]
    pub url: String,
    /// Headers of every request (templates).
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A path of the same host whose status says whether it lives.
    #[serde(default)]
    #[schemars(regex(pattern = "^/"))]
    pub live: Option<String>,
    /// The same for whether it is ready.
    #[serde(default)]
    #[schemars(regex(pattern = "^/"))]
    pub ready: Option<String>,
    /// A path at which it tells numbers about itself, as Prometheus reads them.
    #[serde(default)]
    #[schemars(regex(pattern = "^/"))]
    pub metrics: Option<String>,
}

/// How a server in a container is reached over HTTP, where it does not speak over its input and
/// output. Its port is published on this computer only, for as long as the session lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpSpec {
    /// The port that it listens on inside the container.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// The path of its MCP endpoint.
    #[serde(default = "default_path")]
    #[schemars(regex(pattern = "^/"))]
    pub path: String,
    /// Headers of every request (templates).
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A path that says with its status whether it is ready: the session begins when it says so.
    #[serde(default)]
    #[schemars(regex(pattern = "^/"))]
    pub ready: Option<String>,
    /// A path whose status says whether it lives.
    #[serde(default)]
    #[schemars(regex(pattern = "^/"))]
    pub live: Option<String>,
    /// A path at which it tells numbers about itself, as Prometheus reads them.
    #[serde(default)]
    #[schemars(regex(pattern = "^/"))]
    pub metrics: Option<String>,
}

fn default_path() -> String {
    "/mcp".to_owned()
}

/// Headers that the protocol, or the connection, sets by itself.
const OWN_HEADERS: [&str; 12] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "host",
    "keep-alive",
    "last-event-id",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// What is wrong with a header's name, to follow "the header `…` ".
pub(super) fn header_problem(name: &str) -> Option<&'static str> {
    let is_token = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
    let lower = name.to_ascii_lowercase();
    let is_own = OWN_HEADERS.contains(&lower.as_str())
        || lower.starts_with("mcp-")
        || lower.starts_with("proxy-");
    match (is_token, is_own) {
        (false, _) => Some("cannot be a header's name"),
        (true, true) => Some("is set by the protocol"),
        (true, false) => None,
    }
}

/// Whether secrets may be sent to an address: encrypted, or to this very computer; without a user
/// or password in it, which would be shown.
#[must_use]
pub fn is_safe_address(url: &url::Url) -> bool {
    let is_here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    is_private && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_goes_out_unencrypted() {
        let is_safe = |url: &str| is_safe_address(&url.parse().expect("an address"));
        for url in [
            "https://mcp.example.com/mcp",
            "http://127.0.0.1:8383/mcp",
            "http://[::1]:1/",
            "http://localhost/mcp",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "http://mcp.example.com/mcp",
            "http://localhost.example.com/",
            "http://192.168.0.2/mcp",
            "https://me:secret@mcp.example.com/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }

    #[test]
    fn a_header_cannot_change_the_request() {
        for name in ["Authorization", "X-Api-Key", "Cookie"] {
            assert_eq!(header_problem(name), None, "{name}");
        }
        for name in [
            "",
            "a b",
            "X:",
            "X\r\nY",
            "Host",
            "content-length",
            "Transfer-Encoding",
            "Mcp-Session-Id",
            "ü",
        ] {
            assert!(header_problem(name).is_some(), "{name}");
        }
    }
}
