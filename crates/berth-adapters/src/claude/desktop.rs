//! Claude Desktop: one file, which it reads when it starts and seldom writes. There is no program
//! to write it with, so Berth does, and every byte that is not its own stays.

use berth_core::client::{ClientState, LauncherCommand, Place, Registration};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::Clients;
use serde_json::Value;

use super::{ClaudeCli, edit, files, made, remove_if_bare};

impl ClaudeCli {
    /// What there is. Claude Desktop makes its folder when it is first opened; its program can be
    /// in many places, and is not asked for anything.
    pub(super) fn desktop(&self) -> Result<ClientState> {
        let person = self.person()?;
        if !person.desktop_folder().is_dir() {
            return Err(Error::new(ErrorCode::ClaudeDesktopMissing));
        }
        let file = person.desktop_file();
        let config = file.to_string_lossy().into_owned();
        let mut state = ClientState {
            config: config.clone(),
            ..ClientState::default()
        };
        let place = Place::claude_desktop();
        match files::parse(&file) {
            Ok(value) => {
                let found = edit::servers(&value, &place).into_iter();
                state.registrations = found
                    .map(|(name, raw)| {
                        let place = place.clone();
                        Registration { name, place, raw }.summary()
                    })
                    .collect();
            }
            Err(error) => {
                let reason = error.causes.first().cloned().unwrap_or_default();
                state.unreadable.insert(config, reason);
            }
        }
        Ok(state)
    }

    pub(super) async fn register_in_desktop(
        &self,
        name: &str,
        place: &Place,
        command: &LauncherCommand,
    ) -> Result<()> {
        self.desktop()?;
        let wanted = command.to_desktop_json();
        let there = self.registration(name, place).await?;
        if there.is_some_and(|found| found.raw == wanted) {
            return Ok(());
        }
        let _lock = self.lock().await?;
        let file = files::file_of(&self.person()?, place)?;
        let is_new = !file.exists();
        if is_new {
            // Before it is made: whatever ends this process, it is known whose it is.
            made::remember(self.folder(), &file)?;
        }
        self.write_in_desktop(name, place, Some(&wanted))
    }

    pub(super) async fn unregister_in_desktop(&self, name: &str, place: &Place) -> Result<()> {
        let _lock = self.lock().await?;
        self.write_in_desktop(name, place, None)?;
        let file = files::file_of(&self.person()?, place)?;
        if made::is_remembered(self.folder(), &file) && remove_if_bare(&file)? {
            made::forget(self.folder(), &file)?;
        }
        Ok(())
    }

    fn write_in_desktop(&self, name: &str, place: &Place, wanted: Option<&Value>) -> Result<()> {
        let change = self.begin(name, place, wanted)?;
        let text = change.before.as_deref().unwrap_or_default();
        let with = change.entry.put(&change.file, text, wanted)?;
        if with != text {
            files::replace(&change.file, &with)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::Arc;

    use berth_core::client::Client;
    use serde_json::json;
    use tempfile::TempDir;

    use super::super::Person;
    use super::*;
    use crate::sqlite::SqliteStore;

    struct Machine {
        dir: TempDir,
        clients: ClaudeCli,
    }

    impl Machine {
        fn new() -> Self {
            let dir = TempDir::new().expect("a folder");
            let home = dir.path().join("berth");
            fs::create_dir(&home).expect("made");
            let store = SqliteStore::open(&home).expect("opened");
            let person = Person::at(dir.path().join("home"), None);
            let clients = ClaudeCli::new(home, Arc::new(store)).of(person);
            Self { dir, clients }
        }

        /// One on which Claude Desktop has been opened.
        fn opened() -> Self {
            let machine = Self::new();
            let file = machine.file();
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            machine
        }

        fn file(&self) -> PathBuf {
            Person::at(self.dir.path().join("home"), None).desktop_file()
        }

        fn text(&self) -> String {
            fs::read_to_string(self.file()).expect("a file")
        }

        async fn register(&self, name: &str) -> Result<()> {
            let command = LauncherCommand {
                program: "/opt/berth".to_owned(),
                args: vec!["run".to_owned(), name.to_owned()],
                address: None,
            };
            let place = Place::claude_desktop();
            self.clients.register(name, &place, &command).await
        }

        async fn unregister(&self, name: &str) {
            let place = Place::claude_desktop();
            let done = self.clients.unregister(name, &place).await;
            done.expect("taken out");
        }
    }

    /// Blanks, a foreign server with a token, a number that a program would write otherwise.
    const ODD: &str = "{\n\t\"globalShortcut\" : \"\",\r\n\t\"zoom\": 1.0,\n\t\"mcpServers\": {\n\t\t\"other\": {\"command\":\"npx\", \"env\": {\"TOKEN\": \"tok\"}}\n\t}\n}\n";

    #[tokio::test]
    async fn every_byte_that_is_not_berths_stays() {
        let machine = Machine::opened();
        fs::write(machine.file(), ODD).expect("written");
        machine.register("time").await.expect("registered");
        let now: Value = serde_json::from_str(&machine.text()).expect("JSON");
        let expected = json!({ "command": "/opt/berth", "args": ["run", "time"] });
        assert_eq!(now["mcpServers"]["time"], expected);
        for kept in [
            "\"globalShortcut\" : \"\",\r\n",
            "\"zoom\": 1.0",
            "{\"command\":\"npx\",",
        ] {
            assert!(machine.text().contains(kept), "{}", machine.text());
        }
        let state = machine.clients.probe_desktop().await.expect("there");
        let names: Vec<(&str, bool, Client)> = state
            .registrations
            .iter()
            .map(|it| (it.name.as_str(), it.is_berths, it.place.client))
            .collect();
        let desktop = Client::ClaudeDesktop;
        assert_eq!(names, [("other", false, desktop), ("time", true, desktop)]);
        machine.unregister("time").await;
        assert_eq!(machine.text(), ODD);
    }

    #[tokio::test]
    async fn a_file_that_berth_made_goes_with_its_last_server() {
        let machine = Machine::opened();
        machine.register("time").await.expect("registered");
        machine.register("fetch").await.expect("registered");
        machine.unregister("time").await;
        assert!(machine.text().contains("fetch"));
        machine.unregister("fetch").await;
        assert!(!machine.file().exists());
        // One that somebody else wrote stays, whatever is left in it.
        fs::write(machine.file(), "{}").expect("written");
        machine.register("time").await.expect("registered");
        machine.unregister("time").await;
        assert!(machine.file().exists());
    }

    #[tokio::test]
    async fn what_was_there_comes_back() {
        let machine = Machine::opened();
        let before = ODD.replace("other", "time");
        fs::write(machine.file(), &before).expect("written");
        let place = Place::claude_desktop();
        let there = machine.clients.registration("time", &place).await;
        let there = there.expect("read").expect("there");
        machine.register("time").await.expect("registered");
        assert!(!machine.text().contains("tok"));
        machine.clients.restore(&there).await.expect("restored");
        let now: Value = serde_json::from_str(&machine.text()).expect("JSON");
        let was: Value = serde_json::from_str(&before).expect("JSON");
        assert_eq!(now, was);
    }

    #[tokio::test]
    async fn a_computer_without_it_is_left_alone() {
        let machine = Machine::new();
        let missing = machine.clients.probe_desktop().await.expect_err("missing");
        assert_eq!(missing.code, ErrorCode::ClaudeDesktopMissing);
        let refused = machine.register("time").await.expect_err("refused");
        assert_eq!(refused.code, ErrorCode::ClaudeDesktopMissing);
        assert!(!machine.dir.path().join("home").exists());
    }

    #[tokio::test]
    async fn a_file_that_is_no_json_is_told_and_not_touched() {
        let machine = Machine::opened();
        fs::write(machine.file(), "{ \"mcpServers\": ").expect("written");
        let state = machine.clients.probe_desktop().await.expect("there");
        assert_eq!(state.unreadable.len(), 1);
        let refused = machine.register("time").await.expect_err("refused");
        assert!(matches!(
            refused.code,
            ErrorCode::ClientConfigInvalid { .. }
        ));
        assert_eq!(machine.text(), "{ \"mcpServers\": ");
    }
}
