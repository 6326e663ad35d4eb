//! What can be done about each error of a server's, beside what the machine's own checks offer.

use super::{ServerCheck, ServerCheckId, bad};
use crate::doctor::{Check, CheckStatus, Fix};
use crate::error::{Error, ErrorCode as E};
use crate::plan::vault_items;
use crate::server::Installation;

/// A check that failed with this.
pub fn because(id: ServerCheckId, error: &Error, installation: &Installation) -> ServerCheck {
    bad(id, error.clone(), of(error, installation))
}

/// A check of the machine's that this server cannot do without.
pub fn of_machine(id: ServerCheckId, machine: Check) -> ServerCheck {
    ServerCheck {
        id,
        place: None,
        status: match machine.status {
            CheckStatus::Good => CheckStatus::Good,
            _ => CheckStatus::Bad,
        },
        seen: machine.seen,
        error: machine.error,
        // The whole diagnosis is looked at again, not one probe.
        fixes: machine
            .fixes
            .into_iter()
            .filter(|fix| !matches!(fix, Fix::Recheck { .. }))
            .collect(),
    }
}

/// What helps.
pub fn of(error: &Error, installation: &Installation) -> Vec<Fix> {
    let name = || installation.name.clone();
    let again = || vec![Fix::InstallAgain { name: name() }];
    match &error.code {
        E::SecretMissing { input, .. } => {
            let mut used = installation.secrets.iter();
            // Nobody knows a secret that Berth has made.
            if used.any(|used| used.made && used.input == *input) {
                return again();
            }
            vec![Fix::GiveSecret {
                name: name(),
                input: input.clone(),
            }]
        }
        E::CredentialRefused { .. } | E::ServerRefused { .. } => vault_items(installation)
            .into_iter()
            .map(|item| Fix::GiveSecret {
                name: item.name,
                input: item.input,
            })
            .collect(),
        E::ServicesStopped { .. } => vec![Fix::StartServices { name: name() }],
        E::ImageMissing { .. }
        | E::ImageChanged { .. }
        | E::InstallationChanged { .. }
        | E::ProgramMissing { .. }
        | E::PathMissing { .. } => again(),
        _ => Vec::new(),
    }
}
