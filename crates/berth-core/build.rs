//! Embeds the built-in catalog: a list of all files in `catalog/entries`, by name.
//!
//! Whether they are right is not judged here: a malformed one is reported when the program runs,
//! and a test of this crate fails for it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let folder = root.join("../../catalog/entries");
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut files = yaml_files(&folder)?;
    files.sort();
    let mut list = String::from("pub(super) const FILES: &[(&str, &str)] = &[\n");
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let path = fs::canonicalize(file)?;
        writeln!(list, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    list.push_str("];\n");
    fs::write(
        PathBuf::from(variable("OUT_DIR")?).join("built_in.rs"),
        list,
    )
}

fn yaml_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            files.push(path);
        }
    }
    Ok(files)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}
