//! An image with PostgreSQL, made of what this machine has: the programs and the libraries that
//! they name, on nothing.

use super::room::Room;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::paths::Paths;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where Debian puts PostgreSQL: a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Its programs that the image has.
const PROGRAMS: [&str; 3] = ["postgres", "initdb", "pg_isready"];
/// What it loads while it runs.
const MODULES: [&str; 2] = ["plpgsql.so", "dict_snowball.so"];
/// For the image's own scripts.
const TOOLS: [&str; 6] = ["sh", "rm", "mkdir", "chmod", "chown", "ln"];

/// The folder that the image is built from.
pub fn context(paths: &Paths, room: &Room) -> Result<PathBuf> {
    let installed = newest()?;
    let context = room.folder("image-postgres")?;
    let files = room.folder("image-postgres/files")?;
    let fixture = paths.root.join("tests/fixtures/postgres");
    copy(&fixture.join("Dockerfile"), &context)?;
    for script in ["prepare.sh", "entrypoint.sh"] {
        copy(&fixture.join(script), &files)?;
    }
    for folder in ["etc", "bin"] {
        let folder = files.join(folder);
        fs::create_dir_all(&folder).doing(|| format!("making {}", folder.display()))?;
    }

    let mut wanted: BTreeSet<PathBuf> = BTreeSet::new();
    wanted.extend(PROGRAMS.map(|name| installed.join("bin").join(name)));
    wanted.extend(MODULES.map(|name| installed.join("lib").join(name)));
    let mut libraries = BTreeSet::new();
    for file in &wanted {
        libraries.extend(needed(file)?);
    }
    for name in TOOLS {
        let Some(tool) = crate::paths::on_path(name) else {
            return fail(format!("`{name}` is not on the PATH"));
        };
        libraries.extend(needed(&tool)?);
        copy(&tool, &files.join("bin").join(name))?;
    }
    wanted.extend(libraries);
    let version = installed.file_name().unwrap_or_default();
    wanted.insert(Path::new("/usr/share/postgresql").join(version));
    wanted.insert("/usr/share/zoneinfo/UTC".into());
    // With the folders that each is in, and files instead of links to them.
    Cmd::new("cp")
        .args(["-rL", "--parents"])
        .args(&wanted)
        .arg(&files)
        .quiet()?;
    Ok(context)
}

fn newest() -> Result<PathBuf> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let newest = versions
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/postgres").is_file())
        .max_by_key(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy());
            name.and_then(|name| name.parse::<u32>().ok())
        });
    match newest {
        Some(newest) => Ok(newest),
        None => fail("PostgreSQL is missing; run `cargo xtask setup`"),
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let cmd = Cmd::new("cp").arg("-L").arg(from).arg(to);
    cmd.quiet().map(drop)
}

/// The libraries that a program is loaded with, and what loads them.
fn needed(program: &Path) -> Result<BTreeSet<PathBuf>> {
    let told = Cmd::new("ldd").arg(program).quiet()?;
    Ok(libraries(&told))
}

/// The absolute paths in what `ldd` says: behind `=>`, or at the beginning of a line.
fn libraries(told: &str) -> BTreeSet<PathBuf> {
    told.lines()
        .filter_map(|line| {
            let line = line.trim();
            let path = line.split_once("=> ").map_or(line, |(_, path)| path);
            path.split_whitespace().next()
        })
        .filter(|path| path.starts_with('/'))
        .map(PathBuf::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_read_out_of_what_ldd_says() {
        let told = "\tlinux-vdso.so.1 (0x00007ffd)\n\
                    \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)\n\
                    \t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n";
        let expected = [
            "/lib/x86_64-linux-gnu/libc.so.6",
            "/lib64/ld-linux-x86-64.so.2",
        ];
        assert_eq!(libraries(told), expected.map(PathBuf::from).into());
    }
}
