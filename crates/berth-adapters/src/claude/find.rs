use std::path::{Path, PathBuf};

use berth_core::error::{Error, ErrorCode, Result};

use crate::process::{find_program, version_of};

/// Claude Code's program and version: the one that is set, else on the PATH, else in the places
/// that its installers use.
pub async fn program(set: Option<&str>) -> Result<(PathBuf, String)> {
    let missing = || Error::new(ErrorCode::ClaudeMissing);
    let paths = match set {
        Some(path) => vec![PathBuf::from(path)],
        None => find_program(&["claude"], &folders()),
    };
    for path in paths {
        if let Some(program) = version_of(Path::new(&path), &["--version"]).await {
            return Ok((path, program.version));
        }
    }
    Err(missing())
}

/// Native installer, local install, npm's usual prefixes, and version managers.
fn folders() -> Vec<PathBuf> {
    let home = dirs::home_dir().unwrap_or_default();
    let mut folders = vec![
        home.join(".local/bin"),
        home.join(".claude/local"),
        home.join(".npm-global/bin"),
        home.join(".volta/bin"),
        home.join(".bun/bin"),
    ];
    if cfg!(windows) {
        folders.extend(dirs::data_dir().map(|data| data.join("npm")));
    } else {
        folders.extend(["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from));
    }
    folders
}
