//! Removes what dead launchers left behind.

use berth_core::error::{Error, Result};
use berth_core::port::Engine;

/// Ends and removes the session containers of this Berth home whose launcher is dead; how many
/// there were. One that cannot be removed does not keep the others from being removed.
pub async fn sweep(
    engine: &dyn Engine,
    home: &str,
    owner_lives: &(dyn Fn(&str) -> bool + Sync),
) -> Result<u32> {
    let mut removed = 0;
    let mut failure: Option<Error> = None;
    for container in engine.session_containers(None).await? {
        if container.labels.home != home || owner_lives(&container.labels.owner) {
            continue;
        }
        match engine.remove_container(&container.id).await {
            Ok(()) => removed += 1,
            Err(error) => failure = Some(error),
        }
    }
    failure.map_or(Ok(removed), Err)
}
