//! Installed servers.

use std::collections::{BTreeMap, BTreeSet};

use berth_core::client::Client;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Facts;
use berth_core::plan::vault_items;
use berth_core::port::{PathKind, StartRequest, ToolResult};
use berth_core::progress::Watch;
use berth_core::redact::redacting;
use berth_core::server::Installation;

use super::{Berth, logs};
use crate::types::{
    InstallationPage, InstallationRow, NameRequest, ServerState, ToolCallAnswer, ToolCallRequest,
};

/// What is going on around the installations.
struct Around {
    facts: Facts,
    /// Jobs that are not over, by the names they work on.
    busy: BTreeMap<String, String>,
    /// Containers that run, by installation.
    sessions: BTreeMap<String, u32>,
}

impl Berth {
    /// All installed servers, by name.
    pub async fn installation_list(&self, _: ()) -> Result<Vec<InstallationRow>> {
        let installations = self.store(|store| store.installations()).await?;
        let around = self.around().await?;
        let mut rows = Vec::new();
        for installation in &installations {
            rows.push(self.row(installation, &around).await);
        }
        Ok(rows)
    }

    /// One installed server.
    pub async fn installation_get(&self, request: NameRequest) -> Result<InstallationPage> {
        let installation = self.installed(&request.name).await?;
        let around = self.around().await?;
        let row = self.row(&installation, &around).await;
        let scope = installation.places.first().map(|place| place.scope);
        let command = self
            .ports
            .host
            .launcher(&installation.name, scope.unwrap_or_default())?;
        let first = installation.places.first();
        let registered_command = match first.and_then(|place| installation.address_at(place)) {
            Some(address) => vec![address.url.clone()],
            None => std::iter::once(command.program)
                .chain(command.args)
                .collect(),
        };
        let entry = self.entry(&installation.entry).await.ok();
        let prompt = entry
            .as_ref()
            .and_then(|entry| entry.prompts.first().map(|prompt| prompt.text.clone()));
        let logs = entry
            .as_ref()
            .map(|entry| logs::rows(entry, &installation))
            .unwrap_or_default();
        let updates = entry
            .map(|entry| entry.updates_of(&installation.variant).cloned().collect())
            .unwrap_or_default();
        let services = self.service_rows(&installation).await;
        let actions = self.action_rows(&installation);
        Ok(InstallationPage {
            row,
            services,
            actions,
            logs,
            installation,
            registered_command,
            prompt,
            updates,
        })
    }

    /// Starts an installed server as a client would, and calls one of its tools.
    pub async fn tool_call(&self, request: ToolCallRequest) -> Result<ToolCallAnswer> {
        let installation = self.installed(&request.name).await?;
        let start = StartRequest {
            command: self.ports.host.launcher_absolute(&request.name)?,
            folder: installation
                .places
                .iter()
                .find_map(|place| place.project.clone()),
            startup_seconds: installation.startup_seconds,
        };
        let work = async |watch: Watch| self.called(&installation, start, request, watch).await;
        let answer = redacting(&self.ports, Some(&installation), &Watch::silent(), work).await?;
        Ok(ToolCallAnswer {
            is_error: answer.is_error,
            text: answer.text,
            result: answer.raw,
        })
    }

    async fn called(
        &self,
        installation: &Installation,
        start: StartRequest,
        request: ToolCallRequest,
        watch: Watch,
    ) -> Result<ToolResult> {
        let mut session = self.ports.mcp.start(&start, &watch).await?;
        // The tools of the last handshake may be out of date: only the server itself can say that
        // it has none of that name.
        let known = installation
            .tools
            .iter()
            .any(|tool| tool.name == request.tool)
            || session
                .tools()
                .await?
                .iter()
                .any(|tool| tool.name == request.tool);
        let answer = if known {
            session.call(&request.tool, request.arguments).await
        } else {
            Err(Error::new(ErrorCode::ToolUnknown { tool: request.tool }))
        };
        // The answer is what counts; a server that ends badly afterwards is ended anyway.
        if let Err(error) = session.close().await {
            tracing::warn!(%error, name = request.name, "the server did not end well");
        }
        answer
    }

    /// The installation, or `NotInstalled`.
    pub(super) async fn installed(&self, name: &str) -> Result<Installation> {
        self.installation(name).await?.ok_or_else(|| {
            Error::new(ErrorCode::NotInstalled {
                name: name.to_owned(),
            })
        })
    }

    async fn around(&self) -> Result<Around> {
        let facts = self.facts_now();
        let busy = self
            .store(|store| store.open_jobs())
            .await?
            .into_iter()
            .map(|job| (job.plan.name, job.id))
            .collect();
        let mut sessions = BTreeMap::new();
        if facts.engine.found().is_some() {
            let home = self.ports.host.home();
            // An engine that fails now is told of by its own probe; the rows stay.
            let containers = self.ports.engine.session_containers(None).await;
            for container in containers.unwrap_or_default() {
                if container.running && container.labels.home == home {
                    *sessions.entry(container.labels.installation).or_insert(0) += 1;
                }
            }
        }
        Ok(Around {
            facts,
            busy,
            sessions,
        })
    }

    async fn row(&self, installation: &Installation, around: &Around) -> InstallationRow {
        let sessions = around
            .sessions
            .get(&installation.name)
            .copied()
            .unwrap_or_default();
        InstallationRow {
            name: installation.name.clone(),
            entry: installation.entry.clone(),
            title: installation.title.clone(),
            variant_title: installation.variant_title.clone(),
            version: installation
                .pins
                .first()
                .map(|pin| pin.version.clone())
                .unwrap_or_default(),
            state: self.state(installation, around, sessions).await,
            sessions,
            tools: u32::try_from(installation.tools.len()).unwrap_or(u32::MAX),
            places: installation.places.clone(),
            verified_at: installation.verified_at.clone(),
            last_error: installation.last_error.clone(),
        }
    }

    /// The first of these that is true: being worked on, a secret missing, a folder missing, stopped, in use, registered
    /// nowhere, failing, not verified; ready otherwise.
    async fn state(
        &self,
        installation: &Installation,
        around: &Around,
        sessions: u32,
    ) -> ServerState {
        if let Some(job) = around.busy.get(&installation.name) {
            return ServerState::Busy { job: job.clone() };
        }
        // Where the vault cannot say, nothing is claimed.
        if around.facts.vault.found().is_some() {
            for item in vault_items(installation) {
                if let Ok(false) = self.ports.vault.contains(&item).await {
                    return ServerState::SecretMissing { input: item.input };
                }
            }
        }
        let host = &self.ports.host;
        let mut needs = installation.launch.needs().into_iter();
        if let Some(path) = needs.find(|path| host.path_kind(path) == PathKind::Nothing) {
            let path = path.to_owned();
            return ServerState::PathMissing { path };
        }
        if installation.stopped {
            return ServerState::Stopped;
        }
        if sessions > 0 {
            return ServerState::InUse;
        }
        if !is_registered(installation, &around.facts) {
            ServerState::NotRegistered
        } else if installation.last_error.is_some() {
            ServerState::Failing
        } else if installation.verified_at.is_none() {
            ServerState::Unverified
        } else {
            ServerState::Ready
        }
    }
}

/// Whether it stands somewhere where it should. A client that is not there, or not looked at yet,
/// says nothing of its places.
fn is_registered(installation: &Installation, facts: &Facts) -> bool {
    let places: BTreeSet<_> = installation.places.iter().collect();
    let unseen = places.iter().any(|place| {
        let client = match place.client {
            Client::ClaudeCode => &facts.claude,
            Client::ClaudeDesktop => &facts.claude_desktop,
        };
        client.found().is_none()
    });
    unseen
        || facts
            .registrations()
            .any(|registration| installation.is_in(registration))
}
