use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use berth_core::client::{
    Client, ClientState, LauncherCommand, Place, Registration, RegistrationSummary, Scope,
    is_launcher,
};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{ClientHealth, Clients, Store as _};

use super::{World, mcp};

/// Claude Code whose configuration is in a [`World`].
pub struct FakeClaude(pub(super) Arc<World>);

impl FakeClaude {
    fn check(&self, place: &Place) -> Result<()> {
        match place.client {
            Client::ClaudeCode => self.0.state().claude.clone().map(|_| ()),
            Client::ClaudeDesktop if self.0.state().desktop => Ok(()),
            Client::ClaudeDesktop => Err(Error::new(ErrorCode::ClaudeDesktopMissing)),
        }
    }

    /// A file that a test has written is read like a client's own: it has to be JSON.
    fn check_file(&self, place: &Place) -> Result<()> {
        let path = match (place.client, place.scope, &place.project) {
            (Client::ClaudeDesktop, _, _) => self.desktop_file()?,
            (_, Scope::Project, Some(project)) => format!("{project}/.mcp.json"),
            _ => format!("{}/.claude.json", World::USER_HOME),
        };
        let state = self.0.state();
        let text = state.files.read(&path).unwrap_or("{}");
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(_) => Ok(()),
            Err(error) => {
                let invalid = Error::new(ErrorCode::ClientConfigInvalid { path });
                Err(invalid.caused_by(&error))
            }
        }
    }

    fn seen(&self, is_shown: impl Fn(&Place) -> bool) -> Vec<RegistrationSummary> {
        let state = self.0.state();
        let seen = state
            .registrations
            .iter()
            .filter(|((place, _), _)| is_shown(place));
        seen.map(|((place, name), raw)| {
            Registration {
                name: name.clone(),
                place: place.clone(),
                raw: raw.clone(),
            }
            .summary()
        })
        .collect()
    }
}

#[async_trait]
impl Clients for FakeClaude {
    async fn probe(&self, projects: &[String]) -> Result<ClientState> {
        let program = self.0.state().claude.clone()?;
        let registrations = self.seen(|place| {
            let known = place.project.as_ref();
            place.client == Client::ClaudeCode
                && known.is_none_or(|project| projects.contains(project))
        });
        Ok(ClientState {
            program: program.path,
            version: program.version,
            config: format!("{}/.claude.json", World::USER_HOME),
            registrations,
            unreadable: BTreeMap::new(),
        })
    }

    async fn probe_desktop(&self) -> Result<ClientState> {
        let place = Place::claude_desktop();
        self.check(&place)?;
        Ok(ClientState {
            config: self.desktop_file()?,
            registrations: self.seen(|other| *other == place),
            ..ClientState::default()
        })
    }

    fn desktop_file(&self) -> Result<String> {
        Ok(format!(
            "{}/.config/Claude/claude_desktop_config.json",
            World::USER_HOME
        ))
    }

    // Reading is reading a file: it needs no program.
    async fn registration(&self, name: &str, place: &Place) -> Result<Option<Registration>> {
        self.check_file(place)?;
        let state = self.0.state();
        let raw = state.registrations.get(&(place.clone(), name.to_owned()));
        Ok(raw.map(|raw| Registration {
            name: name.to_owned(),
            place: place.clone(),
            raw: raw.clone(),
        }))
    }

    async fn register(&self, name: &str, place: &Place, command: &LauncherCommand) -> Result<()> {
        self.check(place)?;
        let raw = match place.client {
            Client::ClaudeCode => command.to_json(),
            Client::ClaudeDesktop => command.to_desktop_json(),
        };
        self.0
            .state()
            .registrations
            .insert((place.clone(), name.to_owned()), raw);
        Ok(())
    }

    async fn unregister(&self, name: &str, place: &Place) -> Result<()> {
        self.check(place)?;
        self.0
            .state()
            .registrations
            .remove(&(place.clone(), name.to_owned()));
        Ok(())
    }

    async fn restore(&self, registration: &Registration) -> Result<()> {
        self.check(&registration.place)?;
        let key = (registration.place.clone(), registration.name.clone());
        self.0
            .state()
            .registrations
            .insert(key, registration.raw.clone());
        Ok(())
    }

    async fn health(&self, name: &str, place: &Place) -> Result<ClientHealth> {
        self.check(place)?;
        let key = (place.clone(), name.to_owned());
        let (raw, approved) = {
            let state = self.0.state();
            (
                state.registrations.get(&key).cloned(),
                state.approved.contains(&key),
            )
        };
        let Some(raw) = raw else {
            return Ok(ClientHealth::Absent);
        };
        if place.scope == Scope::Project && !approved {
            return Ok(ClientHealth::PendingApproval);
        }
        if raw["type"] == "http" {
            let server = self.0.store.installation(name)?;
            let known = server.is_some_and(|it| {
                let found = Registration {
                    name: name.to_owned(),
                    place: place.clone(),
                    raw: raw.clone(),
                };
                found.is_berths(it.address_at(place))
            });
            return Ok(if known && mcp::can_start(&self.0, name).is_ok() {
                ClientHealth::Connected
            } else {
                ClientHealth::Failed
            });
        }
        // A plain `berth` is found on the PATH or not at all.
        let program = raw
            .get("command")
            .and_then(|v| v.as_str())
            .unwrap_or_default();
        let found = program.starts_with('/') || self.0.state().launcher_on_path;
        Ok(
            if found && is_launcher(&raw, name) && mcp::can_start(&self.0, name).is_ok() {
                ClientHealth::Connected
            } else {
                ClientHealth::Failed
            },
        )
    }
}
