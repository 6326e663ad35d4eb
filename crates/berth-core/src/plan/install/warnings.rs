//! What to know before agreeing.

use super::Planning;
use crate::catalog::RunsIn;
use crate::client::Scope;
use crate::input::InputValue;
use crate::plan::Warning;
use crate::server::Installation;

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
        let paths: Vec<String> = installation
            .inputs
            .values()
            .filter_map(|value| match value {
                InputValue::Paths(grants) => Some(grants.iter().map(|grant| grant.path.clone())),
                _ => None,
            })
            .flatten()
            .collect();
        if !paths.is_empty() {
            warnings.push(Warning::Grants { paths });
        }
        warnings
    }
}
