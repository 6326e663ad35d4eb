//! System packages on Debian and its relatives.

use super::root;
use crate::cmd::Cmd;
use crate::fail::{Result, fail};
use crate::interrupt::Interrupt;
use crate::{out, paths};

/// One package, and the program that makes it unnecessary when it is there from elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Package {
    /// Debian's name.
    pub name: &'static str,
    /// A program that serves instead: Docker's own packages conflict with Debian's, say.
    pub or_program: Option<&'static str>,
}

const fn package(name: &'static str) -> Package {
    Package {
        name,
        or_program: None,
    }
}

const fn or(name: &'static str, program: &'static str) -> Package {
    Package {
        name,
        or_program: Some(program),
    }
}

/// To build the app, and to make its .deb and .rpm.
pub const BUILD: &[Package] = &[
    package("build-essential"),
    package("pkg-config"),
    package("libwebkit2gtk-4.1-dev"),
    package("libayatana-appindicator3-dev"),
    package("librsvg2-dev"),
    package("ca-certificates"),
];

/// The components of the tests: a display, its keys and the WebDriver of the real window, a keychain,
/// a container engine with a registry and what its base images are made by, Python for
/// environments.
pub const TEST: &[Package] = &[
    package("xvfb"),
    package("xauth"),
    package("x11-utils"),
    package("xdotool"),
    package("imagemagick"),
    package("webkit2gtk-driver"),
    package("fonts-inter"),
    package("fonts-dejavu-core"),
    package("dbus"),
    package("gnome-keyring"),
    package("libsecret-tools"),
    or("docker.io", "dockerd"),
    or("docker-compose", "docker-compose"),
    package("iptables"),
    package("iproute2"),
    package("docker-registry"),
    package("debootstrap"),
    // An image with a database is made of it.
    package("postgresql"),
    // The base image is Debian's on its relatives too, and its packages' signatures are checked.
    package("debian-archive-keyring"),
    package("python3"),
    package("python3-venv"),
    package("desktop-file-utils"),
];

/// A C compiler for Windows.
pub const MINGW: &[Package] = &[
    or("gcc-mingw-w64-x86-64", "x86_64-w64-mingw32-gcc"),
    or("g++-mingw-w64-x86-64", "x86_64-w64-mingw32-g++"),
];

/// What moves the next Debian's Python into a folder of its own.
pub const NEWER_PYTHON: &[Package] = &[package("patchelf"), package("debian-archive-keyring")];

/// Python with its module for environments.
pub const PYTHON: &[Package] = &[package("python3"), package("python3-venv")];

/// Installs what is missing; without the right to do so, says the command and fails.
pub fn ensure(interrupt: &Interrupt, wanted: &[Package]) -> Result<()> {
    if paths::on_path("dpkg-query").is_none() {
        return without_apt(wanted);
    }
    let names: Vec<&str> = wanted.iter().map(|p| p.name).collect();
    // A name that dpkg has never heard of is an error of dpkg-query and still means "missing".
    let known = Cmd::new("dpkg-query")
        .args(["-W", "-f", QUERY])
        .args(&names)
        .finish()?;
    let missing = missing(wanted, &known.stdout, |program| {
        paths::on_path(program).is_some()
    });
    if missing.is_empty() {
        return Ok(());
    }
    let install = Cmd::new("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "-y", "--no-install-recommends"])
        .args(&missing);
    if !root::is_root() && !root::sudo_works() {
        return fail(format!(
            "these system packages are missing and we may not install them. Run this, then the \
             same command again:\n\n    sudo apt-get update && sudo apt-get install -y \
             --no-install-recommends {}\n",
            missing.join(" ")
        ));
    }
    out::line(format!("installing {} system packages", missing.len()));
    Cmd::new("apt-get")
        .args(["update", "-qq"])
        .by_root()
        .run(interrupt)?;
    install.by_root().run(interrupt)
}

const QUERY: &str = "${db:Status-Abbrev}\t${Package}\n";

/// Which of the wanted packages are neither installed nor served by a program.
fn missing(
    wanted: &[Package],
    dpkg: &str,
    has_program: impl Fn(&str) -> bool,
) -> Vec<&'static str> {
    let installed: Vec<&str> = dpkg
        .lines()
        .filter_map(|line| line.split_once('\t'))
        // Desired action, status, error: whatever is wanted of it ("hi" is on hold), the second
        // letter says that it is installed.
        .filter(|(status, _)| status.get(1..).map(str::trim_end) == Some("i"))
        .map(|(_, name)| name)
        .collect();
    wanted
        .iter()
        .filter(|p| !installed.contains(&p.name))
        .filter(|p| !p.or_program.is_some_and(&has_program))
        .map(|p| p.name)
        .collect()
}

/// Another distribution: we cannot name its packages for sure, but we can see what the build needs.
fn without_apt(wanted: &[Package]) -> Result<()> {
    let libraries = ["webkit2gtk-4.1", "ayatana-appindicator3-0.1", "librsvg-2.0"];
    let seen = |library: &str| {
        Cmd::new("pkg-config")
            .args(["--exists", library])
            .finish()
            .is_ok_and(|done| done.ok)
    };
    let missing: Vec<&str> = libraries.into_iter().filter(|l| !seen(l)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = wanted.iter().map(|p| p.name).collect();
    fail(format!(
        "this system has no apt, and pkg-config does not find {}. Install your distribution's \
         packages for what Debian calls: {}",
        missing.join(", "),
        names.join(" ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_installation_counts_as_installed() {
        let wanted = [
            package("a"),
            package("b"),
            package("c"),
            or("d", "dd"),
            or("e", "ee"),
        ];
        let dpkg = "ii \ta\nrc \tb\nun \td\n";
        assert_eq!(
            missing(&wanted, dpkg, |program| program == "dd"),
            ["b", "c", "e"]
        );
    }

    #[test]
    fn a_held_package_is_installed() {
        assert_eq!(
            missing(&[package("a")], "hi \ta\n", |_| false),
            Vec::<&str>::new()
        );
    }
}
