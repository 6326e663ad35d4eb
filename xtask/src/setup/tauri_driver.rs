//! tauri-driver: the WebDriver server in front of the app's own web view.

use crate::cmd::Cmd;
use crate::fail::{Doing, Result};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::{Paths, exe};
use std::path::PathBuf;

const VERSION: &str = "2.1.0";

/// Where setup puts it.
pub fn program(paths: &Paths) -> PathBuf {
    paths.tools().join("bin").join(exe("tauri-driver"))
}

/// Builds it into target/tools, once for each version.
pub fn ensure(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    let stamp = paths.tools().join("tauri-driver.version");
    let made = std::fs::read_to_string(&stamp).is_ok_and(|version| version == VERSION);
    if made && program(paths).is_file() {
        return Ok(());
    }
    out::line(format!(
        "building tauri-driver {VERSION} (once, about a minute)"
    ));
    let build = paths.tools().join("build");
    // Unoptimized: it passes a few messages on, and the compiler is what takes the time.
    Cmd::cargo()
        .args(["install", "--quiet", "--locked", "--debug", "--force"])
        .args(["tauri-driver", "--version", VERSION, "--root"])
        .arg(paths.tools())
        .arg("--target-dir")
        .arg(&build)
        .run(interrupt)?;
    std::fs::remove_dir_all(&build).doing(|| format!("removing {}", build.display()))?;
    std::fs::write(&stamp, VERSION).doing(|| format!("writing {}", stamp.display()))
}
