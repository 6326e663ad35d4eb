//! The front end's packages.

use crate::cmd::Cmd;
use crate::fail::{Doing, Result};
use crate::interrupt::Interrupt;
use crate::paths::Paths;

/// `npm ci`, unless the packages that are there were made from this very lock file.
pub fn ensure(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    let lock_file = paths.ui().join("package-lock.json");
    let lock = std::fs::read(&lock_file).doing(|| format!("reading {}", lock_file.display()))?;
    // Inside node_modules, so that removing the packages removes the claim that they are there.
    let stamp = paths.ui().join("node_modules").join(".berth-lock");
    if std::fs::read(&stamp).is_ok_and(|made_from| made_from == lock) {
        return Ok(());
    }
    Cmd::npm()
        .args(["ci", "--no-audit", "--no-fund"])
        .dir(paths.ui())
        .run(interrupt)?;
    std::fs::write(&stamp, lock).doing(|| format!("writing {}", stamp.display()))
}
