//! Claude Code. State is read from its JSON files; changes go through its command line, and what
//! that does to the rest of a file is looked at and mended (docs/decisions/0005).
//!
//! Facts of the field are in FORMATS' "Claude Code CLI"; where they were measured, with version
//! 2.1.329.

mod cli;
mod desktop;
mod edit;
mod files;
mod find;
mod keep;
mod lock;
mod made;
mod person;
mod project;

pub use person::Person;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use berth_core::client::{Client, ClientState, LauncherCommand, Place, Registration, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{ClientHealth, Clients, Store};
use serde_json::Value;

use crate::private;
use edit::Entry;
use lock::FileLock;

/// How many earlier versions of changed files are kept below Berth's home.
const BACKUPS: usize = 10;

/// Claude Code of one person.
pub struct ClaudeCli {
    home: PathBuf,
    store: Arc<dyn Store>,
    person: Option<Person>,
}

/// A change of one registration.
struct Change<'a> {
    entry: Entry<'a>,
    place: &'a Place,
    file: PathBuf,
    wanted: Option<&'a Value>,
    /// The file's text before; `None` where there was no file.
    before: Option<String>,
}

impl ClaudeCli {
    /// `home` is Berth's; the settings say where the program is, if it is not in a usual place.
    /// The files are those of whoever runs this process.
    #[must_use]
    pub fn new(home: PathBuf, store: Arc<dyn Store>) -> Self {
        Self {
            home,
            store,
            person: None,
        }
    }

    /// The same for another person's files.
    #[must_use]
    pub fn of(self, person: Person) -> Self {
        Self {
            person: Some(person),
            ..self
        }
    }

    /// Berth's home.
    fn folder(&self) -> &Path {
        &self.home
    }

    fn person(&self) -> Result<Person> {
        match &self.person {
            Some(person) => Ok(person.clone()),
            None => Person::here(),
        }
    }

    async fn program(&self) -> Result<(PathBuf, String)> {
        let set = self.store.settings()?.claude_program;
        find::program(set.as_deref(), self.person()?.home()).await
    }

    /// One writer of Berth's at a time: Claude Code's own files have been wiped by two at once. A
    /// command line that changes something holds it as well ([`cli::run`]): where Berth was killed
    /// meanwhile, the next start waits for the change that is still to come.
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

    fn begin<'a>(
        &self,
        name: &'a str,
        place: &'a Place,
        wanted: Option<&'a Value>,
    ) -> Result<Change<'a>> {
        let file = files::file_of(&self.person()?, place)?;
        files::clear(&file)?;
        let before = files::read(&file)?;
        if let Some(text) = &before {
            self.back_up(&file, text)?;
        }
        Ok(Change {
            entry: Entry::new(name, place),
            place,
            file,
            wanted,
            before,
        })
    }

    fn back_up(&self, file: &Path, text: &str) -> Result<()> {
        let folder = self.home.join("backups").join("claude");
        private::create_folder(&folder)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let stamp = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map(|since| since.as_nanos())
            .unwrap_or_default();
        private::replace(&folder.join(format!("{stamp:030}-{name}")), text.as_bytes())?;
        files::keep_newest(&folder, BACKUPS)
    }

    /// Held while Berth itself writes a file that running sessions write, too.
    async fn file_lock(&self, change: &Change<'_>) -> Result<Option<FileLock>> {
        match (change.place.client, change.place.scope) {
            (Client::ClaudeDesktop, _) | (_, Scope::Project) => Ok(None),
            (_, Scope::User | Scope::Local) => FileLock::take(&change.file).await.map(Some),
        }
    }

    /// Looks at what the command line left, and puts every byte back that it need not have changed;
    /// or, where something is not as it must be, everything.
    async fn settle(&self, change: &Change<'_>, ran: Result<()>) -> Result<()> {
        let _lock = self.file_lock(change).await?;
        let now = files::read(&change.file);
        let before = change.before.as_deref().unwrap_or_default();
        let outcome = ran.and_then(|()| {
            let now = now.clone()?.unwrap_or_default();
            let after = edit::parse(&change.file, &now)?;
            let was = edit::parse(&change.file, before)?;
            if !change.entry.check(&was, &after, change.wanted) {
                return Err(Error::new(ErrorCode::ClientConfigChanged {
                    path: change.file.to_string_lossy().into_owned(),
                }));
            }
            match keep::reapply(before, &after) {
                Some(text) if text != now => files::replace(&change.file, &text),
                _ => Ok(()),
            }
        });
        if let Err(error) = outcome {
            self.mend(change, before, now.ok().flatten().as_deref())?;
            return Err(error);
        }
        Ok(())
    }

    fn mend(&self, change: &Change<'_>, before: &str, now: Option<&str>) -> Result<()> {
        if change.before.is_none() && now.is_none() {
            return Ok(());
        }
        let text = change.entry.mend(&change.file, before, now)?;
        if Some(text.as_str()) != now {
            files::replace(&change.file, &text)?;
        }
        if change.before.is_none() && change.place.scope == Scope::Project {
            remove_if_bare(&change.file)?;
        }
        Ok(())
    }
}

/// Deletes a project's file in which nothing is left.
fn remove_if_bare(file: &Path) -> Result<bool> {
    let bare = [
        serde_json::json!({}),
        serde_json::json!({ "mcpServers": {} }),
    ]
    .contains(&files::parse(file)?);
    if bare {
        private::remove(file)?;
    }
    Ok(bare)
}

#[async_trait]
impl Clients for ClaudeCli {
    async fn probe(&self, projects: &[String]) -> Result<ClientState> {
        let (program, version) = self.program().await?;
        let config = self.person()?.config_file();
        let mut state = ClientState {
            program: program.to_string_lossy().into_owned(),
            version,
            config: config.to_string_lossy().into_owned(),
            ..ClientState::default()
        };
        for (place, file) in files::places(&config, projects) {
            match files::parse(&file) {
                Ok(value) => {
                    let found = edit::servers(&value, &place);
                    state
                        .registrations
                        .extend(found.into_iter().map(|(name, raw)| {
                            let place = place.clone();
                            Registration { name, place, raw }.summary()
                        }));
                }
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

    async fn probe_desktop(&self) -> Result<ClientState> {
        self.desktop()
    }

    fn desktop_file(&self) -> Result<String> {
        let file = self.person()?.desktop_file();
        Ok(file.to_string_lossy().into_owned())
    }

    async fn registration(&self, name: &str, place: &Place) -> Result<Option<Registration>> {
        // Not in the middle of a change.
        let _lock = self.lock().await?;
        let file = files::file_of(&self.person()?, place)?;
        files::clear(&file)?;
        let value = files::parse(&file)?;
        Ok(Entry::new(name, place).get(&value).map(|raw| Registration {
            name: name.to_owned(),
            place: place.clone(),
            raw: raw.clone(),
        }))
    }

    async fn register(&self, name: &str, place: &Place, command: &LauncherCommand) -> Result<()> {
        if place.client == Client::ClaudeDesktop {
            return self.register_in_desktop(name, place, command).await;
        }
        let wanted = command.to_json();
        let there = self.registration(name, place).await?;
        if there.as_ref().is_some_and(|found| found.raw == wanted) {
            return Ok(());
        }
        let (program, _) = self.program().await?;
        let lock = self.lock().await?;
        let change = self.begin(name, place, Some(&wanted))?;
        if let Some(text) = change.before.as_deref().filter(|_| there.is_some()) {
            // Not by `claude mcp remove`: that also signs out of a remote server, which nobody
            // could put back.
            let _lock = self.file_lock(&change).await?;
            let without = change.entry.put(&change.file, text, None)?;
            files::replace(&change.file, &without)?;
        }
        let line = cli::add(&program, name, place, command);
        let ran = cli::run(&self.person()?, &line, place, &lock).await;
        self.settle(&change, ran).await?;
        if change.before.is_none() && place.scope == Scope::Project {
            made::remember(&self.home, &change.file)?;
        }
        Ok(())
    }

    async fn unregister(&self, name: &str, place: &Place) -> Result<()> {
        if self.registration(name, place).await?.is_none() {
            return Ok(());
        }
        if place.client == Client::ClaudeDesktop {
            return self.unregister_in_desktop(name, place).await;
        }
        let (program, _) = self.program().await?;
        let lock = self.lock().await?;
        let change = self.begin(name, place, None)?;
        let line = cli::remove(&program, name, place);
        let ran = cli::run(&self.person()?, &line, place, &lock).await;
        self.settle(&change, ran).await?;
        if place.scope == Scope::Project
            && made::is_remembered(&self.home, &change.file)
            && remove_if_bare(&change.file)?
        {
            made::forget(&self.home, &change.file)?;
        }
        Ok(())
    }

    async fn restore(&self, registration: &Registration) -> Result<()> {
        // Not through the command line: it may hold somebody's token, which must not be in argv.
        let Registration { name, place, raw } = registration;
        let _lock = self.lock().await?;
        let change = self.begin(name, place, Some(raw))?;
        let _file_lock = self.file_lock(&change).await?;
        // Read under the lock: a running session may just have written.
        let text = files::read(&change.file)?.unwrap_or_default();
        let with = change.entry.put(&change.file, &text, Some(raw))?;
        if with != text {
            files::replace(&change.file, &with)?;
        }
        Ok(())
    }

    async fn health(&self, name: &str, place: &Place) -> Result<ClientHealth> {
        if self.registration(name, place).await?.is_none() {
            return Ok(ClientHealth::Absent);
        }
        let (program, _) = self.program().await?;
        cli::health(&self.person()?, &program, name, place).await
    }
}

fn invalid(path: &Path, cause: impl Into<String>) -> Error {
    Error::new(ErrorCode::ClientConfigInvalid {
        path: path.to_string_lossy().into_owned(),
    })
    .with_cause(cause)
}
