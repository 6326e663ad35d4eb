//! What is in a volume, as a tar stream. Engines give it by way of a container only; it is made for
//! that and never started, so it works with any image, and owners, modes and links are kept.

use std::collections::HashMap;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{SessionLabels, VolumeAt};
use bollard::models::{
    ContainerCreateBody, HostConfig, Mount, MountType, MountVolumeOptions, VolumeCreateRequest,
};
use bollard::query_parameters::ListContainersOptions;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, StatusCode};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::pull::words;
use super::transport::{failed, send, status};
use super::{DockerEngine, check_name};

/// Where the volume is inside that container. No image has anything there.
const PLACE: &str = "berth-volume";

/// Where a path of the volume (below its top, with `/`; empty for the top) is in a container that
/// opens it.
pub fn inside_volume(path: &str) -> String {
    match path.trim_matches('/') {
        "" => format!("/{PLACE}"),
        path => format!("/{PLACE}/{path}"),
    }
}

/// A tar stream of a volume.
pub struct Contents {
    body: Incoming,
    endpoint: crate::launcher::wire::Endpoint,
    _connection: AbortOnDropHandle<()>,
}

impl Contents {
    /// The next bytes; `None` at the end. A stream that was cut off is an error.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            match self.body.frame().await {
                None => return Ok(None),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Ok(Some(data)),
                    _ => {}
                },
                Some(Err(error)) => {
                    return Err(Error::new(ErrorCode::EngineStopped {
                        endpoint: self.endpoint.to_string(),
                    })
                    .caused_by(&error));
                }
            }
        }
    }
}

fn engine_failed(operation: &str, cause: String) -> Error {
    Error::new(ErrorCode::EngineFailed {
        operation: operation.to_owned(),
    })
    .with_cause(cause)
}

impl DockerEngine {
    /// Makes a volume that does not exist.
    pub async fn create_volume(&self, name: &str, labels: &SessionLabels) -> Result<()> {
        const OPERATION: &str = "make a volume";
        check_name(OPERATION, name)?;
        if self.has_volume(name).await? {
            return Err(engine_failed(OPERATION, format!("`{name}` exists")));
        }
        let at = self.engine().await?;
        let request = VolumeCreateRequest {
            name: Some(name.to_owned()),
            // As the launcher gives them to those that it makes.
            labels: Some(
                [
                    (SessionLabels::INSTALLATION, &labels.installation),
                    (SessionLabels::HOME, &labels.home),
                ]
                .map(|(key, value)| (key.to_owned(), value.clone()))
                .into(),
            ),
            ..VolumeCreateRequest::default()
        };
        match at.docker.create_volume(request).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    /// Whether there is a volume.
    pub(super) async fn has_volume(&self, volume: &str) -> Result<bool> {
        const OPERATION: &str = "look at a volume";
        check_name(OPERATION, volume)?;
        let at = self.engine().await?;
        match at.docker.inspect_volume(volume).await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    /// Whether a container that runs has a volume.
    pub(super) async fn has_running(&self, volume: &str) -> Result<bool> {
        const OPERATION: &str = "look at a volume";
        check_name(OPERATION, volume)?;
        let at = self.engine().await?;
        let running = ["running", "paused", "restarting"].map(str::to_owned);
        let options = ListContainersOptions {
            all: true,
            filters: Some(HashMap::from([
                ("volume".to_owned(), vec![volume.to_owned()]),
                ("status".to_owned(), running.to_vec()),
            ])),
            ..ListContainersOptions::default()
        };
        match at.docker.list_containers(Some(options)).await {
            Ok(listed) => Ok(!listed.is_empty()),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    /// Makes a container that has the volume; its identifier. It is never started. Its labels let
    /// the next sweep take it away where this process cannot.
    pub async fn open_volume(
        &self,
        volume: &VolumeAt,
        labels: &SessionLabels,
        read_only: bool,
    ) -> Result<String> {
        const OPERATION: &str = "open a volume";
        check_name(OPERATION, &volume.volume)?;
        let at = self.engine().await?;
        let mount = Mount {
            target: Some(format!("/{PLACE}")),
            source: Some(volume.volume.clone()),
            typ: Some(MountType::VOLUME),
            read_only: Some(read_only),
            volume_options: Some(MountVolumeOptions {
                no_copy: Some(true),
                ..MountVolumeOptions::default()
            }),
            ..Mount::default()
        };
        let body = ContainerCreateBody {
            image: Some(volume.image.clone()),
            // An engine wants a command, also where nothing is started.
            entrypoint: Some(vec![format!("/{PLACE}")]),
            labels: Some(labels.to_map().into_iter().collect()),
            host_config: Some(HostConfig {
                mounts: Some(vec![mount]),
                network_mode: Some("none".to_owned()),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        };
        match at.docker.create_container(None, body).await {
            Ok(made) => Ok(made.id),
            Err(error) if status(&error) == Some(404) => Err(Error::new(ErrorCode::ImageMissing {
                reference: volume.image.clone(),
            })
            .caused_by(&error)),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    /// What is in the volume of such a container.
    pub async fn contents(&self, container: &str) -> Result<Contents> {
        let found = self.archive(container, &inside_volume("")).await?;
        found.ok_or_else(|| engine_failed("read a volume", "it is not there".to_owned()))
    }

    /// What is at an absolute path of a container that was never started; `None` where there is
    /// nothing.
    pub async fn archive(&self, container: &str, path: &str) -> Result<Option<Contents>> {
        const OPERATION: &str = "read a volume";
        check_name(OPERATION, container)?;
        let at = self.engine().await?;
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("path", path)
            .finish();
        let request = Request::builder()
            .method(Method::GET)
            .uri(format!("/containers/{container}/archive?{query}"))
            .body(Empty::<Bytes>::new())
            .map_err(|error| Error::internal("a request has no form").caused_by(&error))?;
        let (response, connection) = send(&at.endpoint, at.version, request)
            .await
            .map_err(failed(&at.endpoint, OPERATION))?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !response.status().is_success() {
            return Err(engine_failed(OPERATION, words(response).await));
        }
        Ok(Some(Contents {
            body: response.into_body(),
            endpoint: at.endpoint.clone(),
            _connection: connection,
        }))
    }

    /// Fills the volume of such a container with what [`Self::contents`] gave. An error in `from`
    /// ends it.
    pub async fn fill(
        &self,
        container: &str,
        from: mpsc::Receiver<std::io::Result<Bytes>>,
    ) -> Result<()> {
        const OPERATION: &str = "fill a volume";
        check_name(OPERATION, container)?;
        let at = self.engine().await?;
        let body = stream::unfold(from, |mut from| async move {
            Some((from.recv().await?.map(Frame::data), from))
        });
        let request = Request::builder()
            .method(Method::PUT)
            .uri(format!("/containers/{container}/archive?path=/"))
            .header(CONTENT_TYPE, "application/x-tar")
            .body(StreamBody::new(body.boxed()))
            .map_err(|error| Error::internal("a request has no form").caused_by(&error))?;
        let (response, _connection) = send(&at.endpoint, at.version, request)
            .await
            .map_err(failed(&at.endpoint, OPERATION))?;
        if !response.status().is_success() {
            return Err(engine_failed(OPERATION, words(response).await));
        }
        Ok(())
    }
}
