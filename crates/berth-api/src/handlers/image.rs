//! What an installed server's image is made of.

use berth_core::catalog::BuildSpec;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::image::{BuiltFrom, ImageReview, mark_base};
use berth_core::input::InputValue;
use berth_core::port::BuildRequest;
use berth_core::server::{Installation, Launch};

use super::Berth;
use crate::types::NameRequest;

/// Bytes of a megabyte.
const MB: u64 = 1_000_000;

impl Berth {
    /// Looks at the image that a server runs from, and at the folder that Berth built it from, as it is
    /// now.
    ///
    /// # Errors
    /// `NotInstalled`; `NoImage` for what runs otherwise; `ImageMissing` where it is gone; what the
    /// engine says.
    pub async fn image_review(&self, request: NameRequest) -> Result<ImageReview> {
        let installation = self.installed(&request.name).await?;
        let Launch::Container(launch) = &installation.launch else {
            return Err(Error::new(ErrorCode::NoImage { name: request.name }));
        };
        let engine = &self.ports.engine;
        let image = engine.image(&launch.image_id).await?.ok_or_else(|| {
            Error::new(ErrorCode::ImageMissing {
                reference: launch.image.clone(),
            })
        })?;
        let mut layers = engine.image_layers(&image.id).await?;
        let build = self.build_spec(&installation).await;
        let mut built_from = None;
        if let Some((build, folder)) = &build {
            let from = self.built_from(build, folder).await?;
            let base = from.sent.as_ref().and_then(|sent| sent.base.as_deref());
            // One that is no longer here cannot be told apart; that is said by what is not said of it.
            if let Some(base) = base
                && let Ok(base) = engine.image_layers(base).await
            {
                mark_base(&mut layers, &base);
            }
            built_from = Some(from);
        }
        let wanted = build.and_then(|(build, _)| build.size_mb);
        let mut review = ImageReview {
            reference: launch.image.clone(),
            id: image.id,
            size: image.size,
            wanted: wanted.map(|mb| u64::from(mb.get()) * MB),
            created: image.created,
            layers,
            built_from,
            advice: Vec::new(),
        };
        review.advice = review.advise();
        Ok(review)
    }

    /// How Berth built it, and from which folder; `None` where it did not, or the entry says it no more.
    async fn build_spec(&self, installation: &Installation) -> Option<(BuildSpec, String)> {
        installation.built.as_ref()?;
        let entry = self.entry(&installation.entry).await.ok()?;
        let build = entry.variant(&installation.variant)?.container()?;
        let build = build.build.clone()?;
        match installation.inputs.get(&build.source)? {
            InputValue::Paths(paths) => Some((build, paths.first()?.path.clone())),
            _ => None,
        }
    }

    async fn built_from(&self, build: &BuildSpec, folder: &str) -> Result<BuiltFrom> {
        let request = BuildRequest {
            context: folder.to_owned(),
            dockerfile: build.dockerfile.clone(),
            target: build.target.clone(),
            args: build.args.clone(),
            ..BuildRequest::default()
        };
        let sources = self.ports.sources.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let sent = sources.sent(&request);
            (sent, sources.dependencies(&request.context))
        });
        let (sent, dependencies) = looked
            .await
            .map_err(|error| Error::internal("a task ended early").caused_by(&error))?;
        let unread = [sent.as_ref().err(), dependencies.as_ref().err()];
        let unread = unread.into_iter().flatten().next().cloned();
        Ok(BuiltFrom {
            folder: folder.to_owned(),
            dockerfile: build.dockerfile.clone(),
            unread,
            sent: sent.ok(),
            dependencies: dependencies.unwrap_or_default(),
        })
    }
}
