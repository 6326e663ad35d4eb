//! More places for an installed server, and fewer.

use super::direct::address;
use super::prepare::{client, complete, desktop_file, installed, project_of};
use super::remove::plan;
use super::{Plan, Purpose, Step, Warning};
use crate::client::{Place, RegistrationSummary, Scope};
use crate::error::{Error, ErrorCode, Result};
use crate::facts::Facts;
use crate::port::Ports;

/// Plans to register an installed server at one more place: with another client, or for another
/// project. With `direct` the client gets the server's address itself. `replace` agrees to replace what somebody else registered there under the name.
///
/// # Errors
/// `NotInstalled`, `ProjectNeeded`, `FolderMissing`, a missing client, and `AlreadyRegistered` where
/// it stands there already, or something else does that is not to be replaced.
pub async fn prepare_connect(
    ports: &Ports,
    name: &str,
    place: &Place,
    replace: bool,
    direct: bool,
    facts: &Facts,
) -> Result<Plan> {
    let installation = installed(ports, name)?;
    let facts = complete(ports, facts.clone()).await;
    client(&facts, place)?;
    let place = project_of(ports, place)?;
    let found = ports.clients.registration(name, &place).await?;
    let found = found.map(|registration| RegistrationSummary {
        is_berths: registration.is_berths(installation.address_at(&place)),
        ..registration.summary()
    });
    let mut command = ports.host.launcher(name, place.scope)?;
    let mut warnings = Vec::new();
    if direct {
        let address = address(&installation, &place, &command, ports.host.platform())?;
        let asks = address.helper.clone();
        warnings.extend(asks.map(|command| Warning::AsksForHeaders { command }));
        command.address = Some(address);
    }
    if let Some(found) = &found {
        if found.is_berths && installation.places.contains(&place) || !found.is_berths && !replace {
            return Err(Error::new(ErrorCode::AlreadyRegistered {
                name: name.to_owned(),
                client: place.client,
                scope: place.scope,
            }));
        }
        if !found.is_berths {
            let place = place.clone();
            warnings.push(Warning::ReplacesForeign { place });
        }
    }
    if place.scope == Scope::Project && facts.launcher_on_path.found().is_none() {
        warnings.push(Warning::LauncherNotOnPath);
    }
    let address = command.address.clone();
    let steps = vec![
        Step::Register {
            name: name.to_owned(),
            place: place.clone(),
            command,
            replaces: found,
            file: desktop_file(ports, &place)?,
        },
        Step::NotePlace {
            name: name.to_owned(),
            place: place.clone(),
            there: true,
            address,
        },
        Step::Verify {
            name: name.to_owned(),
            command: ports.host.launcher_absolute(name)?,
            place: Some(place),
            startup_seconds: installation.startup_seconds,
            credential_check: None,
            criteria: installation.criteria.clone(),
        },
    ];
    let planned = plan(Purpose::Connect, &installation, steps);
    Ok(Plan {
        warnings,
        trust: Vec::new(),
        ..planned
    })
}

/// Plans to take one registration of an installed server away; the server itself stays. What
/// somebody else has registered there under the name stays, too.
///
/// # Errors
/// `NotInstalled`, `ProjectNeeded`, `FolderMissing`, `NotRegistered` where Berth has not registered
/// it.
pub fn prepare_disconnect(ports: &Ports, name: &str, place: &Place) -> Result<Plan> {
    let installation = installed(ports, name)?;
    // A project whose folder is gone is still known by its path.
    let place = match installation.places.iter().find(|known| *known == place) {
        Some(known) => known.clone(),
        None => project_of(ports, place)?,
    };
    if !installation.places.contains(&place) {
        return Err(Error::new(ErrorCode::NotRegistered {
            name: name.to_owned(),
            client: place.client,
            scope: place.scope,
        }));
    }
    let steps = vec![
        Step::Unregister {
            name: name.to_owned(),
            file: desktop_file(ports, &place)?,
            address: installation.address_at(&place).cloned(),
            place: place.clone(),
        },
        Step::NotePlace {
            name: name.to_owned(),
            place,
            there: false,
            address: None,
        },
    ];
    Ok(plan(Purpose::Disconnect, &installation, steps))
}
