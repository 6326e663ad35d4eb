//! Tools that come as Python packages.

use crate::cmd::Cmd;
use crate::fail::Result;
use crate::interrupt::Interrupt;
use crate::paths::{exe, on_path};
use std::path::{Path, PathBuf};

/// Where the programs of an environment are.
pub fn programs(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
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
