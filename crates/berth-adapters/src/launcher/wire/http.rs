//! Requests to the Engine API over one connection each.

use std::fmt;
use std::io;
use std::str::FromStr;
use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, UPGRADE};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;

use super::connection::{Connection, connect, failure};
use super::endpoint::Endpoint;

/// How long an engine may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Longest answer that is read, in bytes; those of a session are far shorter.
const ANSWER_LIMIT: usize = 1 << 20;

/// A version of the Engine API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// `1` of `1.41`.
    pub major: u16,
    /// `41` of `1.41`.
    pub minor: u16,
}

impl Version {
    /// The oldest one that is spoken: Docker Engine 20.10.
    pub const OLDEST: Self = Self {
        major: 1,
        minor: 41,
    };
    /// The newest one that is spoken; a newer engine is asked for this one.
    pub const NEWEST: Self = Self {
        major: 1,
        minor: 53,
    };

    /// The version to speak with an engine whose newest is `offered`.
    pub fn agree(offered: Self) -> Result<Self> {
        if offered < Self::OLDEST {
            Err(Error::new(ErrorCode::EngineTooOld {
                version: offered.to_string(),
                needed: Self::OLDEST.to_string(),
            }))
        } else {
            Ok(offered.min(Self::NEWEST))
        }
    }
}

impl FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (major, minor) = text.split_once('.').ok_or(())?;
        Ok(Self {
            major: major.parse().map_err(|_| ())?,
            minor: minor.parse().map_err(|_| ())?,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// An engine that is spoken with.
#[derive(Clone, Debug)]
pub struct Client {
    endpoint: Endpoint,
    version: Version,
}

/// One connection, for one request after the other.
pub struct Line {
    endpoint: Endpoint,
    sender: SendRequest<Full<Bytes>>,
}

/// What an engine answered. Its body has not been read.
pub struct Answer {
    endpoint: Endpoint,
    response: Response<Incoming>,
}

impl Client {
    /// Connects. The version is `remembered`, or asked for.
    pub async fn open(endpoint: Endpoint, remembered: Option<Version>) -> Result<(Self, Line)> {
        let mut line = Line::open(&endpoint).await?;
        let version = match remembered {
            Some(version) => version,
            None => line.agree().await?,
        };
        Ok((Self { endpoint, version }, line))
    }

    /// The endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The version that is spoken.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Another connection.
    pub async fn line(&self) -> Result<Line> {
        Line::open(&self.endpoint).await
    }

    /// Speaks another version from now on.
    pub fn speak(&mut self, version: Version) {
        self.version = version;
    }

    /// A path of this version.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("/v{}{path}", self.version)
    }
}

impl Line {
    async fn open(endpoint: &Endpoint) -> Result<Self> {
        let connection = match tokio::time::timeout(CONNECT_LIMIT, connect(endpoint)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return Err(failure(endpoint, &error)),
            Err(_) => return Err(failure(endpoint, &io::ErrorKind::TimedOut.into())),
        };
        let (sender, work) = http1::handshake(TokioIo::new(connection))
            .await
            .map_err(|error| stopped(endpoint, &error))?;
        // Its errors come out of the requests that they belong to.
        tokio::spawn(work.with_upgrades());
        Ok(Self {
            endpoint: endpoint.clone(),
            sender,
        })
    }

    /// Asks which version the engine offers, and takes the newest that both know.
    pub async fn agree(&mut self) -> Result<Version> {
        let answer = self.get("/_ping").await?;
        let offered = answer
            .response
            .headers()
            .get("api-version")
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse().ok());
        let endpoint = self.endpoint.to_string();
        answer.text().await?;
        match offered {
            Some(offered) => Version::agree(offered),
            // Something answers there, and it is not an engine.
            None => Err(Error::new(ErrorCode::EngineStopped { endpoint })),
        }
    }

    /// `GET`.
    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        self.send(Request::get(path).body(Full::default())).await
    }

    /// `DELETE`.
    pub async fn delete(&mut self, path: &str) -> Result<Answer> {
        self.send(Request::delete(path).body(Full::default())).await
    }

    /// `POST` without a body.
    pub async fn post(&mut self, path: &str) -> Result<Answer> {
        self.send(Request::post(path).body(Full::default())).await
    }

    /// `POST` with a JSON body.
    pub async fn post_json(&mut self, path: &str, body: &serde_json::Value) -> Result<Answer> {
        self.send(
            Request::builder()
                .method(Method::POST)
                .uri(path)
                .header(CONTENT_TYPE, "application/json")
                .body(Full::from(body.to_string())),
        )
        .await
    }

    /// Turns this connection into the raw stream of `path`: the connection, and what has been read
    /// from it beyond the answer.
    pub async fn hijack(
        mut self,
        path: &str,
    ) -> Result<std::result::Result<(Connection, Bytes), Answer>> {
        let endpoint = self.endpoint.clone();
        let answer = self
            .send(
                Request::builder()
                    .method(Method::POST)
                    .uri(path)
                    .header(CONNECTION, "Upgrade")
                    .header(UPGRADE, "tcp")
                    .body(Full::default()),
            )
            .await?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Ok(Err(answer));
        }
        let upgraded = hyper::upgrade::on(answer.response)
            .await
            .map_err(|error| stopped(&endpoint, &error))?;
        match upgraded.downcast::<TokioIo<Connection>>() {
            Ok(parts) => Ok(Ok((parts.io.into_inner(), parts.read_buf))),
            Err(_) => Err(Error::internal("a connection changed its type")),
        }
    }

    async fn send(
        &mut self,
        request: std::result::Result<Request<Full<Bytes>>, hyper::http::Error>,
    ) -> Result<Answer> {
        let mut request =
            request.map_err(|error| Error::internal("a request has no form").caused_by(&error))?;
        // HTTP/1.1 wants one; engines do not look at it.
        request
            .headers_mut()
            .insert(HOST, hyper::header::HeaderValue::from_static("engine"));
        let response = self
            .sender
            .send_request(request)
            .await
            .map_err(|error| stopped(&self.endpoint, &error))?;
        Ok(Answer {
            endpoint: self.endpoint.clone(),
            response,
        })
    }
}

impl Answer {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The whole body.
    pub async fn text(self) -> Result<Bytes> {
        let endpoint = self.endpoint;
        match Limited::new(self.response.into_body(), ANSWER_LIMIT)
            .collect()
            .await
        {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) => Err(stopped(&endpoint, error.as_ref())),
        }
    }

    /// The body as JSON.
    pub async fn json(self) -> Result<serde_json::Value> {
        let text = self.text().await?;
        serde_json::from_slice(&text).map_err(|error| {
            Error::new(ErrorCode::EngineFailed {
                operation: "give an answer that can be read".to_owned(),
            })
            .caused_by(&error)
        })
    }

    /// An error with the engine's own words as its cause.
    pub async fn into_error(self, code: ErrorCode) -> Error {
        let status = self.status();
        let words = match self.json().await {
            Ok(body) => body["message"].as_str().unwrap_or_default().to_owned(),
            Err(_) => String::new(),
        };
        Error::new(code).with_cause(if words.is_empty() {
            status.to_string()
        } else {
            words
        })
    }
}

fn stopped(endpoint: &Endpoint, error: &(dyn std::error::Error + 'static)) -> Error {
    Error::new(ErrorCode::EngineStopped {
        endpoint: endpoint.to_string(),
    })
    .caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Option<Version> {
        text.parse().ok()
    }

    #[test]
    fn the_newest_version_that_both_know_is_spoken() {
        let agreed = |text: &str| {
            Version::agree(version(text).expect("a version"))
                .map(|version| version.to_string())
                .map_err(|error| error.name())
        };
        assert_eq!(agreed("1.41"), Ok("1.41".to_owned()));
        assert_eq!(agreed("1.44"), Ok("1.44".to_owned()));
        assert_eq!(agreed("1.99"), Ok("1.53".to_owned()));
        assert_eq!(agreed("2.0"), Ok("1.53".to_owned()));
        assert_eq!(agreed("1.40"), Err("engine_too_old".to_owned()));
        assert_eq!(agreed("1.9"), Err("engine_too_old".to_owned()));
    }

    #[test]
    fn versions_are_numbers() {
        assert_eq!(version("1.41"), Some(Version::OLDEST));
        for text in ["", "1", "1.", "v1.41", "1.41.0", "-1.41"] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}
