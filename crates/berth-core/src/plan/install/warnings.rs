//! What to know before agreeing.

use super::Planning;
use crate::catalog::RunsIn;
use crate::client::Scope;
use crate::input::InputValue;
use crate::plan::Warning;
use crate::server::{Installation, Launch, Mount};

impl Planning<'_> {
    pub(super) fn warnings(&self, installation: &Installation) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let container = self.variant.runs_in() == RunsIn::Container;
        if !container {
            warnings.push(Warning::LessIsolated);
        } else if !installation.secrets.is_empty() {
            warnings.push(Warning::SecretsInEnvironment);
        }
        let shared = self.choices.place.scope == Scope::Project;
        if shared && self.facts.launcher_on_path.found().is_none() {
            warnings.push(Warning::LauncherNotOnPath);
        }
        for found in &self.around.registrations {
            let place = found.place.clone();
            if place != self.choices.place {
                let ours = self
                    .around
                    .old
                    .as_ref()
                    .is_some_and(|o| o.places.contains(&place));
                if !ours {
                    warnings.push(Warning::Shadowed { place });
                }
            } else if !found.is_berths {
                warnings.push(Warning::ReplacesForeign { place });
            }
        }
        let paths = paths(installation);
        if !paths.is_empty() {
            warnings.push(Warning::Grants { paths });
        }
        warnings
    }
}

/// What of this computer the server sees. A container sees what is mounted; the source folder that
/// its image was built from need not be.
fn paths(installation: &Installation) -> Vec<String> {
    if let Launch::Container(launch) = &installation.launch {
        let sources = launch.mounts.iter().filter_map(|mount| match mount {
            Mount::Bind { source, .. } => Some(source.clone()),
            Mount::Volume { .. } => None,
        });
        return sources.collect();
    }
    let grants = installation
        .inputs
        .values()
        .filter_map(|value| match value {
            InputValue::Paths(grants) => Some(grants.iter().map(|grant| grant.path.clone())),
            _ => None,
        });
    grants.flatten().collect()
}
