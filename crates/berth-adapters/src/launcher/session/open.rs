//! The engine of a session.

use berth_core::error::{Error, ErrorCode, Result};

use crate::launcher::wire::{Client, Endpoint, Line, Version};
use crate::launcher::{Record, Surroundings};

/// Connects to the engine: where the settings say, else where it answered last, else wherever it
/// is found. A remembered version saves a request.
pub(in crate::launcher) async fn open(
    record: &Record,
    around: &Surroundings<'_>,
) -> Result<(Client, Line)> {
    let set = record.settings.engine_endpoint.as_deref();
    let noted = record.notes.engine_endpoint.as_deref();
    let Some(known) = set.or(noted) else {
        return look_for(around).await;
    };
    let version = record
        .notes
        .engine_api
        .as_deref()
        .filter(|_| noted == Some(known))
        .and_then(|version| version.parse().ok())
        .and_then(|version| Version::agree(version).ok());
    let error = match Client::open(Endpoint::parse(known)?, version).await {
        Ok(opened) => return Ok(opened),
        Err(error) => error,
    };
    match error.code {
        ErrorCode::EngineMissing | ErrorCode::EngineStopped { .. } => {}
        _ => return Err(error),
    }
    if set.is_none()
        && let Ok(opened) = look_for(around).await
    {
        return Ok(opened);
    }
    // There was one, so it is not missing.
    let stopped = ErrorCode::EngineStopped {
        endpoint: known.to_owned(),
    };
    Err(Error {
        code: stopped,
        causes: error.causes,
    })
}

async fn look_for(around: &Surroundings<'_>) -> Result<(Client, Line)> {
    let found = around.engine.probe().await?;
    Client::open(Endpoint::parse(&found.endpoint)?, found.api.parse().ok()).await
}
