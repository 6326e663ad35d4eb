//! Source folders: where they are, and which were used.

use std::time::Duration;

use berth_core::catalog::{Entry, InputKind};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::input::InputValue;
use berth_core::plan::{self, Choices, Plan, Step};
use berth_core::settings::Settings;
use berth_core::source::{EnvFound, Place, Search, around, look, take, usual};
use tokio::sync::mpsc;

use super::{Berth, lock};
use crate::types::{SourceEnv, SourceFind, SourcesFound};

/// How long a search may take: whoever waits longer has chosen the folder by hand. A disk that
/// hangs must not hang the sheet.
const PATIENCE: Duration = Duration::from_secs(5);

/// Most source folders that the settings remember.
const RECENT_SOURCES: usize = 20;

impl Berth {
    /// Looks for a project's source folder: in those that were used before, in the folders that
    /// the person works in, and in the usual places. Dropping the future stops it, and so does
    /// [`Berth::source_stop`]; what has been found by then is the answer.
    pub async fn source_find(&self, request: SourceFind) -> Result<SourcesFound> {
        let stop = lock(&self.searching).child_token();
        let _stopped_with_this = stop.clone().drop_guard();
        let entry = self.entry(&request.entry).await?;
        let input = entry.input(&request.input).cloned();
        let Some(input) = input.filter(|spec| matches!(spec.kind, InputKind::Source { .. })) else {
            let input = request.input;
            return Err(Error::new(ErrorCode::InputUnknown { input }));
        };
        let Settings {
            recent_sources,
            recent_projects,
            ..
        } = self.settings_get(()).await?;
        let ports = self.ports.clone();
        let mut places: Vec<Place> = request.folders.iter().flat_map(|at| around(at)).collect();
        places.extend(recent_projects.into_iter().map(|path| Place::new(path, 1)));
        places.extend(usual(ports.host.as_ref()));
        let search = Search {
            input,
            recent: recent_sources,
            places,
        };
        let (tell, mut told) = mpsc::unbounded_channel();
        let watched = stop.clone();
        let work = tokio::task::spawn_blocking(move || {
            // Nobody listens any more when it was stopped.
            search.run(&ports, &watched, |source| drop(tell.send(source)))
        });
        let mut answer = SourcesFound::default();
        let listened = tokio::time::timeout(PATIENCE, async {
            while let Some(source) = told.recv().await {
                answer.sources.push(source);
            }
        });
        let in_time = tokio::select! {
            listened = listened => listened.is_ok(),
            // A disk that hangs does not look whether it was stopped.
            () = stop.cancelled() => false,
        };
        answer.complete = in_time && work.await.unwrap_or(false);
        Ok(answer)
    }

    /// Stops every search for source folders.
    pub async fn source_stop(&self, _: ()) -> Result<()> {
        let searching = std::mem::take(&mut *lock(&self.searching));
        searching.cancel();
        Ok(())
    }
}

impl Berth {
    /// What the `.env` file of a source folder has for an entry; nothing where the folder is not
    /// the project's. Of a secret it says only that it is there: once a plan with it in `from_env`
    /// is agreed to, it goes from the file to the vault.
    pub async fn source_env(&self, request: SourceEnv) -> Result<Option<EnvFound>> {
        let entry = self.entry(&request.entry).await?;
        let ports = self.ports.clone();
        let SourceEnv { input, folder, .. } = request;
        tokio::task::spawn_blocking(move || look(&ports, &entry, &input, &folder))
            .await
            .map_err(|error| Error::internal("a task ended early").caused_by(&error))?
    }

    /// The choices with the secrets that they take from the `.env` file.
    pub(super) fn with_env(&self, entry: &Entry, mut choices: Choices) -> Result<Choices> {
        let facts = self.facts_now();
        let variant = choices.variant.clone();
        let variant = variant.or_else(|| plan::default_variant(entry, &facts));
        take(
            &self.ports,
            entry,
            &variant.unwrap_or_default(),
            &mut choices,
        )?;
        Ok(choices)
    }
}

/// What the settings remember of a plan that was agreed to.
pub(super) fn remember(settings: &mut Settings, project: Option<String>, sources: Vec<String>) {
    if let Some(project) = project {
        newest(
            &mut settings.recent_projects,
            project,
            super::install::RECENT_PROJECTS,
        );
    }
    for source in sources {
        newest(&mut settings.recent_sources, source, RECENT_SOURCES);
    }
}

fn newest(list: &mut Vec<String>, path: String, most: usize) {
    list.retain(|known| *known != path);
    list.insert(0, path);
    list.truncate(most);
}

/// The source folders that a plan's installation uses.
pub(super) fn used(entry: &Entry, plan: &Plan) -> Vec<String> {
    let installation = plan.steps.iter().find_map(|step| match step {
        Step::WriteInstallation { installation, .. } => Some(installation),
        _ => None,
    });
    let inputs = installation.iter().flat_map(|it| &it.inputs);
    inputs
        .filter(|(key, _)| {
            let spec = entry.input(key);
            spec.is_some_and(|spec| matches!(spec.kind, InputKind::Source { .. }))
        })
        .filter_map(|(_, value)| match value {
            InputValue::Paths(grants) => Some(grants.iter().map(|grant| grant.path.clone())),
            _ => None,
        })
        .flatten()
        .collect()
}
