//! Tools that come as Python packages.

use crate::cmd::Cmd;
use crate::fail::{Doing, Result};
use crate::interrupt::Interrupt;
use crate::paths::{exe, on_path};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where the programs of an environment are.
pub fn programs(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

/// PATH, with the folder of the Python that `python3` is in front where it is not in it: version managers
/// have scripts in its place that start a dozen processes for each start of it.
pub fn path() -> Result<OsString> {
    let said = Cmd::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .quiet()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Some(own) = Path::new(said.trim()).parent()
        && !folders.iter().any(|folder| folder == own)
    {
        folders.insert(0, own.to_owned());
    }
    std::env::join_paths(folders).doing(|| "putting PATH together".to_owned())
}

/// Puts packages into an environment of their own.
pub fn install(folder: &Path, packages: &[&str], interrupt: &Interrupt) -> Result<()> {
    // A system's own Python, where there are others: its venv module is the package's.
    let python = ["/usr/bin/python3", "python3"]
        .into_iter()
        .find(|p| on_path(p).is_some());
    Cmd::new(python.unwrap_or("python3"))
        .args(["-m", "venv"])
        .arg(folder)
        .run(interrupt)?;
    Cmd::new(programs(folder).join(exe("pip")))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(packages)
        .run(interrupt)
}
