//! uv, from its package, in an environment of its own: the machine need not have it.

use super::{apt, once, python};
use crate::cmd::Cmd;
use crate::fail::Result;
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::{Paths, exe};
use std::path::{Path, PathBuf};

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
    once(&program(paths), works, || {
        out::line(format!("getting uv {VERSION} into target/tools (once)"));
        apt::ensure(interrupt, apt::PYTHON)?;
        python::install(&folder(paths), &[&format!("uv=={VERSION}")], interrupt)
    })
}

fn works(program: &Path) -> bool {
    Cmd::new(program)
        .arg("--version")
        .finish()
        .is_ok_and(|done| done.ok)
}
