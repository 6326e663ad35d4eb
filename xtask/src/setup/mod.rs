//! What a machine needs beyond Rust, Node and git. Each part looks first and does only what is
//! missing, so a second run takes a moment.

pub mod apt;
pub mod claude;
mod elsewhere;
mod front_end;
pub mod newer_python;
pub mod python;
pub mod root;
pub mod tauri_driver;
pub mod uv;

use crate::fail::Result;
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;

/// How much is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To build and run the app.
    Build,
    /// That, and every component the tests use.
    Test,
}

/// Brings the machine to where the wanted commands work.
pub fn setup(paths: &Paths, interrupt: &Interrupt, need: Need) -> Result<()> {
    out::stage("setup");
    if cfg!(target_os = "linux") {
        apt::ensure(interrupt, apt::BUILD)?;
        if need == Need::Test {
            apt::ensure(interrupt, apt::TEST)?;
        }
    } else {
        elsewhere::check()?;
    }
    front_end::ensure(paths, interrupt)?;
    if need == Need::Test {
        claude::ensure(paths, interrupt)?;
        uv::ensure(paths, interrupt)?;
        if cfg!(target_os = "linux") {
            newer_python::ensure(paths, interrupt)?;
        }
        if cfg!(not(target_os = "macos")) {
            tauri_driver::ensure(paths, interrupt)?;
        }
    }
    Ok(())
}
