//! `cargo xtask lint`: everything that is wrong without running a test.

mod length;
mod purity;

use crate::cmd::Cmd;
use crate::fail::{Result, fail};
use crate::interrupt::Interrupt;
use crate::paths::Paths;
use crate::setup::{Need, setup};
use crate::{generate, out, test};

type Check = fn(&Paths, &Interrupt) -> Result<()>;

/// Runs every check, also after one has failed, and names those that did.
pub fn lint(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    setup(paths, interrupt, Need::Build)?;
    let checks: [(&str, Check); 7] = [
        ("format", format),
        ("file lengths", length::check),
        ("what the core depends on", purity::core),
        ("clippy", test::clippy),
        ("the launcher without WebKit", purity::launcher),
        ("generated files", |paths, interrupt| {
            generate::generate(paths, interrupt, true)
        }),
        ("front end", front_end),
    ];
    let mut failed = Vec::new();
    for (name, check) in checks {
        out::stage(name);
        if let Err(failure) = check(paths, interrupt) {
            out::problem(&failure);
            failed.push(name);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        fail(format!("failed: {}", failed.join(", ")))
    }
}

fn format(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    Cmd::cargo()
        .args(["fmt", "--all", "--check"])
        .dir(&paths.root)
        .run(interrupt)
}

/// Types and lint of the front end, by its own scripts.
fn front_end(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    for script in ["check", "lint"] {
        Cmd::npm()
            .args(["run", "--silent", script])
            .dir(paths.ui())
            .run(interrupt)?;
    }
    Ok(())
}
