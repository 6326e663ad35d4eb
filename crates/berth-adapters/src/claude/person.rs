use std::ffi::OsString;
use std::path::PathBuf;

use berth_core::error::{Error, Result};
use tokio::process::Command;

/// Whose Claude Code it is: where its files are.
#[derive(Clone, Debug)]
pub struct Person {
    home: PathBuf,
    config: Option<OsString>,
}

impl Person {
    /// Who runs this process: `HOME` and `CLAUDE_CONFIG_DIR`.
    pub fn here() -> Result<Self> {
        let home =
            dirs::home_dir().ok_or_else(|| Error::internal("this person has no home folder"))?;
        let config = std::env::var_os("CLAUDE_CONFIG_DIR").filter(|folder| !folder.is_empty());
        Ok(Self { home, config })
    }

    /// Somebody with this home, and Claude's files there or in a folder of their own.
    #[must_use]
    pub fn at(home: impl Into<PathBuf>, config: Option<PathBuf>) -> Self {
        Self {
            home: home.into(),
            config: config.map(PathBuf::into_os_string),
        }
    }

    /// The home folder.
    pub fn home(&self) -> &PathBuf {
        &self.home
    }

    /// `$CLAUDE_CONFIG_DIR/.claude.json`, else `~/.claude.json`.
    pub fn config_file(&self) -> PathBuf {
        match &self.config {
            Some(folder) => PathBuf::from(folder).join(".claude.json"),
            None => self.home.join(".claude.json"),
        }
    }

    /// Makes a command line work on this person's files.
    pub fn apply(&self, command: &mut Command) {
        let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        command.env(home, &self.home);
        match &self.config {
            Some(folder) => command.env("CLAUDE_CONFIG_DIR", folder),
            None => command.env_remove("CLAUDE_CONFIG_DIR"),
        };
    }
}
