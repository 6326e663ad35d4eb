//! Building what the tests and people start.

use crate::cmd::Cmd;
use crate::fail::Result;
use crate::interrupt::Interrupt;
use crate::paths::Paths;
use std::path::PathBuf;

/// The launcher with exactly the features it is shipped with.
pub fn launcher(paths: &Paths, interrupt: &Interrupt) -> Result<PathBuf> {
    Cmd::cargo()
        .args(["build", "--package", "berth-cli"])
        .dir(&paths.root)
        .run(interrupt)?;
    Ok(paths.debug("berth"))
}
