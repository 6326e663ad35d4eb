use super::Context;
use crate::error::{Error, ErrorCode, Result};
use crate::job::StepOutcome;
use crate::plan::exact_reference;
use crate::port::ImageInfo;
use crate::progress::Watch;

/// Whether the image is here already: then the undo leaves it.
pub async fn look(
    context: &Context<'_>,
    reference: &str,
    wanted: Option<&str>,
) -> Result<StepOutcome> {
    let here = context
        .ports
        .engine
        .image(&exact_reference(reference, wanted))
        .await?;
    Ok(StepOutcome::Image {
        id: here
            .as_ref()
            .map(|image| image.id.clone())
            .unwrap_or_default(),
        digest: here.as_ref().and_then(|image| image.digest.clone()),
        was_here: here.is_some(),
    })
}

/// Pulls, and refuses an image of another digest than the entry was reviewed with.
pub async fn pull(
    context: &Context<'_>,
    reference: &str,
    wanted: Option<&str>,
    before: StepOutcome,
    watch: &Watch,
) -> Result<StepOutcome> {
    let exact = exact_reference(reference, wanted);
    let image = context.ports.engine.pull(&exact, watch).await?;
    if let Some(expected) = wanted
        && image.digest.as_deref() != Some(expected)
    {
        return Err(Error::new(ErrorCode::ImageChanged {
            reference: reference.to_owned(),
            expected: expected.to_owned(),
            found: image.digest.unwrap_or_else(|| image.id.clone()),
        }));
    }
    // A tag that moved gives a new image: that one was not here.
    let was_here =
        matches!(before, StepOutcome::Image { was_here: true, id, .. } if id == image.id);
    Ok(outcome(image, was_here))
}

/// Pins an image that is here.
pub async fn pin(context: &Context<'_>, reference: &str) -> Result<StepOutcome> {
    match context.ports.engine.image(reference).await? {
        Some(image) => Ok(outcome(image, true)),
        None => Err(Error::new(ErrorCode::ImageMissing {
            reference: reference.to_owned(),
        })),
    }
}

/// Removes what was pulled, also where the pull was interrupted, unless another server has come to
/// need it. The engine itself keeps an image that a container uses.
pub async fn undo(
    context: &Context<'_>,
    reference: &str,
    wanted: Option<&str>,
    outcome: &StepOutcome,
) -> Result<()> {
    let StepOutcome::Image {
        was_here: false, ..
    } = outcome
    else {
        return Ok(());
    };
    let engine = &context.ports.engine;
    let exact = exact_reference(reference, wanted);
    let Some(image) = engine.image(&exact).await? else {
        return Ok(());
    };
    if is_needed(context, &image.id)? {
        return Ok(());
    }
    engine.remove_image(&exact).await
}

/// Whether another installation starts this image, or another job that is open has pinned it or
/// may have to give it its name back.
pub fn is_needed(context: &Context<'_>, id: &str) -> Result<bool> {
    let store = &context.ports.store;
    let own = (&context.job.plan.name, &context.job.id);
    let installed = store.installations()?.into_iter().any(|installation| {
        let containers = installation.launch.containers();
        let starts = containers.into_iter().any(|launch| launch.image_id == id);
        starts && installation.name != *own.0
    });
    if installed {
        return Ok(true);
    }
    Ok(store.open_jobs()?.iter().any(|job| {
        job.id != *own.1
            && job.steps.iter().any(|step| match &step.outcome {
                StepOutcome::Image { id: other, .. } => other == id,
                StepOutcome::Built {
                    id: other, before, ..
                } => other == id || before.as_ref().is_some_and(|before| before.id == id),
                _ => false,
            })
    }))
}

fn outcome(image: ImageInfo, was_here: bool) -> StepOutcome {
    StepOutcome::Image {
        id: image.id,
        digest: image.digest,
        was_here,
    }
}
