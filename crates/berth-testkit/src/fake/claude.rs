use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use berth_core::client::{ClientState, LauncherCommand, Place, Registration, Scope, is_launcher};
use berth_core::error::Result;
use berth_core::port::{ClaudeCode, ClaudeHealth};

use super::{World, mcp};

/// Claude Code whose configuration is in a [`World`].
pub struct FakeClaude(pub(super) Arc<World>);

impl FakeClaude {
    fn check(&self) -> Result<()> {
        self.0.state().claude.clone().map(|_| ())
    }
}

#[async_trait]
impl ClaudeCode for FakeClaude {
    async fn probe(&self, projects: &[String]) -> Result<ClientState> {
        let state = self.0.state();
        let program = state.claude.clone()?;
        let seen = state.registrations.iter().filter(|((place, _), _)| {
            place
                .project
                .as_ref()
                .is_none_or(|project| projects.contains(project))
        });
        let registrations = seen.map(|((place, name), raw)| {
            Registration {
                name: name.clone(),
                place: place.clone(),
                raw: raw.clone(),
            }
            .summary()
        });
        Ok(ClientState {
            program: program.path,
            version: program.version,
            config: format!("{}/.claude.json", World::USER_HOME),
            registrations: registrations.collect(),
            unreadable: BTreeMap::new(),
        })
    }

    // Reading is reading a file: it needs no program.
    async fn registration(&self, name: &str, place: &Place) -> Result<Option<Registration>> {
        let state = self.0.state();
        let raw = state.registrations.get(&(place.clone(), name.to_owned()));
        Ok(raw.map(|raw| Registration {
            name: name.to_owned(),
            place: place.clone(),
            raw: raw.clone(),
        }))
    }

    async fn register(&self, name: &str, place: &Place, command: &LauncherCommand) -> Result<()> {
        self.check()?;
        self.0
            .state()
            .registrations
            .insert((place.clone(), name.to_owned()), command.to_json());
        Ok(())
    }

    async fn unregister(&self, name: &str, place: &Place) -> Result<()> {
        self.check()?;
        self.0
            .state()
            .registrations
            .remove(&(place.clone(), name.to_owned()));
        Ok(())
    }

    async fn restore(&self, registration: &Registration) -> Result<()> {
        self.check()?;
        let key = (registration.place.clone(), registration.name.clone());
        self.0
            .state()
            .registrations
            .insert(key, registration.raw.clone());
        Ok(())
    }

    async fn health(&self, name: &str, place: &Place) -> Result<ClaudeHealth> {
        self.check()?;
        let key = (place.clone(), name.to_owned());
        let (raw, approved) = {
            let state = self.0.state();
            (
                state.registrations.get(&key).cloned(),
                state.approved.contains(&key),
            )
        };
        let Some(raw) = raw else {
            return Ok(ClaudeHealth::Absent);
        };
        if place.scope == Scope::Project && !approved {
            return Ok(ClaudeHealth::PendingApproval);
        }
        // A plain `berth` is found on the PATH or not at all.
        let program = raw
            .get("command")
            .and_then(|v| v.as_str())
            .unwrap_or_default();
        let found = program.starts_with('/') || self.0.state().launcher_on_path;
        Ok(
            if found && is_launcher(&raw, name) && mcp::can_start(&self.0, name).is_ok() {
                ClaudeHealth::Connected
            } else {
                ClaudeHealth::Failed
            },
        )
    }
}
