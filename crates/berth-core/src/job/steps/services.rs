//! The services of a stack, when a generation of it comes or goes.

use super::Context;
use crate::client::LauncherCommand;
use crate::error::Result;
use crate::plan::Step;
use crate::port::ServiceState;
use crate::progress::Watch;
use crate::stack::{Stack, containers};

/// Brings the services of the generation on record up. Launchers that have read the record before are
/// waited for: they would stop what is not of their generation.
pub async fn start(
    context: &Context<'_>,
    name: &str,
    command: &LauncherCommand,
    watch: &Watch,
) -> Result<()> {
    context.ports.store.await_launches()?;
    context.ports.services.up(name, command, watch).await
}

/// Undoes that, once the generation before is on record again. Whoever had read the new one may have
/// made its services before the job came to it.
pub async fn undo(context: &Context<'_>) -> Result<()> {
    for step in &context.job.plan.steps {
        let Step::StartServices {
            name,
            generation,
            stack,
            restarts,
            joins,
            ..
        } = step
        else {
            continue;
        };
        let network = (!joins).then_some(stack.network.as_str());
        remove(context, name, Some(generation), network).await?;
        restart(context, name, stack, restarts.as_deref()).await?;
    }
    Ok(())
}

/// Takes services away, then their network, after what is being made just now. An engine gives up a
/// network that only stopped services are on, and they could not be started any more: it is for
/// whoever calls to know.
pub async fn remove(
    context: &Context<'_>,
    name: &str,
    generation: Option<&str>,
    network: Option<&str>,
) -> Result<()> {
    context.ports.store.await_launches()?;
    let engine = context.ports.engine.as_ref();
    for container in containers(engine, &context.ports.host.home(), name).await? {
        if generation.is_none_or(|generation| container.labels.generation == generation) {
            engine.remove_container(&container.id).await?;
        }
    }
    match network {
        Some(network) => engine.remove_network(network).await,
        None => Ok(()),
    }
}

/// Starts the services again that a new generation had stopped, once that one's are gone.
async fn restart(
    context: &Context<'_>,
    name: &str,
    stack: &Stack,
    old: Option<&str>,
) -> Result<()> {
    let Some(old) = old else {
        return Ok(());
    };
    let engine = context.ports.engine.as_ref();
    let there = containers(engine, &context.ports.host.home(), name).await?;
    let mut old: Vec<_> = there
        .into_iter()
        .filter(|c| c.labels.generation == old && c.state == ServiceState::Stopped)
        .collect();
    // As far as the new one knows their order; a service that comes too early is started again by
    // its policy.
    old.sort_by_key(|c| {
        let mut services = stack.services.iter();
        services.position(|service| service.name == c.labels.service)
    });
    for container in old {
        engine.start_service(&container.id).await?;
    }
    Ok(())
}
