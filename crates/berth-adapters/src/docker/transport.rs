//! bollard's requests over our own connections.
//!
//! Why not bollard's own (0.21): it joins its paths so that the API version is lost, which would
//! make every engine answer in its newest version; it writes credentials in the standard base64
//! alphabet where engines want the one for addresses; and a missing socket and a refused one come
//! out of it as texts. Over this transport each of them is right, and the connection is the same
//! one that the launcher uses.

use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use bollard::errors::Error as Failure;
use bollard::{BollardRequest, ClientVersion, Docker};
use hyper::body::{Body, Incoming};
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio_util::task::AbortOnDropHandle;

use crate::launcher::wire::{Endpoint, Version, connect, failure};

/// How long an engine may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How long an engine may take to begin an answer to what is not a pull, in seconds. One that
/// starts up, or whose disk is slow, takes long; one that hangs must not hold Berth up for ever.
const ANSWER_SECONDS: u64 = 60;

/// A client for an engine, speaking this version.
pub fn client(endpoint: &Endpoint, version: Version) -> Result<Docker> {
    let endpoint = endpoint.clone();
    Docker::connect_with_custom_transport(
        move |request: BollardRequest| {
            let endpoint = endpoint.clone();
            async move {
                let (response, connection) = send(&endpoint, version, request).await?;
                // The answer's body ends the connection, read or dropped.
                connection.detach();
                Ok(response)
            }
        },
        Some("http://engine"),
        ANSWER_SECONDS,
        &ClientVersion {
            major_version: version.major.into(),
            minor_version: version.minor.into(),
        },
    )
    .map_err(|error| Error::internal("a client for the engine").caused_by(&error))
}

/// Sends one request over a connection of its own. The connection ends when its handle is dropped.
pub async fn send<B>(
    endpoint: &Endpoint,
    version: Version,
    mut request: Request<B>,
) -> std::result::Result<(Response<Incoming>, AbortOnDropHandle<()>), Failure>
where
    B: Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", hyper::http::uri::PathAndQuery::as_str);
    *request.uri_mut() = format!("/v{version}{path}")
        .parse::<Uri>()
        .map_err(|err| Failure::InvalidURIError { err })?;
    request
        .headers_mut()
        .insert(HOST, HeaderValue::from_static("engine"));
    let connection = match tokio::time::timeout(CONNECT_LIMIT, connect(endpoint)).await {
        Ok(result) => result.map_err(|err| Failure::IOError { err })?,
        Err(_) => return Err(Failure::RequestTimeoutError),
    };
    let (mut sender, work) = hyper::client::conn::http1::handshake(TokioIo::new(connection))
        .await
        .map_err(|err| Failure::HyperResponseError { err })?;
    let work = AbortOnDropHandle::new(tokio::spawn(async move {
        // Its errors come out of the request and its body.
        let _ = work.await;
    }));
    let response = sender
        .send_request(request)
        .await
        .map_err(|err| Failure::HyperResponseError { err })?;
    Ok((response, work))
}

/// What a failed request means: the engine cannot be reached, or it answered that it could not do
/// `operation` ("pull the image").
pub fn failed<'a>(
    endpoint: &'a Endpoint,
    operation: &'a str,
) -> impl Fn(Failure) -> Error + use<'a> {
    move |error| match &error {
        Failure::IOError { err } => failure(endpoint, err),
        Failure::HyperResponseError { .. } | Failure::RequestTimeoutError => {
            Error::new(ErrorCode::EngineStopped {
                endpoint: endpoint.to_string(),
            })
            .caused_by(&error)
        }
        _ => Error::new(ErrorCode::EngineFailed {
            operation: operation.to_owned(),
        })
        .caused_by(&error),
    }
}

/// The status of an answer that says no; `None` where no answer came.
#[must_use]
pub fn status(error: &Failure) -> Option<u16> {
    match error {
        Failure::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Answers one request with `answer` and gives what was asked.
    fn engine(path: &std::path::Path, answer: &'static str) -> tokio::task::JoinHandle<String> {
        let listener = tokio::net::UnixListener::bind(path).expect("bound");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut asked = vec![0; 4096];
            let read = stream.read(&mut asked).await.expect("a request");
            stream.write_all(answer.as_bytes()).await.expect("written");
            stream.shutdown().await.expect("ended");
            String::from_utf8_lossy(&asked[..read]).into_owned()
        })
    }

    fn endpoint(path: &std::path::Path) -> Endpoint {
        Endpoint::Unix(path.to_str().expect("text").to_owned())
    }

    #[tokio::test]
    async fn every_request_names_the_version() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("engine.sock");
        let engine = engine(
            &path,
            "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{\"Version\":\"1.2.3\"}",
        );
        let docker = client(&endpoint(&path), Version::OLDEST).expect("a client");
        let version = docker.version().await.expect("an answer");
        assert_eq!(version.version.as_deref(), Some("1.2.3"));
        let asked = engine.await.expect("no panic");
        assert!(
            asked.starts_with("GET /v1.41/version HTTP/1.1\r\n"),
            "{asked}"
        );
    }

    #[tokio::test]
    async fn what_went_wrong_is_told_apart() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("engine.sock");
        let endpoint = endpoint(&path);
        let docker = client(&endpoint, Version::OLDEST).expect("a client");
        let name = |error| failed(&endpoint, "say its version")(error).name();

        let error = docker.version().await.expect_err("nothing there");
        assert_eq!(name(error), "engine_missing");

        drop(std::os::unix::net::UnixListener::bind(&path).expect("bound"));
        let error = docker.version().await.expect_err("nobody listens");
        assert_eq!(name(error), "engine_stopped");

        std::fs::remove_file(&path).expect("removed");
        let silent = engine(&path, "");
        let error = docker.version().await.expect_err("hangs up");
        assert_eq!(name(error), "engine_stopped");
        silent.await.expect("no panic");

        std::fs::remove_file(&path).expect("removed");
        let refusing = engine(
            &path,
            "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 18\r\n\r\n{\"message\":\"full\"}",
        );
        let error = docker.version().await.expect_err("says no");
        assert_eq!(status(&error), Some(500));
        assert_eq!(name(error), "engine_failed");
        refusing.await.expect("no panic");
    }
}
