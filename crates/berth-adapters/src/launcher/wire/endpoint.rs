//! Where an engine is.

use std::fmt;

use berth_core::error::{Error, ErrorCode, Result};

/// An engine's address, by how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A socket in the file system: its absolute path.
    Unix(String),
    /// A named pipe of Windows: `\\.\pipe\docker_engine`.
    Pipe(String),
    /// `host:port`, unencrypted.
    Tcp(String),
}

/// Docker's port without encryption.
const PORT: u16 = 2375;

impl Endpoint {
    /// Reads `unix:///path`, `npipe:////./pipe/name`, `tcp://host:port` or `http://host:port`.
    /// What is reached otherwise (`ssh://`, `https://`) is refused with `EngineFailed`.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = || {
            Error::new(ErrorCode::EngineFailed {
                operation: format!("be reached at {text}: only unix, npipe and tcp can be used"),
            })
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(refused)?;
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Unix(rest.to_owned())),
            "npipe" if !rest.is_empty() => Ok(Self::Pipe(rest.replace('/', "\\"))),
            "tcp" | "http" => {
                let host = rest.trim_end_matches('/');
                if host.is_empty() || host.contains(['/', '@', '?', '#']) {
                    return Err(refused());
                }
                let has_port = host
                    .rsplit_once(':')
                    .is_some_and(|(_, port)| port.parse::<u16>().is_ok() && !host.ends_with(']'));
                Ok(Self::Tcp(if has_port {
                    host.to_owned()
                } else {
                    format!("{host}:{PORT}")
                }))
            }
            _ => Err(refused()),
        }
    }

    /// Whether it is on this computer, so that its paths are this computer's.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) | Self::Pipe(_) => true,
            Self::Tcp(_) => false,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{path}"),
            Self::Pipe(name) => write!(f, "npipe://{}", name.replace('\\', "/")),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_docker_writes() {
        for (text, endpoint, again) in [
            (
                "unix:///var/run/docker.sock",
                Endpoint::Unix("/var/run/docker.sock".to_owned()),
                "unix:///var/run/docker.sock",
            ),
            (
                "npipe:////./pipe/docker_engine",
                Endpoint::Pipe(r"\\.\pipe\docker_engine".to_owned()),
                "npipe:////./pipe/docker_engine",
            ),
            (
                "tcp://127.0.0.1:2376",
                Endpoint::Tcp("127.0.0.1:2376".to_owned()),
                "tcp://127.0.0.1:2376",
            ),
            (
                "http://build-box/",
                Endpoint::Tcp("build-box:2375".to_owned()),
                "tcp://build-box:2375",
            ),
            (
                "tcp://[::1]",
                Endpoint::Tcp("[::1]:2375".to_owned()),
                "tcp://[::1]:2375",
            ),
            (
                "tcp://[::1]:99",
                Endpoint::Tcp("[::1]:99".to_owned()),
                "tcp://[::1]:99",
            ),
        ] {
            let read = Endpoint::parse(text).expect(text);
            assert_eq!(read, endpoint);
            assert_eq!(read.to_string(), again);
        }
    }

    #[test]
    fn refuses_what_it_cannot_reach() {
        for text in [
            "",
            "/var/run/docker.sock",
            "unix://relative.sock",
            "ssh://me@host",
            "https://host:2376",
            "tcp://",
            "tcp://user@host",
            "tcp://host/path",
            "npipe://",
        ] {
            let error = Endpoint::parse(text).expect_err(text);
            assert_eq!(error.name(), "engine_failed", "{text}");
        }
    }
}
