use std::sync::Arc;

use async_trait::async_trait;
use berth_core::client::{LauncherCommand, Place, Registration, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{Platform, Program};
use berth_core::port::{Host, PathKind};

use super::World;

/// A machine whose files and clock are in a [`World`].
pub struct FakeHost(pub(super) Arc<World>);

fn failed<T>(operation: &str, path: &str) -> Result<T> {
    Err(Error::new(ErrorCode::FileFailed {
        operation: operation.to_owned(),
        path: path.to_owned(),
    }))
}

fn backups_of(job: &str) -> String {
    format!("{}/backups/{job}", World::BERTH_HOME)
}

#[async_trait]
impl Host for FakeHost {
    fn home(&self) -> String {
        World::BERTH_HOME.to_owned()
    }

    fn user_home(&self) -> String {
        World::USER_HOME.to_owned()
    }

    fn launcher(&self, name: &str, scope: Scope) -> Result<LauncherCommand> {
        let mut command = self.launcher_absolute(name)?;
        if scope == Scope::Project {
            "berth".clone_into(&mut command.program);
        }
        Ok(command)
    }

    fn launcher_absolute(&self, name: &str) -> Result<LauncherCommand> {
        Ok(LauncherCommand {
            program: World::LAUNCHER.to_owned(),
            args: vec!["run".to_owned(), name.to_owned()],
            address: None,
        })
    }

    fn settle_launcher(&self) -> Result<()> {
        Ok(())
    }

    async fn launcher_on_path(&self) -> Result<Program> {
        if self.0.state().launcher_on_path {
            Ok(Program {
                path: World::LAUNCHER.to_owned(),
                version: "0.1.0".to_owned(),
            })
        } else {
            Err(Error::new(ErrorCode::LauncherNotOnPath))
        }
    }

    async fn probe_git(&self) -> Result<Program> {
        self.0.state().git.clone()
    }

    fn port_is_free(&self, port: u16) -> bool {
        !self.0.state().ports_taken.contains(&port)
    }

    fn link_path(&self) -> String {
        format!("{}/.local/bin/berth", World::USER_HOME)
    }

    fn link_launcher(&self) -> Result<String> {
        let path = self.link_path();
        let mut state = self.0.state();
        state.files.link(&path, World::LAUNCHER);
        state.launcher_on_path = true;
        Ok(path)
    }

    fn finds(&self, program: &str) -> bool {
        !self.0.state().missing_commands.contains(program)
    }

    fn path_kind(&self, path: &str) -> PathKind {
        self.0.state().files.kind(path)
    }

    fn canonical(&self, path: &str) -> Result<String> {
        match self.0.state().files.canonical(path) {
            Some(path) => Ok(path),
            None => failed("find", path),
        }
    }

    fn create_folder(&self, path: &str) -> Result<()> {
        self.0.state().files.create_folder(path);
        Ok(())
    }

    fn delete_folder(&self, path: &str) -> Result<()> {
        let inside = path
            .strip_prefix(World::BERTH_HOME)
            .is_some_and(|rest| rest.starts_with('/') && !rest.contains("/.."));
        if !inside {
            return failed("delete", path);
        }
        self.0.state().files.delete(path, World::BERTH_HOME);
        Ok(())
    }

    fn backup_registration(&self, job: &str, registration: &Registration) -> Result<String> {
        let Registration { name, place, raw } = registration;
        let project = place.project.as_deref().unwrap_or_default();
        let path = format!(
            "{}/{name}-{}{}.json",
            backups_of(job),
            place.scope,
            project.replace('/', "-")
        );
        let text = serde_json::json!({ "name": name, "place": place, "raw": raw }).to_string();
        self.0.state().files.write(&path, &text);
        Ok(path)
    }

    fn read_backup(&self, path: &str) -> Result<Registration> {
        let text = self.0.state().files.read(path).map(str::to_owned);
        let Some(value) = text.and_then(|text| {
            serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text).ok()
        }) else {
            return failed("read", path);
        };
        let place: Option<Place> = value
            .get("place")
            .and_then(|place| serde_json::from_value(place.clone()).ok());
        let name = value.get("name").and_then(|name| name.as_str());
        match (name, place, value.get("raw")) {
            (Some(name), Some(place), Some(raw)) => Ok(Registration {
                name: name.to_owned(),
                place,
                raw: raw.clone(),
            }),
            _ => failed("read", path),
        }
    }

    fn delete_backups(&self, job: &str) -> Result<()> {
        self.0
            .state()
            .files
            .delete(&backups_of(job), World::BERTH_HOME);
        Ok(())
    }

    fn platform(&self) -> Platform {
        self.0.state().platform
    }

    fn user_ids(&self) -> Option<(u32, u32)> {
        Some((1000, 1000))
    }

    fn now(&self) -> String {
        let tick = self.0.state().tick();
        let (seconds, millis) = (tick / 1000, tick % 1000);
        format!(
            "2026-01-01T00:{:02}:{:02}.{millis:03}Z",
            seconds / 60 % 60,
            seconds % 60
        )
    }

    fn new_id(&self) -> String {
        let tick = self.0.state().tick();
        format!("01TEST{tick:020}")
    }

    fn random(&self, bytes: &mut [u8]) -> Result<()> {
        for byte in bytes {
            *byte = u8::try_from(self.0.state().tick() * 37 % 256).unwrap_or_default();
        }
        Ok(())
    }

    fn pid(&self) -> u32 {
        4711
    }

    fn owner_lives(&self, owner: &str) -> bool {
        self.0.state().living_owners.contains(owner)
    }
}
