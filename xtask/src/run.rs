//! `cargo xtask run`: from nothing to Berth's window.

use crate::build::{self, Profile};
use crate::cmd::Cmd;
use crate::fail::Result;
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;
use crate::setup::{Need, setup};

/// Sets up, builds, and opens the app; where nothing can be opened, shows in the terminal what the
/// app would.
pub fn run(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    setup(paths, interrupt, Need::Build)?;
    if !has_display() {
        return in_terminal(paths, interrupt);
    }
    out::stage("building the app (some minutes the first time)");
    let app = build::app(paths, interrupt, Profile::Debug, &[])?;
    out::stage("opening Berth");
    Cmd::new(app).run(interrupt)
}

fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn in_terminal(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    out::stage("there is no display here, so no window can be opened");
    out::line("neither DISPLAY nor WAYLAND_DISPLAY is set; the command line does the same work");
    let berth = build::launcher(paths, interrupt)?;
    out::stage("what can be installed");
    Cmd::new(&berth)
        .args(["catalog", "search"])
        .run(interrupt)?;
    out::stage("what this machine has for it");
    // The doctor's exit says that something is missing, which is no failure of showing it.
    if let Err(finding) = Cmd::new(&berth).arg("doctor").run(interrupt) {
        out::line(finding);
    }
    out::stage("to install one, here the server that tells the time");
    out::line(format!("{} install time", berth.display()));
    Ok(())
}
