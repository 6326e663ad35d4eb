//! `cargo xtask check-platforms`: compiles what this machine cannot run.

use crate::cmd::Cmd;
use crate::fail::{Result, fail};
use crate::interrupt::Interrupt;
use crate::paths::{Paths, exe, on_path};
use crate::setup::{apt, python};
use crate::{out, setup};

const ZIG: [&str; 2] = ["ziglang==0.17.0", "cargo-zigbuild==0.24.0"];

/// Another platform and how its code is checked here.
struct Platform {
    triple: &'static str,
    what: &'static str,
    /// Who compiles C code.
    c: C,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum C {
    Mingw,
    Zig,
}

/// What is built on other platforms as well: the tests across crates run on Linux only.
const EVERYTHING: &[&str] = &["--workspace", "--exclude", "berth-tests"];

const PLATFORMS: [Platform; 2] = [
    Platform {
        triple: "x86_64-pc-windows-gnu",
        what: "Windows, everything",
        c: C::Mingw,
    },
    Platform {
        triple: "aarch64-apple-darwin",
        what: "macOS, everything",
        c: C::Zig,
    },
];

/// Checks each platform whose target can be had here; a target that cannot be had is said to be
/// left out, code that does not compile is a failure.
pub fn check(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    setup::setup(paths, interrupt, setup::Need::Build)?;
    let mut failed = Vec::new();
    for platform in &PLATFORMS {
        out::stage(format!("{} ({})", platform.what, platform.triple));
        if let Err(reason) = obtain(paths, interrupt, platform) {
            out::line(format!(
                "NOT CHECKED: {} cannot be had here: {reason}",
                platform.triple
            ));
            continue;
        }
        if let Err(failure) = command(paths, platform).dir(&paths.root).run(interrupt) {
            out::problem(failure);
            failed.push(platform.triple);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        fail(format!("does not compile: {}", failed.join(", ")))
    }
}

fn command(paths: &Paths, platform: &Platform) -> Cmd {
    let cmd = match platform.c {
        C::Zig => Cmd::new(zig_folder(paths).join(exe("cargo-zigbuild"))).arg("check"),
        C::Mingw => Cmd::cargo().arg("check"),
    };
    let cmd = cmd.args(["--target", platform.triple]).args(EVERYTHING);
    match platform.c {
        C::Zig => {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let path = std::iter::once(zig_folder(paths)).chain(std::env::split_paths(&path));
            cmd.env("PATH", std::env::join_paths(path).unwrap_or_default())
        }
        C::Mingw => cmd,
    }
}

/// What the platform's check needs: Rust's own library for it, and a C compiler.
fn obtain(paths: &Paths, interrupt: &Interrupt, platform: &Platform) -> Result<()> {
    if on_path("rustup").is_none() {
        return fail("rustup is not installed");
    }
    Cmd::new("rustup")
        .args(["target", "add", platform.triple])
        .dir(&paths.root)
        .quiet()?;
    match platform.c {
        C::Mingw => apt::ensure(interrupt, apt::MINGW),
        C::Zig => zig(paths, interrupt),
    }
}

fn zig_folder(paths: &Paths) -> std::path::PathBuf {
    python::programs(&paths.tools().join("zig"))
}

/// Zig is a C compiler for every platform; it and its wrapper for cargo come from PyPI.
fn zig(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    if zig_folder(paths).join(exe("cargo-zigbuild")).is_file() {
        return Ok(());
    }
    apt::ensure(interrupt, apt::PYTHON)?;
    python::install(&paths.tools().join("zig"), &ZIG, interrupt)
}
