//! The services of a stack, when a generation of it comes or goes.

use super::Context;
use crate::error::Result;
use crate::port::ServiceState;
use crate::stack::{Stack, containers};

/// Takes services away, then their network. An engine gives up a network that only stopped services
/// are on, and they could not be started any more: it is for whoever calls to know.
pub async fn remove(
    context: &Context<'_>,
    name: &str,
    generation: Option<&str>,
    network: Option<&str>,
) -> Result<()> {
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
pub async fn restart(
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
