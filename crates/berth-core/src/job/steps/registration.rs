use super::Context;
use crate::client::{DirectAddress, LauncherCommand, Place, RegistrationSummary};
use crate::error::{Error, ErrorCode, Result};
use crate::job::StepOutcome;
use crate::server::Direct;

/// Backs up what is registered there. A foreign registration that was not in the plan is never
/// replaced.
pub async fn look(
    context: &Context<'_>,
    name: &str,
    place: &Place,
    replaces: Option<&RegistrationSummary>,
) -> Result<StepOutcome> {
    let Some(found) = context.ports.clients.registration(name, place).await? else {
        return Ok(StepOutcome::Registration { backup: None });
    };
    let summary = found.summary();
    // Whether an address is Berth's was known to whoever planned.
    let agreed = replaces.is_some_and(|agreed| {
        let is_berths = agreed.is_berths;
        *agreed
            == RegistrationSummary {
                is_berths,
                ..summary.clone()
            }
    });
    if !summary.is_berths && !agreed {
        return Err(Error::new(ErrorCode::AlreadyRegistered {
            name: name.to_owned(),
            client: place.client,
            scope: place.scope,
        }));
    }
    let backup = context
        .ports
        .host
        .backup_registration(&context.job.id, &found)?;
    Ok(StepOutcome::Registration {
        backup: Some(backup),
    })
}

pub async fn register(
    context: &Context<'_>,
    name: &str,
    place: &Place,
    command: &LauncherCommand,
) -> Result<()> {
    context.ports.host.settle_launcher()?;
    context.ports.clients.register(name, place, command).await
}

/// Writes down whether an installed server is registered at a place.
pub fn note(
    context: &Context<'_>,
    name: &str,
    place: &Place,
    there: bool,
    address: Option<&DirectAddress>,
) -> Result<()> {
    let store = &context.ports.store;
    let Some(mut installation) = store.installation(name)? else {
        return Ok(());
    };
    installation.places.retain(|known| known != place);
    installation.direct.retain(|known| known.place != *place);
    if there {
        installation.places.push(place.clone());
        installation.direct.extend(address.map(|address| Direct {
            place: place.clone(),
            address: address.clone(),
        }));
    }
    store.put_installation(&installation)
}

/// Takes out Berth's registration; one that somebody else wrote under the name stays.
pub async fn unregister(
    context: &Context<'_>,
    name: &str,
    place: &Place,
    address: Option<&DirectAddress>,
) -> Result<()> {
    let claude = &context.ports.clients;
    match claude.registration(name, place).await? {
        Some(found) if found.is_berths(address) => claude.unregister(name, place).await,
        _ => Ok(()),
    }
}

/// Puts back what was there, or takes out what was written.
pub async fn undo(
    context: &Context<'_>,
    name: &str,
    place: &Place,
    address: Option<&DirectAddress>,
    outcome: &StepOutcome,
) -> Result<()> {
    match outcome {
        StepOutcome::Registration { backup: Some(path) } => {
            let before = context.ports.host.read_backup(path)?;
            match context.ports.clients.registration(name, place).await? {
                // It is back already, or somebody else has registered another one since.
                Some(now) if now == before || !now.is_berths(address) => Ok(()),
                _ => context.ports.clients.restore(&before).await,
            }
        }
        _ => unregister(context, name, place, address).await,
    }
}
