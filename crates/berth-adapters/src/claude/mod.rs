//! Claude Code. State is read from its JSON files; changes go through its command line; what the
//! command line does to the rest of a file is looked at and mended.
//!
//! Facts of the field are in FORMATS' "Claude Code CLI"; where they were measured, with version
//! 2.1.329.

mod cli;
mod edit;
mod files;
mod find;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use berth_core::client::{ClientState, LauncherCommand, Place, Registration, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{ClaudeCode, ClaudeHealth, Store};

use crate::private;
use edit::Entry;

/// How many earlier versions of a changed file are kept below Berth's home.
const BACKUPS: usize = 5;

/// Claude Code of this person.
pub struct ClaudeCli {
    home: PathBuf,
    store: Arc<dyn Store>,
}

impl ClaudeCli {
    /// `home` is Berth's; the settings say where the program is, if it is not in a usual place.
    #[must_use]
    pub fn new(home: PathBuf, store: Arc<dyn Store>) -> Self {
        Self { home, store }
    }

    async fn program(&self) -> Result<(PathBuf, String)> {
        let set = self.store.settings()?.claude_program;
        find::program(set.as_deref()).await
    }

    /// One writer of Berth's at a time: Claude Code's own files have been wiped by two at once.
    async fn lock(&self) -> Result<File> {
        private::create_folder(&self.home)?;
        let path = self.home.join("claude.lock");
        let file = private::open_or_create(&path)?;
        tokio::task::spawn_blocking(move || {
            file.lock()
                .map_err(|error| private::file_error("lock", &path, &error))?;
            Ok(file)
        })
        .await
        .map_err(|error| Error::internal("a task ended early").caused_by(&error))?
    }

    fn back_up(&self, file: &Path) -> Result<Option<Vec<u8>>> {
        let Some(bytes) = files::read(file)? else {
            return Ok(None);
        };
        let folder = self.home.join("backups").join("claude");
        private::create_folder(&folder)?;
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let stamp = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map(|since| since.as_nanos())
            .unwrap_or_default();
        private::replace(&folder.join(format!("{stamp:030}-{name}")), &bytes)?;
        files::keep_newest(&folder, BACKUPS)?;
        Ok(Some(bytes))
    }

    /// Changes a file through the command line, then sees to it that nothing else has changed.
    async fn change(
        &self,
        name: &str,
        place: &Place,
        wanted: Option<&serde_json::Value>,
        lines: Vec<cli::Line>,
    ) -> Result<()> {
        let _lock = self.lock().await?;
        let file = files::file_of(place)?;
        let before = self.back_up(&file)?;
        let entry = Entry { name, place };
        let mut result = Ok(());
        for line in lines {
            result = cli::run(&line, place).await;
            if result.is_err() {
                break;
            }
        }
        let checked = result.and_then(|()| {
            let after = files::read(&file)?;
            entry.check(&file, before.as_deref(), after.as_deref(), wanted)?;
            // The command line writes the whole file anew in its own layout. A project's file
            // belongs to a team: every other byte of it stays as it was.
            if place.scope == Scope::Project
                && let Some(before) = &before
            {
                files::replace(&file, entry.put(&file, before, wanted)?.as_bytes())?;
            }
            Ok(())
        });
        if checked.is_err() {
            self.put_back(&file, before.as_deref())?;
        }
        checked
    }

    fn put_back(&self, file: &Path, before: Option<&[u8]>) -> Result<()> {
        match before {
            Some(bytes) if files::read(file)?.as_deref() != Some(bytes) => {
                files::replace(file, bytes)
            }
            None => private::remove(file),
            Some(_) => Ok(()),
        }
    }
}

#[async_trait]
impl ClaudeCode for ClaudeCli {
    async fn probe(&self, projects: &[String]) -> Result<ClientState> {
        let (program, version) = self.program().await?;
        let config = files::config_file()?;
        let mut state = ClientState {
            program: program.to_string_lossy().into_owned(),
            version,
            config: config.to_string_lossy().into_owned(),
            ..ClientState::default()
        };
        for (place, file) in files::places(&config, projects) {
            match files::parse(&file) {
                Ok(Some(value)) => {
                    let found = edit::servers(&value, &place);
                    state
                        .registrations
                        .extend(found.into_iter().map(|(name, raw)| {
                            let place = place.clone();
                            Registration { name, place, raw }.summary()
                        }));
                }
                Ok(None) => {}
                Err(error) => {
                    let reason = error.causes.first().cloned().unwrap_or_default();
                    state
                        .unreadable
                        .insert(file.to_string_lossy().into_owned(), reason);
                }
            }
        }
        Ok(state)
    }

    async fn registration(&self, name: &str, place: &Place) -> Result<Option<Registration>> {
        let file = files::file_of(place)?;
        let Some(value) = files::parse(&file)? else {
            return Ok(None);
        };
        let found = edit::servers(&value, place)
            .into_iter()
            .find(|(known, _)| known == name);
        Ok(found.map(|(name, raw)| Registration {
            name,
            place: place.clone(),
            raw,
        }))
    }

    async fn register(&self, name: &str, place: &Place, command: &LauncherCommand) -> Result<()> {
        let (program, _) = self.program().await?;
        let wanted = command.to_json();
        let there = self.registration(name, place).await?;
        if there.as_ref().is_some_and(|found| found.raw == wanted) {
            return Ok(());
        }
        let mut lines = Vec::new();
        if there.is_some() {
            lines.push(cli::remove(&program, name, place));
        }
        lines.push(cli::add(&program, name, place, command));
        self.change(name, place, Some(&wanted), lines).await
    }

    async fn unregister(&self, name: &str, place: &Place) -> Result<()> {
        if self.registration(name, place).await?.is_none() {
            return Ok(());
        }
        let (program, _) = self.program().await?;
        let lines = vec![cli::remove(&program, name, place)];
        self.change(name, place, None, lines).await
    }

    async fn restore(&self, registration: &Registration) -> Result<()> {
        // Not through the command line: it may hold somebody's token, which must not be in argv.
        let _lock = self.lock().await?;
        let place = &registration.place;
        let file = files::file_of(place)?;
        let before = self.back_up(&file)?;
        let entry = Entry {
            name: &registration.name,
            place,
        };
        let text = entry.put(
            &file,
            before.as_deref().unwrap_or(b"{}"),
            Some(&registration.raw),
        )?;
        files::replace(&file, text.as_bytes())
    }

    async fn health(&self, name: &str, place: &Place) -> Result<ClaudeHealth> {
        let (program, _) = self.program().await?;
        cli::health(&program, name, place).await
    }
}

fn invalid(path: &Path, cause: impl Into<String>) -> Error {
    Error::new(ErrorCode::ClientConfigInvalid {
        path: path.to_string_lossy().into_owned(),
    })
    .with_cause(cause)
}
