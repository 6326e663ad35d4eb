use std::ffi::OsString;
use std::path::{Path, PathBuf};

use berth_core::error::{Error, Result};
use tokio::process::Command;

/// Where programs keep what is a person's, below the home folder.
const SETTINGS: &str = if cfg!(windows) {
    "AppData/Roaming"
} else if cfg!(target_os = "macos") {
    "Library/Application Support"
} else {
    ".config"
};

/// Where programs keep what is this computer's, below the home folder.
const LOCAL: &str = if cfg!(windows) {
    "AppData/Local"
} else {
    ".local/share"
};

/// Whose Claude Code and Claude Desktop they are: where their files are.
#[derive(Clone, Debug)]
pub struct Person {
    home: PathBuf,
    config: Option<OsString>,
    /// Where programs of this platform keep what is a person's, and where only this computer's.
    settings: PathBuf,
    local: PathBuf,
}

impl Person {
    /// Who runs this process: `HOME` and `CLAUDE_CONFIG_DIR`.
    pub fn here() -> Result<Self> {
        let home =
            dirs::home_dir().ok_or_else(|| Error::internal("this person has no home folder"))?;
        let config = std::env::var_os("CLAUDE_CONFIG_DIR").filter(|folder| !folder.is_empty());
        let settings = dirs::config_dir().unwrap_or_else(|| home.join(SETTINGS));
        let local = dirs::data_local_dir().unwrap_or_else(|| home.join(LOCAL));
        Ok(Self {
            home,
            config,
            settings,
            local,
        })
    }

    /// Somebody with this home, and Claude's files there or in a folder of their own.
    #[must_use]
    pub fn at(home: impl Into<PathBuf>, config: Option<PathBuf>) -> Self {
        let home = home.into();
        Self {
            settings: home.join(SETTINGS),
            local: home.join(LOCAL),
            home,
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

    /// The folder of Claude Desktop's own files. On Windows it is one inside the package, where it
    /// was installed as a package (as it usually is since February 2026; FORMATS, "Clients").
    pub fn desktop_folder(&self) -> PathBuf {
        let packaged = cfg!(windows)
            .then(|| packaged(&self.local.join("Packages")))
            .flatten();
        packaged.unwrap_or_else(|| self.settings.join("Claude"))
    }

    /// Claude Desktop's configuration.
    pub fn desktop_file(&self) -> PathBuf {
        self.desktop_folder().join("claude_desktop_config.json")
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

/// The folder that stands for the roaming one inside Claude Desktop's package, where there is one.
fn packaged(packages: &Path) -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(packages)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("Claude_"))
        .map(|entry| entry.path().join("LocalCache/Roaming/Claude"))
        .filter(|folder| folder.is_dir())
        .collect();
    found.sort();
    found.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claude_desktop_s_file_is_where_the_platform_keeps_settings() {
        let person = Person::at("/home/ada", None);
        let file = person.desktop_file();
        let below = file.strip_prefix("/home/ada").expect("below the home");
        let expected = if cfg!(windows) {
            "AppData/Roaming/Claude/claude_desktop_config.json"
        } else if cfg!(target_os = "macos") {
            "Library/Application Support/Claude/claude_desktop_config.json"
        } else {
            ".config/Claude/claude_desktop_config.json"
        };
        assert_eq!(below, Path::new(expected));
    }

    #[test]
    fn a_package_has_its_own_folder_once_it_has_been_started() {
        let place = tempfile::tempdir().expect("a folder");
        let packages = place.path();
        assert_eq!(packaged(&packages.join("none")), None);
        let made = |name: &str| {
            let folder = packages.join(name);
            std::fs::create_dir_all(&folder).expect("made");
            folder
        };
        made("Claudette_1/LocalCache/Roaming/Claude");
        made("Claude_pzs8sxrjxfjjc/LocalCache");
        assert_eq!(packaged(packages), None);
        let folder = made("Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude");
        assert_eq!(packaged(packages), Some(folder));
    }
}
