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

use crate::fail::{Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;
use std::path::Path;

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

/// Gets a program unless it works already, and sees that it does then.
fn once(
    program: &Path,
    works: impl Fn(&Path) -> bool,
    get: impl FnOnce() -> Result<()>,
) -> Result<()> {
    if works(program) {
        return Ok(());
    }
    get()?;
    if works(program) {
        return Ok(());
    }
    fail(format!(
        "{} does not work; remove its folder and run the same command again",
        program.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::once;
    use std::cell::Cell;
    use std::path::Path;

    #[test]
    fn what_works_is_not_got_again_and_what_does_not_is_told() {
        let program = Path::new("tools/it");
        let (works, got) = (Cell::new(false), Cell::new(0));
        let get = |then: bool| {
            once(
                program,
                |_| works.get(),
                || {
                    got.set(got.get() + 1);
                    works.set(then);
                    Ok(())
                },
            )
        };
        let told = get(false).expect_err("it still does not").to_string();
        assert!(told.contains("tools/it"), "{told}");
        get(true).expect("it does");
        get(false).expect("it did");
        assert_eq!(got.get(), 2);
    }
}
