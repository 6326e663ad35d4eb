use super::Context;
use crate::error::{Error, ErrorCode, Result};
use crate::job::StepOutcome;
use crate::plan::{Step, exact_reference};
use crate::server::{ContainerLaunch, DataPlace, Installation, Launch, Pin, seal};

/// The generation that is current now; another one than planned means that somebody else was
/// quicker. And what is not there yet of its volumes.
pub async fn look(
    context: &Context<'_>,
    installation: &Installation,
    replaces: Option<&str>,
) -> Result<StepOutcome> {
    let current = context.ports.store.installation(&installation.name)?;
    let generation = current.map(|current| current.generation);
    if generation.as_deref() != replaces {
        return Err(Error::new(ErrorCode::PlanChanged));
    }
    let mut volumes = Vec::new();
    for data in &installation.data {
        if let DataPlace::Volume { name, .. } = data
            && !context.ports.engine.volume_exists(name).await?
        {
            volumes.push(name.clone());
        }
    }
    Ok(StepOutcome::Replaced {
        generation,
        volumes,
    })
}

/// Fills in what was pinned, seals the record and writes it.
pub fn write(context: &Context<'_>, planned: &Installation) -> Result<()> {
    let mut installation = planned.clone();
    if let Launch::Container(launch) = &mut installation.launch {
        let mut pins = installation.pins.iter_mut();
        pin(context, launch, pins.next())?;
        for service in launch
            .stack
            .iter_mut()
            .flat_map(|stack| &mut stack.services)
        {
            pin(context, &mut service.launch, pins.next())?;
        }
    }
    installation.built = super::build::built(context)?;
    installation.installed_at = context.ports.host.now();
    installation.seal = seal(
        &installation.name,
        &installation.launch,
        &installation.secrets,
        &installation.criteria,
        &installation.actions,
    )?;
    context.ports.store.put_installation(&installation)
}

/// The image that this job has pinned for a container.
fn pin(context: &Context<'_>, launch: &mut ContainerLaunch, pin: Option<&mut Pin>) -> Result<()> {
    let steps = context.job.plan.steps.iter().zip(&context.job.steps);
    let mut pinned = steps.filter_map(|(step, record)| match (step, &record.outcome) {
        (
            Step::PullImage { reference, .. } | Step::UseImage { reference },
            StepOutcome::Image { id, digest, .. },
        ) if is_of(reference, &launch.image) => Some((id.clone(), digest.clone())),
        (Step::BuildImage { tag, .. }, StepOutcome::Built { id, .. }) if *tag == launch.image => {
            Some((id.clone(), None))
        }
        _ => None,
    });
    let (id, digest) = pinned
        .next()
        .ok_or_else(|| Error::internal("a container's image was not pinned"))?;
    launch.image_id = id;
    if let Some(pin) = pin {
        pin.digest = digest;
    }
    Ok(())
}

/// Whether a reference is that of an image, with its tag or with a digest.
fn is_of(reference: &str, image: &str) -> bool {
    reference == image
        || reference
            .split_once('@')
            .is_some_and(|(_, digest)| exact_reference(image, Some(digest)) == reference)
}

/// Points back to the generation before, then forgets the new one.
pub fn undo(
    context: &Context<'_>,
    installation: &Installation,
    outcome: &StepOutcome,
) -> Result<()> {
    let store = &context.ports.store;
    if let StepOutcome::Replaced {
        generation: Some(old),
        ..
    } = outcome
    {
        store.use_generation(&installation.name, old)?;
    }
    store.forget_generation(&installation.name, &installation.generation)
}
