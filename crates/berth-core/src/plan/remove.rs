//! Plans for what is installed already.

use super::{Plan, Purpose, Step, VaultItem};
use crate::catalog::CredentialCheck;
use crate::client::{LauncherCommand, Place};
use crate::server::Installation;

/// Takes an installation away: clients first, so that none starts it any more; the record last, so
/// that it is still listed if anything before fails. `places` are those where Berth's registration
/// still stands, each with the file that Berth writes itself; one that somebody else wrote under the
/// name since then is left alone.
#[must_use]
pub fn remove(
    installation: &Installation,
    places: &[(Place, Option<String>)],
    delete_data: bool,
) -> Plan {
    let name = &installation.name;
    let mut steps: Vec<Step> = places
        .iter()
        .map(|(place, file)| Step::Unregister {
            name: name.clone(),
            place: place.clone(),
            file: file.clone(),
            address: installation.address_at(place).cloned(),
        })
        .collect();
    steps.push(Step::EndSessions { name: name.clone() });
    if let Some(stack) = installation.launch.stack() {
        steps.push(Step::RemoveServices {
            name: name.clone(),
            generation: None,
            network: Some(stack.network.clone()),
        });
    }
    steps.extend(of_secrets(installation, delete_data));
    if let Some(path) = &installation.folder {
        steps.push(Step::DeleteFolder { path: path.clone() });
    }
    if let Some(image) = &installation.built {
        let image = image.clone();
        steps.push(Step::RemoveImage { image });
    }
    if delete_data {
        for data in &installation.data {
            steps.push(Step::DeleteData { data: data.clone() });
        }
    }
    steps.push(Step::DeleteInstallation { name: name.clone() });
    plan(Purpose::Remove, installation, steps)
}

/// Only verifies.
#[must_use]
pub fn verify(
    installation: &Installation,
    command: LauncherCommand,
    credential_check: Option<CredentialCheck>,
) -> Plan {
    let step = Step::Verify {
        name: installation.name.clone(),
        command,
        place: installation.places.first().cloned(),
        startup_seconds: installation.startup_seconds,
        credential_check,
        criteria: installation.criteria.clone(),
    };
    plan(Purpose::Verify, installation, vec![step])
}

/// What becomes of its secrets. Those that Berth made are kept with the data that they open: a
/// database does not take another one later.
fn of_secrets(installation: &Installation, delete_data: bool) -> Vec<Step> {
    let mut gone = vault_items(installation);
    let made = |item: &&VaultItem| {
        let mut uses = installation.secrets.iter();
        uses.any(|used| used.made && used.input == item.input)
    };
    let (name, entry) = (&installation.name, &installation.entry);
    let made = gone.iter().filter(made);
    let kept: Vec<VaultItem> = made
        .map(|item| VaultItem::kept(name, entry, &item.input))
        .collect();
    let mut steps = Vec::new();
    if delete_data {
        gone.extend(kept);
    } else if !installation.data.is_empty() {
        steps.extend(kept.into_iter().map(|to| Step::KeepSecret {
            input: to.input.clone(),
            from: VaultItem {
                generation: installation.generation.clone(),
                ..to.clone()
            },
            to,
        }));
    }
    if !gone.is_empty() {
        steps.push(Step::DeleteSecrets { items: gone });
    }
    steps
}

/// The vault items of a generation, each once.
pub fn vault_items(installation: &Installation) -> Vec<VaultItem> {
    let mut items: Vec<VaultItem> = installation
        .secrets
        .iter()
        .map(|secret| VaultItem {
            name: installation.name.clone(),
            generation: installation.generation.clone(),
            input: secret.input.clone(),
        })
        .collect();
    items.sort();
    items.dedup();
    items
}

pub(super) fn plan(purpose: Purpose, installation: &Installation, steps: Vec<Step>) -> Plan {
    Plan {
        purpose,
        name: installation.name.clone(),
        entry: installation.entry.clone(),
        variant: installation.variant.clone(),
        steps,
        warnings: Vec::new(),
        trust: Vec::new(),
    }
}
