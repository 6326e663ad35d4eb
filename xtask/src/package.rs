//! `cargo xtask package`: the installers of this platform.

use crate::build::{self, Profile};
use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::{Paths, on_path};
use crate::setup::{Need, setup};
use std::fs;
use std::path::{Path, PathBuf};

/// What an installer may weigh to download.
const BUDGET: u64 = 10_000_000;

/// Builds the app and its launcher and packs both.
pub fn package(paths: &Paths, interrupt: &Interrupt, profile: Profile) -> Result<()> {
    setup(paths, interrupt, Need::Build)?;
    out::stage("packaging");
    build::app(paths, interrupt, profile, kinds())?;
    if cfg!(target_os = "linux") {
        appimage(paths, interrupt, profile)?;
    }
    if profile == Profile::Release && cfg!(target_os = "linux") {
        smaller(&deb(paths, profile)?)?;
    }
    let made = installers(&build::built(paths, profile).join("bundle"))?;
    if made.is_empty() {
        return fail("the bundler made no installer");
    }
    out::stage("installers");
    let mut heavy = Vec::new();
    for file in &made {
        let bytes = fs::metadata(file)
            .doing(|| format!("reading {}", file.display()))?
            .len();
        out::line(format!("{:>6.1} MB  {}", megabytes(bytes), file.display()));
        if profile == Profile::Release && bytes > BUDGET && !is_appimage(file) {
            heavy.push(file.display().to_string());
        }
    }
    if heavy.is_empty() {
        return Ok(());
    }
    fail(format!(
        "more than {:.0} MB to download: {}",
        megabytes(BUDGET),
        heavy.join(", ")
    ))
}

/// Bytes as millions.
#[allow(clippy::cast_precision_loss, reason = "sizes for people to read")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The kinds that can be made without anything from outside.
fn kinds() -> &'static [&'static str] {
    if cfg!(target_os = "macos") {
        &["app", "dmg"]
    } else if cfg!(windows) {
        &["nsis", "msi"]
    } else {
        &["deb", "rpm"]
    }
}

/// An AppImage carries WebKit with it, so it is exempt from the budget.
fn is_appimage(file: &Path) -> bool {
    file.extension().is_some_and(|kind| kind == "AppImage")
}

/// The bundler downloads the tools for AppImages when they are not in its cache. Where that cannot
/// be, the other installers stand, and this one is said to be missing.
fn appimage(paths: &Paths, interrupt: &Interrupt, profile: Profile) -> Result<()> {
    let cmd = Cmd::new(paths.ui_bin("tauri")).args(["bundle", "--bundles", "appimage"]);
    let cmd = if profile == Profile::Debug {
        cmd.arg("--debug")
    } else {
        cmd
    };
    match cmd.dir(&paths.root).run(interrupt) {
        Ok(()) => Ok(()),
        Err(failure) => {
            out::line(format!("no AppImage: {failure}"));
            out::line("it needs tools that Tauri downloads; the release workflow makes it");
            Ok(())
        }
    }
}

/// Packs a .deb again with xz, which every dpkg reads: the bundler knows only gzip, and that is a
/// third more to download. Where there is no dpkg-deb the package stays as the bundler made it.
fn smaller(deb: &Path) -> Result<()> {
    let Some(dpkg_deb) = on_path("dpkg-deb") else {
        out::line("dpkg-deb is missing: the .deb stays packed with gzip");
        return Ok(());
    };
    let (tree, again) = (deb.with_extension("tree"), deb.with_extension("again"));
    if tree.exists() {
        fs::remove_dir_all(&tree).doing(|| format!("removing {}", tree.display()))?;
    }
    let unpack = Cmd::new(&dpkg_deb).arg("--raw-extract").arg(deb).arg(&tree);
    let pack = Cmd::new(&dpkg_deb)
        .args(["--root-owner-group", "-Zxz", "-z9", "--build"])
        .arg(&tree)
        .arg(&again);
    out::line(format!("packing {} with xz", deb.display()));
    unpack.quiet()?;
    pack.quiet()?;
    fs::remove_dir_all(&tree).doing(|| format!("removing {}", tree.display()))?;
    fs::rename(&again, deb).doing(|| format!("moving {}", again.display()))
}

/// Every installer below the bundler's folder.
fn installers(bundle: &Path) -> Result<Vec<PathBuf>> {
    const KINDS: [&str; 6] = ["deb", "rpm", "AppImage", "dmg", "exe", "msi"];
    let mut found = Vec::new();
    let kinds = fs::read_dir(bundle).doing(|| format!("reading {}", bundle.display()))?;
    for kind in kinds.flatten().filter(|entry| entry.path().is_dir()) {
        let files = fs::read_dir(kind.path()).doing(|| format!("reading {:?}", kind.path()))?;
        found.extend(files.flatten().map(|file| file.path()).filter(|file| {
            file.is_file()
                && file
                    .extension()
                    .is_some_and(|e| KINDS.contains(&e.to_string_lossy().as_ref()))
        }));
    }
    found.sort();
    Ok(found)
}

/// The .deb of the last build.
pub fn deb(paths: &Paths, profile: Profile) -> Result<PathBuf> {
    let folder = build::built(paths, profile).join("bundle").join("deb");
    let all = installers(folder.parent().unwrap_or(&folder))?;
    let mut debs = all
        .into_iter()
        .filter(|f| f.extension().is_some_and(|e| e == "deb"));
    match (debs.next(), debs.next()) {
        (Some(deb), None) => Ok(deb),
        (None, _) => fail(format!("no .deb in {}", folder.display())),
        (Some(_), Some(_)) => fail(format!(
            "more than one .deb in {}: remove those of older versions",
            folder.display()
        )),
    }
}
