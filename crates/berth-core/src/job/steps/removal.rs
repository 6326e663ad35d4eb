use super::Context;
use crate::error::Result;
use crate::server::DataPlace;

/// Ends the containers that run for an installation. Without an engine there are none to end.
pub async fn end_sessions(context: &Context<'_>, name: &str) -> Result<()> {
    let engine = &context.ports.engine;
    let is_container = context
        .ports
        .store
        .installation(name)?
        .is_some_and(|installation| {
            matches!(installation.launch, crate::server::Launch::Container(_))
        });
    if !is_container {
        return Ok(());
    }
    let home = context.ports.host.home();
    for container in engine.session_containers(Some(name)).await? {
        // Another home on the same engine can have an installation of the same name.
        if container.labels.home == home {
            engine.remove_container(&container.id).await?;
        }
    }
    Ok(())
}

pub async fn delete_data(context: &Context<'_>, data: &DataPlace) -> Result<()> {
    match data {
        DataPlace::Folder { path } => context.ports.host.delete_folder(path),
        DataPlace::Volume { name, .. } => context.ports.engine.remove_volume(name).await,
    }
}
