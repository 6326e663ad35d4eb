//! `cargo xtask gen`: files that are made from the Rust types.

use crate::build;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold generated files only.
const WHOLLY: &[&str] = &["ui/src/bridge/generated"];

/// Writes them, or with `check` fails when what is there differs.
pub fn generate(paths: &Paths, interrupt: &Interrupt, check: bool) -> Result<()> {
    build::whole("build")
        .args(["--bin", "gen"])
        .dir(&paths.root)
        .run(interrupt)?;
    let generator = Cmd::new(paths.debug("gen")).dir(&paths.root);
    if !check {
        return generator.arg(&paths.root).run(interrupt);
    }
    let fresh = paths.target.join("gen-check");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).doing(|| format!("removing {}", fresh.display()))?;
    }
    fs::create_dir_all(&fresh).doing(|| format!("making {}", fresh.display()))?;
    generator.arg(&fresh).run(interrupt)?;
    let differing = differing(&fresh, &paths.root, WHOLLY)?;
    if differing.is_empty() {
        out::line("the generated files are current");
        return Ok(());
    }
    fail(format!(
        "run `cargo xtask gen`: these are not current: {}",
        differing.join(", ")
    ))
}

/// Files that are not in `there` as they are in `fresh`, and files that are in the wholly generated
/// folders of `there` and not in `fresh`.
fn differing(fresh: &Path, there: &Path, wholly: &[&str]) -> Result<Vec<String>> {
    let mut names: Vec<PathBuf> = files(fresh, fresh)?;
    for folder in wholly
        .iter()
        .map(|folder| there.join(folder))
        .filter(|f| f.is_dir())
    {
        names.extend(files(&folder, there)?);
    }
    names.sort();
    names.dedup();
    let read = |root: &Path, name: &PathBuf| fs::read(root.join(name)).ok();
    names.retain(|name| read(fresh, name) != read(there, name));
    Ok(names
        .iter()
        .map(|name| name.display().to_string())
        .collect())
}

/// Every file in a folder, relative to `root`.
fn files(folder: &Path, root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let doing = || format!("reading {}", folder.display());
    for entry in fs::read_dir(folder).doing(doing)? {
        let path = entry.doing(doing)?.path();
        if path.is_dir() {
            found.extend(files(&path, root)?);
        } else if let Ok(name) = path.strip_prefix(root) {
            found.push(name.to_owned());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_changed_is_missing_or_left_over() {
        let dir = tempfile::tempdir().unwrap();
        let (fresh, there) = (dir.path().join("fresh"), dir.path().join("there"));
        let write = |root: &Path, name: &str, text: &str| {
            let file = root.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        for name in ["all/same", "all/changed", "missing"] {
            write(&fresh, name, "new");
        }
        write(&there, "all/same", "new");
        write(&there, "all/changed", "old");
        write(&there, "all/left-over", "old");
        write(&there, "written-by-hand", "x");
        let differing = differing(&fresh, &there, &["all"]).unwrap();
        assert_eq!(differing, ["all/changed", "all/left-over", "missing"]);
    }
}
