use super::Context;
use crate::error::{Error, ErrorCode, Result};
use crate::job::StepOutcome;
use crate::server::{Installation, Launch, seal};

/// The generation that is current now; another one than planned means that somebody else was
/// quicker.
pub fn look(
    context: &Context<'_>,
    installation: &Installation,
    replaces: Option<&str>,
) -> Result<StepOutcome> {
    let current = context.ports.store.installation(&installation.name)?;
    let generation = current.map(|current| current.generation);
    if generation.as_deref() == replaces {
        Ok(StepOutcome::Replaced { generation })
    } else {
        Err(Error::new(ErrorCode::PlanChanged))
    }
}

/// Fills in what was pinned, seals the record and writes it.
pub fn write(context: &Context<'_>, planned: &Installation) -> Result<()> {
    let mut installation = planned.clone();
    if let Launch::Container(launch) = &mut installation.launch {
        let pinned = context
            .job
            .steps
            .iter()
            .find_map(|step| match &step.outcome {
                StepOutcome::Image { id, digest, .. } => Some((id.clone(), digest.clone())),
                StepOutcome::Built { id, .. } => Some((id.clone(), None)),
                _ => None,
            });
        let (id, digest) =
            pinned.ok_or_else(|| Error::internal("a container's image was not pinned"))?;
        launch.image_id = id;
        if let Some(pin) = installation.pins.first_mut() {
            pin.digest = digest;
        }
    }
    installation.built = super::build::built(context)?;
    installation.installed_at = context.ports.host.now();
    installation.seal = seal(
        &installation.name,
        &installation.launch,
        &installation.secrets,
    )?;
    context.ports.store.put_installation(&installation)
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
    } = outcome
    {
        store.use_generation(&installation.name, old)?;
    }
    store.forget_generation(&installation.name, &installation.generation)
}
