//! A Python that is newer than Debian 12's, for the projects that ask for one: the next Debian's, in a
//! folder of its own, with the libraries that it was made with. Nothing of the system is replaced.

use super::{apt, once};
use crate::cmd::Cmd;
use crate::fail::{Doing, Failure, Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;
use std::fs;
use std::path::{Path, PathBuf};

/// The Debian that has it.
const RELEASE: &str = "trixie";
const VERSION: &str = "3.13";
/// It, its module for environments, and what both are linked to.
const PACKAGES: [&str; 18] = [
    "python3.13-minimal",
    "libpython3.13-minimal",
    "libpython3.13-stdlib",
    "python3.13-venv",
    "python3-pip-whl",
    "libbz2-1.0",
    "libc6",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "liblzma5",
    "libncursesw6",
    "libreadline8t64",
    "libsqlite3-0",
    "libssl3t64",
    "libtinfo6",
    "libuuid1",
    "zlib1g",
];
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
/// Where Debian's Python looks for the pip that it puts into environments.
const WHEELS: &str = "/usr/share/python-wheels/";

fn folder(paths: &Paths) -> PathBuf {
    paths.tools().join(format!("python-{VERSION}"))
}

/// The program. It finds its libraries at this very path: what was moved is made again.
pub fn program(paths: &Paths) -> PathBuf {
    folder(paths).join(format!("usr/bin/python{VERSION}"))
}

/// Puts it into target/tools, and sees that it can make environments.
pub fn ensure(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    once(&program(paths), works, || get(paths, interrupt))
}

fn get(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    apt::ensure(interrupt, apt::NEWER_PYTHON)?;
    out::line(format!(
        "getting Python {VERSION} into target/tools (once, 25 MB)"
    ));
    let folder = folder(paths);
    let work = folder.with_extension("work");
    for old in [&folder, &work] {
        if old.exists() {
            fs::remove_dir_all(old).doing(|| format!("removing {}", old.display()))?;
        }
    }
    let packages = download(&work)?;
    make(&folder)?;
    for package in &packages {
        let unpack = Cmd::new("dpkg-deb").arg("--extract");
        unpack.arg(package).arg(&folder).quiet()?;
    }
    at_home(paths, &folder)?;
    fs::remove_dir_all(&work).doing(|| format!("removing {}", work.display()))
}

fn works(program: &Path) -> bool {
    Cmd::new(program)
        .args(["-c", "import bz2, ctypes, ensurepip, lzma, ssl, venv"])
        .finish()
        .is_ok_and(|done| done.ok)
}

/// The packages as files, their signatures checked, with lists of their own.
fn download(work: &Path) -> Result<Vec<PathBuf>> {
    let (lists, cache, files) = (work.join("lists"), work.join("cache"), work.join("files"));
    make(&lists.join("partial"))?;
    make(&cache.join("archives/partial"))?;
    make(&files)?;
    let sources = work.join("sources.list");
    let line = format!("deb [signed-by={KEYRING}] {} {RELEASE} main\n", mirror()?);
    fs::write(&sources, line).doing(|| format!("writing {}", sources.display()))?;
    let apt = || {
        let set = |name: &str, path: &Path| format!("{name}={}", path.display());
        Cmd::new("apt-get").dir(&files).args([
            "-o",
            &set("Dir::Etc::SourceList", &sources),
            "-o",
            &set("Dir::Etc::SourceParts", Path::new("/dev/null")),
            "-o",
            &set("Dir::State::Lists", &lists),
            "-o",
            &set("Dir::Cache", &cache),
            // Its own user may not look into our folders.
            "-o",
            "APT::Sandbox::User=root",
            "-o",
            "Acquire::Languages=none",
            "-o",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
        ])
    };
    apt().arg("update").quiet()?;
    apt().arg("download").args(PACKAGES).quiet()?;
    let listed = fs::read_dir(&files).doing(|| format!("reading {}", files.display()))?;
    let mut found = Vec::new();
    for entry in listed {
        found.push(
            entry
                .doing(|| format!("reading {}", files.display()))?
                .path(),
        );
    }
    Ok(found)
}

/// Where this system's packages come from.
fn mirror() -> Result<String> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let ask = || {
        let targets = Cmd::new("apt-get")
            .args(["indextargets", "--format", "$(REPO_URI) $(RELEASE)"])
            .arg("Created-By: Packages")
            .quiet()?;
        let mirror = name.and_then(|name| mirror_in(&targets, name));
        Ok::<_, Failure>(mirror.map(str::to_owned))
    };
    if let Some(mirror) = ask()? {
        return Ok(mirror);
    }
    // It speaks only of lists that it has, and images are made without them.
    Cmd::new("apt-get")
        .args(["update", "-qq"])
        .by_root()
        .quiet()?;
    match ask()? {
        Some(mirror) => Ok(mirror),
        None => fail("apt does not say where this system's packages come from"),
    }
}

fn mirror_in<'t>(targets: &'t str, release: &str) -> Option<&'t str> {
    let mut targets = targets.lines().filter_map(|line| line.rsplit_once(' '));
    targets.find_map(|(mirror, of)| (of == release).then_some(mirror))
}

/// It runs with the system's other libraries around it, which are too old for it: so it is told
/// where its own are.
fn at_home(paths: &Paths, folder: &Path) -> Result<()> {
    let libraries = folder.join("usr/lib/x86_64-linux-gnu");
    Cmd::new("patchelf")
        .arg("--set-interpreter")
        .arg(libraries.join("ld-linux-x86-64.so.2"))
        .args(["--force-rpath", "--set-rpath"])
        .arg(&libraries)
        .arg(program(paths))
        .quiet()?;
    let standard = folder.join(format!("usr/lib/python{VERSION}"));
    let settings = standard.join("_sysconfigdata__linux_x86_64-linux-gnu.py");
    let text = fs::read_to_string(&settings).doing(|| format!("reading {}", settings.display()))?;
    let here = format!("{}{WHEELS}", folder.display());
    let text = text.replace(&format!("'{WHEELS}'"), &format!("'{here}'"));
    fs::write(&settings, text).doing(|| format!("writing {}", settings.display()))
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).doing(|| format!("making {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::mirror_in;

    #[test]
    fn the_mirror_is_the_releases_own() {
        let targets =
            "http://m.example/security/ bookworm-security\nhttp://m.example/debian/ bookworm\n";
        assert_eq!(
            mirror_in(targets, "bookworm"),
            Some("http://m.example/debian/")
        );
        assert_eq!(mirror_in(targets, "trixie"), None);
    }
}
