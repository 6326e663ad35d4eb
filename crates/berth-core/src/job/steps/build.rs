//! Images that are built: what has their name, before and after.

use super::Context;
use super::image::is_needed;
use crate::error::{Error, ErrorCode, Result};
use crate::job::{ImageBefore, StepOutcome};
use crate::plan::{Purpose, Step};
use crate::port::BuildRequest;
use crate::progress::Watch;
use crate::server::{BuiltImage, Launch};

/// What has the name now: it gets it back if anything fails.
pub async fn look(context: &Context<'_>, tag: &str) -> Result<StepOutcome> {
    let here = context.ports.engine.image(tag).await?;
    Ok(StepOutcome::Built {
        id: String::new(),
        size: 0,
        before: here.map(|image| ImageBefore {
            id: image.id,
            size: image.size,
        }),
    })
}

/// Builds, and pins what was built.
pub async fn build(
    context: &Context<'_>,
    step: &Step,
    before: StepOutcome,
    watch: &Watch,
) -> Result<StepOutcome> {
    let (
        Step::BuildImage {
            context: folder,
            dockerfile,
            target,
            args,
            tag,
            no_cache,
            ..
        },
        StepOutcome::Built { before, .. },
    ) = (step, before)
    else {
        return Err(Error::internal("a build does not know what was there"));
    };
    let request = BuildRequest {
        context: folder.clone(),
        dockerfile: dockerfile.clone(),
        target: target.clone(),
        args: args.clone(),
        tag: tag.clone(),
        no_cache: *no_cache,
    };
    let image = context.ports.engine.build(&request, watch).await?;
    Ok(StepOutcome::Built {
        id: image.id,
        size: image.size,
        before,
    })
}

/// The name goes back to what had it, or goes; and so does the new image, unless another server
/// has come to need it. What the engine remembers of an unfinished build stays its own.
pub async fn undo(context: &Context<'_>, tag: &str, outcome: &StepOutcome) -> Result<()> {
    let StepOutcome::Built { id, before, .. } = outcome else {
        return Ok(());
    };
    let engine = &context.ports.engine;
    let now = engine.image(tag).await?;
    if let Some(now) = &now {
        // The build was not finished, it gave what was there, or the name was given away since.
        let as_it_was = before.as_ref().is_some_and(|before| before.id == now.id);
        if as_it_was || (!id.is_empty() && *id != now.id) {
            return Ok(());
        }
        // First the image: an undo that is interrupted here knows the other one, and not this.
        if !is_needed(context, &now.id)? && now.names.len() <= 1 {
            engine.remove_image(tag).await?;
        } else if before.is_none() {
            return Ok(());
        }
    }
    match before {
        Some(before) => give(context, &before.id, tag).await,
        None => Ok(()),
    }
}

/// Gives an image a name, if it is still there.
async fn give(context: &Context<'_>, id: &str, tag: &str) -> Result<()> {
    match context.ports.engine.tag_image(id, tag).await {
        Err(error) if matches!(error.code, ErrorCode::ImageMissing { .. }) => Ok(()),
        result => result,
    }
}

/// What of the image that this job has pinned is Berth's own: not what had the name before anything
/// was built under it, nor what was somebody's already and came out of the build again.
pub fn built(context: &Context<'_>) -> Result<Option<BuiltImage>> {
    let steps = context.job.plan.steps.iter().zip(&context.job.steps);
    // The first image is the server's own; services have theirs from elsewhere.
    let pinned = steps.filter_map(|(step, record)| match (step, &record.outcome) {
        (Step::BuildImage { tag, .. }, StepOutcome::Built { id, before, .. }) => {
            Some(Some((tag, id, before.as_ref().map(|before| &before.id))))
        }
        // Used as it was: Berth's own where it was built for another generation or server.
        (Step::UseImage { reference }, StepOutcome::Image { id, .. }) => {
            Some(Some((reference, id, Some(id))))
        }
        (Step::PullImage { .. }, _) => Some(None),
        _ => None,
    });
    let pinned = pinned.into_iter().next().flatten();
    let Some((reference, id, before)) = pinned else {
        return Ok(None);
    };
    let before = match before {
        None => None,
        Some(before) => {
            let known = others(context, reference)?;
            match known.into_iter().find(|built| built.id == *before) {
                Some(built) => built.before,
                None => Some(before.clone()),
            }
        }
    };
    Ok((before.as_ref() != Some(id)).then(|| BuiltImage {
        reference: reference.clone(),
        id: id.clone(),
        before,
    }))
}

/// What Berth has built under this name, for any server.
fn others(context: &Context<'_>, reference: &str) -> Result<Vec<BuiltImage>> {
    let installations = context.ports.store.installations()?;
    let built = installations.into_iter().filter_map(|other| other.built);
    Ok(built.filter(|built| built.reference == reference).collect())
}

/// Takes an image away with the server, or the generation, that it was built for.
pub async fn remove(context: &Context<'_>, image: &BuiltImage) -> Result<()> {
    let (store, engine) = (&context.ports.store, &context.ports.engine);
    let name = &context.job.plan.name;
    let starts = |launch: &Launch| {
        let containers = launch.containers();
        containers
            .into_iter()
            .any(|launch| launch.image_id == image.id)
    };
    // The new generation can have come out of the build as the old one did.
    let kept = context.job.plan.purpose != Purpose::Remove
        && store
            .installation(name)?
            .is_some_and(|own| starts(&own.launch));
    if kept || is_needed(context, &image.id)? {
        return Ok(());
    }
    let now = engine.image(&image.reference).await?;
    if now.is_some_and(|now| now.id == image.id) {
        // Another server's image comes before the one that was there before all of them.
        let other = store.installations()?.into_iter().find_map(|other| {
            let built = other.built.filter(|_| other.name != *name)?;
            (built.reference == image.reference).then_some(built.id)
        });
        let heir = match other.or_else(|| image.before.clone()) {
            Some(heir) => engine.image(&heir).await?,
            None => None,
        };
        match heir {
            Some(heir) => engine.tag_image(&heir.id, &image.reference).await?,
            None => engine.remove_image(&image.reference).await?,
        }
    }
    // What somebody has given a name of their own stays.
    match engine.image(&image.id).await? {
        Some(left) if left.names.is_empty() => engine.remove_image(&image.id).await,
        _ => Ok(()),
    }
}
