//! The services that a server needs: up before its session begins.

use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::progress::Watch;
use berth_core::stack::Ground;
use tokio::time::timeout;

use super::wire::Endpoint;
use super::{Record, Surroundings};
use crate::docker::DockerEngine;

/// How long services that were down may take of that. They go on starting for the next session.
const SERVICES_LIMIT: Duration = Duration::from_secs(20);

/// Sees to it that the services run which the server needs, unless a person has stopped them.
pub(super) async fn bring_up(
    record: &Record,
    endpoint: &Endpoint,
    around: &Surroundings<'_>,
) -> Result<()> {
    let installation = &record.installation;
    if installation.launch.stack().is_none() {
        return Ok(());
    }
    if installation.stopped {
        return Err(Error::new(ErrorCode::ServicesStopped {
            name: installation.name.clone(),
        }));
    }
    let endpoint = endpoint.to_string();
    let user_home = around.user_home.display().to_string();
    let engine = DockerEngine::new(&user_home, move || Some(endpoint.clone()));
    let ground = Ground {
        engine: &engine,
        secrets: around.secrets,
        home: &around.home.display().to_string(),
    };
    match timeout(SERVICES_LIMIT, ground.up(installation, &Watch::silent())).await {
        Ok(result) => result,
        Err(_) => Err(Error::new(ErrorCode::ServerTimeout {
            seconds: u32::try_from(SERVICES_LIMIT.as_secs()).unwrap_or(u32::MAX),
        })),
    }
}
