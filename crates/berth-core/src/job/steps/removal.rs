use super::Context;
use crate::error::{ErrorCode, Result};
use crate::server::DataPlace;

/// Ends the containers that run for an installation, or only those of one generation, after what is
/// being started just now. Where no engine runs, no container does.
pub async fn end_sessions(
    context: &Context<'_>,
    name: &str,
    generation: Option<&str>,
) -> Result<()> {
    context.ports.store.await_launches()?;
    let engine = &context.ports.engine;
    let containers = match engine.session_containers(Some(name)).await {
        Ok(containers) => containers,
        Err(error) if is_not_running(&error.code) => return Ok(()),
        Err(error) => return Err(error),
    };
    let home = context.ports.host.home();
    for container in containers {
        // Another home on the same engine can have an installation of the same name.
        let ours = container.labels.home == home
            && generation.is_none_or(|generation| container.labels.generation == generation);
        if ours {
            engine.remove_container(&container.id).await?;
        }
    }
    Ok(())
}

fn is_not_running(code: &ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::EngineMissing | ErrorCode::EngineStopped { .. }
    )
}

pub async fn delete_data(context: &Context<'_>, data: &DataPlace) -> Result<()> {
    match data {
        DataPlace::Folder { path } => context.ports.host.delete_folder(path),
        DataPlace::Volume { name, .. } => context.ports.engine.remove_volume(name).await,
    }
}
