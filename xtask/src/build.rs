//! Building what the tests, the installers and people start.

use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::Interrupt;
use crate::paths::{Paths, exe};
use std::fs;
use std::path::{Path, PathBuf};

/// How much the compiler optimizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build.
    Debug,
    /// As people get it.
    Release,
}

/// Cargo, for all that the tests are made of. Whatever is built of it, everything is selected and the
/// app has its front end inside, so that no dependency is built again with other features; and the
/// project's own code is compiled by clippy, so that it need not be compiled again to be looked
/// through.
pub fn whole(command: &str) -> Cmd {
    by_clippy(Cmd::cargo())
        .arg(command)
        .arg("--workspace")
        .args(IN_APP)
}

fn by_clippy(cmd: Cmd) -> Cmd {
    match clippy() {
        Some(program) => cmd.env("RUSTC_WORKSPACE_WRAPPER", program),
        None => cmd,
    }
}

/// Rust's compiler with clippy's lints, beside the cargo that runs this; `None` where the toolchain
/// has no such component.
pub fn clippy() -> Option<PathBuf> {
    let cargo = PathBuf::from(std::env::var_os("CARGO")?);
    let program = cargo.with_file_name(exe("clippy-driver"));
    program.is_file().then_some(program)
}

/// The launcher with exactly the features it is shipped with.
pub fn launcher(paths: &Paths, interrupt: &Interrupt) -> Result<PathBuf> {
    Cmd::cargo()
        .args(["build", "--package", "berth-cli"])
        .dir(&paths.root)
        .run(interrupt)?;
    Ok(paths.debug("berth"))
}

/// What Tauri's command adds to the features of an app that has its front end inside.
const IN_APP: [&str; 2] = ["--features", "tauri/custom-protocol"];

/// The front end, where the app takes it from.
fn front_end(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    Cmd::npm()
        .args(["run", "build"])
        .dir(paths.ui())
        .run(interrupt)
}

/// The app with its front end inside, and the installers of these kinds.
pub fn app(
    paths: &Paths,
    interrupt: &Interrupt,
    profile: Profile,
    bundles: &[&str],
) -> Result<PathBuf> {
    let cmd = Cmd::new(paths.ui_bin("tauri"));
    tauri(cmd, paths, interrupt, profile, bundles, &[])
}

/// What [`app_for_tests`] is made of, and what its package's tests have inside: to be built before
/// them.
pub fn parts_for_tests(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    front_end(paths, interrupt)?;
    whole("build")
        .args(["--bin", "berth"])
        .dir(&paths.root)
        .run(interrupt)?;
    for_the_bundler(paths, &built(paths, Profile::Debug), &host_triple()?)
}

/// The app as the tests start it, unoptimized, out of its parts, built as [`whole`] builds.
pub fn app_for_tests(paths: &Paths, interrupt: &Interrupt, bundles: &[&str]) -> Result<PathBuf> {
    let no_parts = r#"{"build":{"beforeBuildCommand":null}}"#;
    let more = ["--config", no_parts, "--", "--workspace"];
    let cmd = by_clippy(Cmd::new(paths.ui_bin("tauri")));
    tauri(cmd, paths, interrupt, Profile::Debug, bundles, &more)
}

fn tauri(
    cmd: Cmd,
    paths: &Paths,
    interrupt: &Interrupt,
    profile: Profile,
    bundles: &[&str],
    more: &[&str],
) -> Result<PathBuf> {
    let mut cmd = cmd.arg("build").dir(&paths.root);
    if profile == Profile::Debug {
        cmd = cmd.arg("--debug");
    }
    cmd = if bundles.is_empty() {
        cmd.arg("--no-bundle")
    } else {
        cmd.args(["--bundles", &bundles.join(",")])
    };
    // The release workflow signs on Windows by a certificate whose thumbprint it learns only there.
    if let Some(config) = std::env::var_os("BERTH_BUNDLE_CONFIG") {
        cmd = cmd.arg("--config").arg(config);
    }
    cmd.args(more).run(interrupt)?;
    Ok(built(paths, profile).join(exe("berth-app")))
}

/// Where cargo puts what it builds.
pub fn built(paths: &Paths, profile: Profile) -> PathBuf {
    paths.target.join(if profile == Profile::Debug {
        "debug"
    } else {
        "release"
    })
}

/// Tauri's beforeBuildCommand: what the app is made of. Tauri says by variables what it is about to
/// build.
pub fn before_build(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    let triple = match std::env::var("TAURI_ENV_TARGET_TRIPLE") {
        Ok(triple) => triple,
        Err(_) => host_triple()?,
    };
    let debug = std::env::var("TAURI_ENV_DEBUG").is_ok_and(|value| value == "true");
    let profile = if debug {
        Profile::Debug
    } else {
        Profile::Release
    };
    parts(paths, interrupt, profile, &triple)
}

/// The front end, and the launcher where the bundler looks for it.
fn parts(paths: &Paths, interrupt: &Interrupt, profile: Profile, triple: &str) -> Result<()> {
    front_end(paths, interrupt)?;
    let mut cmd = Cmd::cargo()
        .args(["build", "--package", "berth-cli"])
        .dir(&paths.root);
    let mut from = built(paths, profile);
    if profile == Profile::Release {
        cmd = cmd.arg("--release");
    }
    if triple != host_triple()? {
        cmd = cmd.args(["--target", triple]);
        let folder = from.file_name().map(PathBuf::from).unwrap_or_default();
        from = paths.target.join(triple).join(folder);
    }
    cmd.run(interrupt)?;
    for_the_bundler(paths, &from, triple)
}

/// The launcher from the folder where cargo has put it to where the bundler looks for it.
fn for_the_bundler(paths: &Paths, from: &Path, triple: &str) -> Result<()> {
    let windows = triple.contains("windows");
    let suffix = if windows { ".exe" } else { "" };
    // Beside tauri.conf.json, which names it, wherever cargo's own target folder is.
    let folder = paths.root.join("target").join("sidecar");
    fs::create_dir_all(&folder).doing(|| format!("making {}", folder.display()))?;
    let to = folder.join(format!("berth-{triple}{suffix}"));
    let from = from.join(format!("berth{suffix}"));
    fs::copy(&from, &to)
        .map(drop)
        .doing(|| format!("copying {} to {}", from.display(), to.display()))
}

/// The triple that cargo builds for when it is not told.
fn host_triple() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Cmd::new(rustc).arg("-vV").quiet()?;
    match version.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(triple) => Ok(triple.to_owned()),
        None => fail("rustc -vV does not say its host"),
    }
}
