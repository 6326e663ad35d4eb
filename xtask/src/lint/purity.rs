//! Who may depend on what.

use crate::cmd::Cmd;
use crate::fail::{Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;

/// What the domain must know nothing of: windows, engines, keychains, databases, the network.
const OUTSIDE: &[&str] = &[
    "tauri",
    "bollard",
    "keyring",
    "keyring-core",
    "zbus",
    "rusqlite",
    "libsqlite3-sys",
    "reqwest",
    "hyper",
    "ureq",
    "curl",
    "rmcp",
];

/// The core's dependencies, on any platform, hold none of these.
pub fn core(paths: &Paths, _interrupt: &Interrupt) -> Result<()> {
    let tree = Cmd::cargo()
        .args([
            "tree",
            "--package",
            "berth-core",
            "--edges",
            "normal",
            "--target",
            "all",
        ])
        .args(["--prefix", "none", "--format", "{p}"])
        .dir(&paths.root)
        .quiet()?;
    let found = outside(&tree);
    if !found.is_empty() {
        return fail(format!("berth-core depends on {}", found.join(", ")));
    }
    out::line("berth-core knows nothing of the outside");
    Ok(())
}

fn outside(tree: &str) -> Vec<&str> {
    let packages = tree.lines().filter_map(|line| line.split(' ').next());
    let mut found: Vec<&str> = packages
        .filter(|name| OUTSIDE.contains(name) || name.starts_with("tauri-"))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The launcher compiles with its own features alone, where no library of a window can be found.
pub fn launcher(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    Cmd::cargo()
        .args(["check", "--package", "berth-cli"])
        .env("PKG_CONFIG", "/bin/false")
        .dir(&paths.root)
        .run(interrupt)
}

#[cfg(test)]
mod tests {
    use super::outside;

    #[test]
    fn finds_the_outside_by_whole_names() {
        let tree = "berth-core v0.1.0 (/w)\nserde v1.0.0\nhyper v1.0.0\nhyper v1.0.0 (*)\n\
                    tauri-utils v2.0.0\nhyperfine v1.0.0\n";
        assert_eq!(outside(tree), ["hyper", "tauri-utils"]);
    }
}
