//! Pulling an image.
//!
//! Not through bollard: of what the engine says on failure it keeps the text alone.

use std::path::Path;

use base64::Engine as _;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::progress::Watch;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response, StatusCode};
use serde::Deserialize;

use super::credentials;
use super::layers::{Layers, Line};
use super::reference::Reference;
use super::transport::{failed, send};
use crate::launcher::wire::{Endpoint, Version};

/// Longest answer that is read whole, and longest line of a pull, in bytes.
const LIMIT: usize = 1 << 20;

/// One pull.
pub struct Pull<'a> {
    /// The engine.
    pub endpoint: &'a Endpoint,
    /// What it speaks.
    pub version: Version,
    /// The folder of Docker's configuration.
    pub docker_config: &'a Path,
    /// Address of the registry that the engine uses where a reference names none.
    pub default_registry: Option<&'a str>,
    /// What is pulled.
    pub reference: &'a Reference,
}

impl Pull<'_> {
    /// Pulls. Dropped before it is done, it closes its connection, and the engine stops.
    pub async fn run(&self, watch: &Watch) -> Result<()> {
        let auth = self.auth().await;
        let (response, _connection) = self.ask(Method::POST, &self.path(), auth.as_ref()).await?;
        if !response.status().is_success() {
            let status = response.status();
            let text = words(response).await;
            return Err(self
                .refused(Some(status.as_u16()), &text, auth.as_ref())
                .await);
        }
        let mut layers = Layers::new(watch);
        let mut lines = Lines::new(response);
        while let Some(line) = lines.next().await.map_err(|error| self.broken(error))? {
            let line: Line = match serde_json::from_slice(&line) {
                Ok(line) => line,
                // Not the engine's form; nothing can be made of it.
                Err(_) => continue,
            };
            if line.error.is_some() || line.error_detail.is_some() {
                layers.finish();
                let detail = line.error_detail.unwrap_or_default();
                let text = detail.message.or(line.error).unwrap_or_default();
                return Err(self.refused(detail.code, &text, auth.as_ref()).await);
            }
            layers.take(&line);
        }
        layers.finish();
        Ok(())
    }

    fn path(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("fromImage", &self.reference.name)
            .append_pair("tag", self.reference.version())
            .finish();
        format!("/images/create?{query}")
    }

    /// The header with the credentials for the registry; the engine wants one even when there are
    /// none.
    async fn auth(&self) -> Option<HeaderValue> {
        let server = self
            .reference
            .registry
            .as_deref()
            .or(self.default_registry)?;
        credentials::find(self.docker_config, server)
            .await?
            .header(server)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        auth: Option<&HeaderValue>,
    ) -> Result<(Response<Incoming>, tokio_util::task::AbortOnDropHandle<()>)> {
        let none = || base64::engine::general_purpose::URL_SAFE.encode("{}");
        let mut request = Request::builder().method(method).uri(path);
        request = match auth {
            Some(auth) => request.header("X-Registry-Auth", auth),
            None => request.header("X-Registry-Auth", none()),
        };
        let request = request
            .body(Full::<Bytes>::default())
            .map_err(|error| Error::internal("a request has no form").caused_by(&error))?;
        send(self.endpoint, self.version, request)
            .await
            .map_err(failed(self.endpoint, "pull the image"))
    }

    fn broken(&self, error: Box<dyn std::error::Error + Send + Sync>) -> Error {
        Error::new(ErrorCode::EngineStopped {
            endpoint: self.endpoint.to_string(),
        })
        .caused_by(error.as_ref())
    }

    /// Why a build could not get it: as [`Self::refused`], where no code was given.
    pub async fn why(&self, text: &str) -> Error {
        let auth = self.auth().await;
        self.refused(None, text, auth.as_ref()).await
    }

    /// Finds out why a pull was refused. `code` is the answer's status, or the code inside the
    /// stream. Engines give most reasons as 500, or no code, with a text, and 404 for an image
    /// that is refused as well as for one that does not exist. Then the registry is asked once
    /// more, through the engine, in the one way in which the engine passes the registry's own
    /// status on.
    async fn refused(&self, code: Option<u16>, text: &str, auth: Option<&HeaderValue>) -> Error {
        let reason = match code.and_then(Reason::by_status) {
            Some(Reason::Unknown) => match self.registry_says(auth).await {
                Reason::Denied => Reason::Denied,
                _ => Reason::Unknown,
            },
            Some(reason) => reason,
            None => self.registry_says(auth).await,
        };
        let reference = self.reference.exact();
        let code = match reason {
            Reason::Unknown => ErrorCode::ImageNotFound { reference },
            Reason::Denied => ErrorCode::ImageDenied { reference },
            Reason::Unreachable => ErrorCode::RegistryUnreachable { reference },
            Reason::Engine => ErrorCode::EngineFailed {
                operation: "pull the image".to_owned(),
            },
        };
        let error = Error::new(code);
        if text.is_empty() {
            error
        } else {
            error.with_cause(text)
        }
    }

    async fn registry_says(&self, auth: Option<&HeaderValue>) -> Reason {
        let path = format!("/distribution/{}/json", self.reference.exact());
        let Ok((response, _connection)) = self.ask(Method::GET, &path, auth).await else {
            return Reason::Engine;
        };
        match response.status() {
            // The registry would give it: what failed is the engine's own part.
            status if status.is_success() => Reason::Engine,
            StatusCode::INTERNAL_SERVER_ERROR => Reason::by_text(&words(response).await),
            status => Reason::by_status(status.as_u16()).unwrap_or(Reason::Unreachable),
        }
    }
}

/// Why a pull fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// There is no such image.
    Unknown,
    /// The registry refuses to give it (also: too many requests without signing in).
    Denied,
    /// The registry does not answer.
    Unreachable,
    /// The engine could not take it in.
    Engine,
}

impl Reason {
    /// By an HTTP status; `None` where it does not tell.
    fn by_status(status: u16) -> Option<Self> {
        match status {
            401 | 403 | 429 => Some(Self::Denied),
            400 | 404 => Some(Self::Unknown),
            502..=504 => Some(Self::Unreachable),
            _ => None,
        }
    }

    /// By an engine's words, for the one case in which its status is 500 for two different things
    /// (dockerd 20.10 to 28): a registry with plain passwords that was not given one. Every other
    /// 500 of that request is a registry that could not be asked.
    fn by_text(text: &str) -> Self {
        const TABLE: &[(&str, Reason)] = &[("no basic auth credentials", Reason::Denied)];
        TABLE
            .iter()
            .find(|(words, _)| text.contains(words))
            .map_or(Self::Unreachable, |(_, reason)| *reason)
    }
}

/// The message of an answer that says no.
pub async fn words(response: Response<Incoming>) -> String {
    #[derive(Deserialize)]
    struct Message {
        #[serde(alias = "cause")]
        message: String,
    }
    let Ok(body) = Limited::new(response.into_body(), LIMIT).collect().await else {
        return String::new();
    };
    serde_json::from_slice::<Message>(&body.to_bytes())
        .map(|answer| answer.message)
        .unwrap_or_default()
}

/// The lines of an answer as they arrive.
pub struct Lines {
    body: Incoming,
    pending: BytesMut,
}

impl Lines {
    /// Of this answer.
    pub fn new(response: Response<Incoming>) -> Self {
        Self {
            body: response.into_body(),
            pending: BytesMut::new(),
        }
    }

    /// The next line, without its end; `None` after the last one.
    pub async fn next(
        &mut self,
    ) -> std::result::Result<Option<BytesMut>, Box<dyn std::error::Error + Send + Sync>> {
        loop {
            if let Some(line) = take_line(&mut self.pending) {
                return Ok(Some(line));
            }
            if self.pending.len() > LIMIT {
                return Err("a line has no end".into());
            }
            match self.body.frame().await {
                Some(frame) => {
                    if let Ok(data) = frame?.into_data() {
                        self.pending.extend_from_slice(&data);
                    }
                }
                None if self.pending.is_empty() => return Ok(None),
                None => return Ok(Some(self.pending.split())),
            }
        }
    }
}

fn take_line(pending: &mut BytesMut) -> Option<BytesMut> {
    let end = pending.iter().position(|byte| *byte == b'\n')?;
    let mut line = pending.split_to(end + 1);
    line.truncate(end);
    if line.last() == Some(&b'\r') {
        line.truncate(end - 1);
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_as_they_are_completed() {
        let mut pending = BytesMut::from(&b"{\"a\":1}\r\n{\"b\""[..]);
        assert_eq!(take_line(&mut pending).expect("a line"), &b"{\"a\":1}"[..]);
        assert_eq!(take_line(&mut pending), None);
        pending.extend_from_slice(b":2}\n\n");
        assert_eq!(take_line(&mut pending).expect("a line"), &b"{\"b\":2}"[..]);
        assert_eq!(take_line(&mut pending).expect("a line"), &b""[..]);
        assert_eq!(take_line(&mut pending), None);
    }

    #[test]
    fn reasons_by_status_and_the_one_by_text() {
        for (status, reason) in [
            (401, Some(Reason::Denied)),
            (403, Some(Reason::Denied)),
            (429, Some(Reason::Denied)),
            (404, Some(Reason::Unknown)),
            (400, Some(Reason::Unknown)),
            (503, Some(Reason::Unreachable)),
            (500, None),
        ] {
            assert_eq!(Reason::by_status(status), reason, "{status}");
        }
        assert_eq!(
            Reason::by_text("Get \"http://x/v2/\": no basic auth credentials"),
            Reason::Denied
        );
        assert_eq!(
            Reason::by_text("dial tcp 127.0.0.1:1: connect: connection refused"),
            Reason::Unreachable
        );
    }

    #[test]
    fn a_pull_names_one_version() {
        let reference = Reference::parse("127.0.0.1:5000/a").expect("a reference");
        let pull = Pull {
            endpoint: &Endpoint::Unix("/x".to_owned()),
            version: Version::OLDEST,
            docker_config: Path::new("/"),
            default_registry: None,
            reference: &reference,
        };
        assert_eq!(
            pull.path(),
            "/images/create?fromImage=127.0.0.1%3A5000%2Fa&tag=latest"
        );
    }
}
