//! uv, from its package, in an environment of its own: the machine need not have it.

use super::{apt, python};
use crate::cmd::Cmd;
use crate::fail::{Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::{Paths, exe};
use std::path::PathBuf;

const VERSION: &str = "0.9.2";

fn folder(paths: &Paths) -> PathBuf {
    paths.tools().join(format!("uv-{VERSION}"))
}

/// The program.
pub fn program(paths: &Paths) -> PathBuf {
    python::programs(&folder(paths)).join(exe("uv"))
}

/// Puts it into target/tools, and sees that it runs.
pub fn ensure(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    if works(paths) {
        return Ok(());
    }
    out::line(format!("getting uv {VERSION} into target/tools (once)"));
    apt::ensure(interrupt, apt::PYTHON)?;
    python::install(&folder(paths), &[&format!("uv=={VERSION}")], interrupt)?;
    if works(paths) {
        return Ok(());
    }
    fail(format!(
        "{} does not run; remove its folder and run the same command again",
        program(paths).display()
    ))
}

fn works(paths: &Paths) -> bool {
    Cmd::new(program(paths))
        .arg("--version")
        .finish()
        .is_ok_and(|done| done.ok)
}
