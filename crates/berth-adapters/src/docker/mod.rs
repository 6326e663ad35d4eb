//! Container engines over the Engine API: [`DockerEngine`].

mod beside;
pub(crate) mod build;
pub mod credentials;
pub mod discover;
mod found;
mod history;
mod image;
mod layers;
mod pull;
pub mod reference;
mod services;
mod transport;
mod volumes;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{EngineFacts, Platform};
use berth_core::image::ImageLayer;
use berth_core::port::{BuildRequest, Engine, ImageInfo, SessionContainer, SessionLabels};
use berth_core::progress::Watch;
use bollard::errors::Error as Failure;
use bollard::models::{ContainerSummary, ContainerSummaryStateEnum, ImageInspect};
use bollard::query_parameters::{
    ListContainersOptions, RemoveContainerOptions, RemoveImageOptions, RemoveVolumeOptions,
    TagImageOptions, WaitContainerOptions,
};
use futures_util::StreamExt;

use build::Build;
use discover::Around;
use found::Found;
use image::{Wanted, image_info, wanted};
use pull::Pull;
use reference::Reference;
use transport::{failed, status};
pub use volumes::{Contents, inside_volume};

/// How long a container that the engine is already removing may take to be gone.
const REMOVAL_LIMIT: Duration = Duration::from_secs(15);

/// Gives the endpoint that the person set, asked again each time, so that a change in the settings
/// is used at once.
pub type EndpointSetting = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// [`Engine`] over a real one. It is looked for at the first use, and again after it could not be
/// reached; [`Engine::probe`] always looks.
pub struct DockerEngine {
    around: Around,
    platform: Platform,
    docker_config: PathBuf,
    setting: EndpointSetting,
    current: Mutex<Option<(Option<String>, Found)>>,
}

impl DockerEngine {
    /// Nothing is looked for yet.
    #[must_use]
    pub fn new(
        user_home: &str,
        setting: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self::with_around(Around::here(user_home), setting)
    }

    /// As [`Self::new`], with other surroundings than this process's.
    #[must_use]
    pub fn with_around(
        around: Around,
        setting: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            platform: around.platform,
            docker_config: around.docker_config(),
            around,
            setting: Arc::new(setting),
            current: Mutex::new(None),
        }
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Option<(Option<String>, Found)>> {
        // What is kept here is replaced whole, so a panic elsewhere leaves nothing half-done.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find(&self) -> Result<Found> {
        let setting = (self.setting)();
        *self.current() = None;
        let found = found::find(&self.around, setting.as_deref()).await?;
        *self.current() = Some((setting, found.clone()));
        Ok(found)
    }

    async fn engine(&self) -> Result<Found> {
        let setting = (self.setting)();
        let known = self
            .current()
            .as_ref()
            .filter(|(was, _)| *was == setting)
            .map(|(_, found)| found.clone());
        match known {
            Some(found) => Ok(found),
            None => self.find().await,
        }
    }

    /// The error of an operation; an engine that could not be reached is looked for again the next
    /// time.
    fn failed(&self, at: &Found, operation: &str, error: Failure) -> Error {
        let error = failed(&at.endpoint, operation)(error);
        if !matches!(error.code, ErrorCode::EngineFailed { .. }) {
            *self.current() = None;
        }
        error
    }

    /// Address of the registry that the engine uses where a reference names none.
    async fn default_registry(&self, at: &Found, operation: &str) -> Result<Option<String>> {
        let info = at
            .docker
            .info()
            .await
            .map_err(|error| self.failed(at, operation, error))?;
        Ok(info
            .index_server_address
            .filter(|address| !address.is_empty()))
    }

    async fn inspect(&self, at: &Found, reference: &str) -> Result<Option<ImageInspect>> {
        match at.docker.inspect_image(reference).await {
            Ok(image) => Ok(Some(image)),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(self.failed(at, "look at an image", error)),
        }
    }
}

fn session_container(summary: ContainerSummary) -> Option<SessionContainer> {
    let labels = summary.labels.unwrap_or_default();
    let ports = summary.ports.unwrap_or_default();
    let here = ports
        .iter()
        .filter(|port| port.ip.as_deref() == Some("127.0.0.1"))
        .filter_map(|port| Some((port.private_port, port.public_port?)))
        .collect();
    Some(SessionContainer {
        id: summary.id?,
        // Paused and restarting ones hold their session's resources too.
        running: matches!(
            summary.state,
            Some(
                ContainerSummaryStateEnum::RUNNING
                    | ContainerSummaryStateEnum::PAUSED
                    | ContainerSummaryStateEnum::RESTARTING
            )
        ),
        labels: SessionLabels::from_lookup(|key| labels.get(key).map(String::as_str))?,
        ports: here,
    })
}

/// Names of containers and volumes go into addresses: only what an engine gives itself may.
fn check_name(operation: &str, name: &str) -> Result<()> {
    let fits = name
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    if fits {
        Ok(())
    } else {
        Err(Error::new(ErrorCode::EngineFailed {
            operation: operation.to_owned(),
        })
        .with_cause(format!("`{name}` is not a name")))
    }
}

#[async_trait]
impl Engine for DockerEngine {
    async fn probe(&self) -> Result<EngineFacts> {
        self.find().await?.facts(self.platform).await
    }

    async fn image(&self, reference: &str) -> Result<Option<ImageInfo>> {
        let Some(wanted) = wanted(reference) else {
            return Ok(None);
        };
        let at = self.engine().await?;
        let image = self.inspect(&at, &wanted.text()).await?;
        Ok(image.map(|image| image_info(&wanted, image)))
    }

    async fn image_layers(&self, reference: &str) -> Result<Vec<ImageLayer>> {
        self.history(reference).await
    }

    async fn pull(&self, reference: &str, watch: &Watch) -> Result<ImageInfo> {
        watch.check()?;
        let missing = || {
            Error::new(ErrorCode::ImageNotFound {
                reference: reference.to_owned(),
            })
        };
        let name = Reference::parse(reference).ok_or_else(missing)?;
        let work = async {
            let at = self.engine().await?;
            let default_registry = match &name.registry {
                Some(_) => None,
                None => self.default_registry(&at, "pull the image").await?,
            };
            Pull {
                endpoint: &at.endpoint,
                version: at.version,
                docker_config: &self.docker_config,
                default_registry: default_registry.as_deref(),
                reference: &name,
            }
            .run(watch)
            .await?;
            self.inspect(&at, &name.exact()).await
        };
        let image = watch.until_cancelled(work).await?.ok_or_else(missing)?;
        Ok(image_info(&Wanted::Name(name), image))
    }

    async fn build(&self, request: &BuildRequest, watch: &Watch) -> Result<ImageInfo> {
        watch.check()?;
        let work = async {
            let at = self.engine().await?;
            let default_registry = self.default_registry(&at, "build the image").await?;
            Build {
                endpoint: &at.endpoint,
                version: at.version,
                docker_config: &self.docker_config,
                default_registry: default_registry.as_deref(),
                request,
            }
            .run(watch)
            .await
        };
        let id = watch.until_cancelled(work).await?;
        // Not by the engine at the end of the build: one that is cancelled at that moment would
        // still move the name, after whoever cancelled has looked where it is.
        self.tag_image(&id, &request.tag).await?;
        self.image(&request.tag).await?.ok_or_else(|| {
            Error::new(ErrorCode::ImageMissing {
                reference: request.tag.clone(),
            })
        })
    }

    async fn tag_image(&self, id: &str, reference: &str) -> Result<()> {
        const OPERATION: &str = "name an image";
        let missing = |reference: &str| {
            Error::new(ErrorCode::ImageMissing {
                reference: reference.to_owned(),
            })
        };
        let wanted = wanted(id).ok_or_else(|| missing(id))?;
        let name = Reference::parse(reference)
            .filter(|name| name.digest.is_none())
            .ok_or_else(|| missing(reference))?;
        let at = self.engine().await?;
        let options = TagImageOptions {
            repo: Some(name.name.clone()),
            tag: Some(name.version().to_owned()),
        };
        match at.docker.tag_image(&wanted.text(), Some(options)).await {
            Ok(()) => Ok(()),
            Err(error) if status(&error) == Some(404) => Err(missing(id)),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    async fn remove_image(&self, reference: &str) -> Result<()> {
        let Some(wanted) = wanted(reference) else {
            return Ok(());
        };
        let at = self.engine().await?;
        let removed = at
            .docker
            .remove_image(&wanted.text(), None::<RemoveImageOptions>, None)
            .await;
        match removed {
            Ok(_) => Ok(()),
            // Not there, or a container uses it.
            Err(error) if matches!(status(&error), Some(404 | 409)) => Ok(()),
            Err(error) => Err(self.failed(&at, "remove the image", error)),
        }
    }

    async fn session_containers(&self, name: Option<&str>) -> Result<Vec<SessionContainer>> {
        let at = self.engine().await?;
        let mut labels = vec![SessionLabels::SESSION.to_owned()];
        labels.extend(name.map(|name| format!("{}={name}", SessionLabels::INSTALLATION)));
        let options = ListContainersOptions {
            all: true,
            filters: Some(HashMap::from([("label".to_owned(), labels)])),
            ..ListContainersOptions::default()
        };
        let listed = at
            .docker
            .list_containers(Some(options))
            .await
            .map_err(|error| self.failed(&at, "list its containers", error))?;
        Ok(listed.into_iter().filter_map(session_container).collect())
    }

    async fn remove_container(&self, id: &str) -> Result<()> {
        const OPERATION: &str = "remove a container";
        check_name(OPERATION, id)?;
        let at = self.engine().await?;
        let options = RemoveContainerOptions {
            force: true,
            v: true,
            ..RemoveContainerOptions::default()
        };
        match at.docker.remove_container(id, Some(options)).await {
            Ok(()) => Ok(()),
            Err(error) if status(&error) == Some(404) => Ok(()),
            // It ended by itself, and the engine is removing it at this moment.
            Err(error) if status(&error) == Some(409) => {
                let options = WaitContainerOptions {
                    condition: "removed".to_owned(),
                };
                let mut gone = at.docker.wait_container(id, Some(options));
                match tokio::time::timeout(REMOVAL_LIMIT, gone.next()).await {
                    Ok(_) => Ok(()),
                    Err(_) => Err(self.failed(&at, OPERATION, error)),
                }
            }
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    async fn remove_volume(&self, name: &str) -> Result<()> {
        const OPERATION: &str = "delete a volume";
        check_name(OPERATION, name)?;
        let at = self.engine().await?;
        match at
            .docker
            .remove_volume(name, None::<RemoveVolumeOptions>)
            .await
        {
            Ok(()) => Ok(()),
            Err(error) if status(&error) == Some(404) => Ok(()),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    async fn volume_exists(&self, name: &str) -> Result<bool> {
        self.has_volume(name).await
    }

    async fn volume_in_use(&self, name: &str) -> Result<bool> {
        self.has_running(name).await
    }
}

#[cfg(test)]
mod tests;
