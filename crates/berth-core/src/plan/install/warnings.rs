//! What to know before agreeing.

use super::Planning;
use crate::catalog::{InputKind, NodeSpec, Run};
use crate::client::Scope;
use crate::input::InputValue;
use crate::plan::Warning;
use crate::server::{Installation, Launch, Mount, SecretUse};
use crate::source::path_in;

impl Planning<'_> {
    pub(super) fn warnings(&self, installation: &Installation) -> Vec<Warning> {
        let mut warnings = self.trust_warnings(installation);
        match &installation.launch {
            Launch::Process { .. } => warnings.push(Warning::LessIsolated),
            Launch::Container(launch) => {
                if launch.http.is_some() {
                    let is_header = |secret: &SecretUse| !secret.target.is_variable();
                    let guarded = installation.secrets.iter().any(is_header);
                    warnings.push(Warning::OpensPort { guarded });
                }
                let in_environment = |secret: &SecretUse| secret.target.is_variable();
                if installation.secrets.iter().any(in_environment) {
                    warnings.push(Warning::SecretsInEnvironment);
                }
            }
            Launch::Remote(launch) => warnings.push(Warning::DataLeaves {
                host: launch.host(),
            }),
        }
        let shared = self.choices.place.scope == Scope::Project;
        if shared && self.facts.launcher_on_path.found().is_none() {
            warnings.push(Warning::LauncherNotOnPath);
        }
        for found in &self.around.registrations {
            let place = found.place.clone();
            if place.client != self.choices.place.client {
                continue;
            }
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
        let asks = installation
            .direct
            .iter()
            .find_map(|direct| direct.address.helper.clone());
        warnings.extend(asks.map(|command| Warning::AsksForHeaders { command }));
        if !self.choices.from_env.is_empty() {
            let file = self.source_folder().map(|folder| path_in(&folder));
            warnings.extend(file.map(|path| Warning::SecretInFile { path }));
        }
        if let Launch::Process {
            source: Some(folder),
            ..
        } = &installation.launch
        {
            let folder = folder.clone();
            warnings.push(Warning::InPlace { folder });
        }
        warnings.extend(self.follows());
        if let Run::Node(NodeSpec {
            source: Some(_), ..
        }) = &self.variant.run
        {
            let copied = self.source_folder();
            warnings.extend(copied.map(|folder| Warning::BuiltFromCopy { folder }));
        }
        let paths = paths(installation);
        if !paths.is_empty() {
            warnings.push(Warning::Grants { paths });
        }
        warnings
    }

    /// What the entry says of what was chosen.
    fn follows(&self) -> Vec<Warning> {
        let inputs = self.entry.inputs_of(&self.variant.id);
        let follows = inputs.filter_map(|spec| {
            let InputKind::Choice { options, .. } = &spec.kind else {
                return None;
            };
            let Some(InputValue::Text(chosen)) = self.choices.inputs.get(&spec.key) else {
                return None;
            };
            let option = options.iter().find(|option| option.value == *chosen)?;
            Some(Warning::Follows {
                input: spec.title.clone(),
                note: option.note.clone()?,
            })
        });
        follows.collect()
    }

    /// The source folder that was chosen for this variant.
    fn source_folder(&self) -> Option<String> {
        let mut inputs = self.entry.inputs_of(&self.variant.id);
        inputs.find_map(|spec| {
            let source = matches!(spec.kind, InputKind::Source { .. });
            match self.choices.inputs.get(&spec.key) {
                Some(InputValue::Paths(grants)) if source => Some(grants.first()?.path.clone()),
                _ => None,
            }
        })
    }
}

/// What of this computer the server sees. A container sees what is mounted; the source folder that
/// its image was built from need not be.
fn paths(installation: &Installation) -> Vec<String> {
    if let Launch::Container(launch) = &installation.launch {
        let sources = launch.mounts.iter().filter_map(|mount| match mount {
            Mount::Bind { source, .. } => Some(source.clone()),
            Mount::Volume { .. } | Mount::EngineSocket { .. } => None,
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
