use std::sync::Arc;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::EngineFacts;
use berth_core::image::ImageLayer;
use berth_core::port::{BuildRequest, Engine, ImageInfo, SessionContainer};
use berth_core::progress::{Layer, LayerState, Progress, Watch};

use super::World;
use super::build::layers;

/// An engine whose images, containers and volumes are in a [`World`].
pub struct FakeEngine(pub(super) Arc<World>);

impl FakeEngine {
    pub(super) fn check(&self) -> Result<()> {
        self.0.state().engine.clone().map(|_| ())
    }
}

#[async_trait]
impl Engine for FakeEngine {
    async fn probe(&self) -> Result<EngineFacts> {
        self.0.state().engine.clone()
    }

    async fn image(&self, reference: &str) -> Result<Option<ImageInfo>> {
        self.check()?;
        let state = self.0.state();
        let found = state.images.iter().find(|(name, image)| {
            *name == reference
                || image.id == reference
                || is_pinned(reference, name, image.digest.as_deref())
        });
        Ok(found.map(|(_, image)| ImageInfo {
            names: state.names_of(&image.id),
            ..image.clone()
        }))
    }

    async fn image_layers(&self, reference: &str) -> Result<Vec<ImageLayer>> {
        let found = self.image(reference).await?;
        let image = found.ok_or_else(|| {
            Error::new(ErrorCode::ImageMissing {
                reference: reference.to_owned(),
            })
        })?;
        Ok(layers(&self.0.state(), &image))
    }

    async fn pull(&self, reference: &str, watch: &Watch) -> Result<ImageInfo> {
        self.check()?;
        watch.check()?;
        let found = {
            let state = self.0.state();
            state
                .registry
                .iter()
                .find(|(name, image)| {
                    *name == reference || is_pinned(reference, name, image.digest.as_deref())
                })
                .map(|(_, image)| image.clone())
        };
        let image = found.ok_or_else(|| {
            Error::new(ErrorCode::ImageNotFound {
                reference: reference.to_owned(),
            })
        })?;
        for state in [
            LayerState::Downloading,
            LayerState::Extracting,
            LayerState::Done,
        ] {
            watch.report(Progress::Layers {
                layers: vec![Layer {
                    id: image.id[7..19].to_owned(),
                    state,
                    current: image.size / 2,
                    total: image.size,
                }],
            });
            tokio::task::yield_now().await;
            watch.check()?;
        }
        self.0
            .state()
            .images
            .insert(reference.to_owned(), image.clone());
        Ok(image)
    }

    async fn build(&self, request: &BuildRequest, watch: &Watch) -> Result<ImageInfo> {
        self.check()?;
        let made = super::build::build(&self.0, request, watch).await?;
        let names = self.0.state().names_of(&made.id);
        Ok(ImageInfo { names, ..made })
    }

    async fn tag_image(&self, id: &str, reference: &str) -> Result<()> {
        self.check()?;
        let mut state = self.0.state();
        let found = state
            .images
            .iter()
            .find(|(name, image)| *name == id || image.id == id)
            .map(|(_, image)| image.clone());
        let named = reference.starts_with(|c: char| c.is_ascii_alphanumeric());
        let image = found.filter(|_| named).ok_or_else(|| {
            Error::new(ErrorCode::ImageMissing {
                reference: id.to_owned(),
            })
        })?;
        super::build::name(&mut state, &image, reference);
        Ok(())
    }

    async fn remove_image(&self, reference: &str) -> Result<()> {
        self.check()?;
        let mut state = self.0.state();
        // By its identifier one with several names stays, as with a real engine.
        if state.names_of(reference).len() <= 1 {
            state.images.retain(|_, image| image.id != reference);
        }
        state.images.remove(reference);
        Ok(())
    }

    async fn session_containers(&self, name: Option<&str>) -> Result<Vec<SessionContainer>> {
        self.check()?;
        let state = self.0.state();
        let wanted = state
            .containers
            .iter()
            .filter(|container| name.is_none_or(|name| container.labels.installation == name));
        Ok(wanted.cloned().collect())
    }

    async fn remove_container(&self, id: &str) -> Result<()> {
        self.check()?;
        self.0
            .state()
            .containers
            .retain(|container| container.id != id);
        let mut state = self.0.state();
        state.services.retain(|container| container.id != id);
        state.service_networks.remove(id);
        state.service_logs.remove(id);
        Ok(())
    }

    async fn remove_volume(&self, name: &str) -> Result<()> {
        self.check()?;
        let mut state = self.0.state();
        // An engine refuses while a container has it.
        let sessions = state.containers.iter().map(|c| &c.labels.installation);
        let services = state.services.iter().map(|c| &c.labels.installation);
        let used = sessions
            .chain(services)
            .any(|installation| name.starts_with(&format!("berth-{installation}-")));
        if used && state.volumes.contains(name) {
            return Err(Error::new(ErrorCode::EngineFailed {
                operation: "delete the volume".to_owned(),
            }));
        }
        state.volumes.remove(name);
        state.contents.remove(name);
        Ok(())
    }

    async fn volume_exists(&self, name: &str) -> Result<bool> {
        self.check()?;
        Ok(self.0.state().volumes.contains(name))
    }

    async fn volume_in_use(&self, name: &str) -> Result<bool> {
        self.check()?;
        let state = self.0.state();
        Ok(state.containers.iter().any(|container| {
            let volumes = format!("berth-{}-", container.labels.installation);
            container.running && name.starts_with(&volumes)
        }))
    }
}

/// Whether a reference names an image by its digest: `repository@sha256:…`.
fn is_pinned(reference: &str, name: &str, digest: Option<&str>) -> bool {
    reference.split_once('@').is_some_and(|(_, wanted)| {
        repository(reference) == repository(name) && digest == Some(wanted)
    })
}

/// A reference without its tag and digest.
fn repository(reference: &str) -> &str {
    let name = reference
        .split_once('@')
        .map_or(reference, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}
