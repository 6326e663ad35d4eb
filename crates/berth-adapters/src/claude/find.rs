use std::path::{Path, PathBuf};

use berth_core::error::{Error, ErrorCode, Result};

use crate::process::{find_program, version_of};

/// Claude Code's program and version: the one that is set, else on the PATH, else in the places
/// that its installers use. One that is set and does not answer is missing: another one would have
/// other files.
pub async fn program(set: Option<&str>, home: &Path) -> Result<(PathBuf, String)> {
    let paths = match set {
        Some(path) => vec![PathBuf::from(path)],
        None => candidates(home),
    };
    for path in paths {
        if let Some(program) = version_of(&path, &["--version"]).await {
            return Ok((path, program.version));
        }
    }
    Err(Error::new(ErrorCode::ClaudeMissing))
}

fn candidates(home: &Path) -> Vec<PathBuf> {
    let folders = folders(home);
    let mut paths = find_program(&["claude"], &folders);
    // npm's own programs on Windows are scripts.
    if cfg!(windows) {
        let scripts = folders.iter().map(|folder| folder.join("claude.cmd"));
        paths.extend(scripts.filter(|path| path.is_file()));
    }
    paths
}

/// Native installer, local install, npm's prefixes, and version managers.
fn folders(home: &Path) -> Vec<PathBuf> {
    let mut folders = vec![
        home.join(".local/bin"),
        home.join(".claude/local"),
        home.join(".claude/local/node_modules/.bin"),
        home.join(".npm-global/bin"),
        home.join(".volta/bin"),
        home.join(".bun/bin"),
        home.join(".local/share/pnpm"),
        home.join(".asdf/shims"),
        home.join(".local/share/mise/shims"),
    ];
    if let Some(prefix) = npm_prefix(home) {
        folders.push(if cfg!(windows) {
            prefix
        } else {
            prefix.join("bin")
        });
    }
    if cfg!(windows) {
        folders.push(home.join("AppData/Roaming/npm"));
        folders.push(home.join("AppData/Local/pnpm"));
        folders.push(home.join("AppData/Local/Volta/bin"));
    } else {
        folders.extend(versions(&home.join(".nvm/versions/node"), "bin"));
        folders.extend(versions(
            &home.join(".local/share/fnm/node-versions"),
            "installation/bin",
        ));
        folders.extend(
            [
                "/opt/homebrew/bin",
                "/home/linuxbrew/.linuxbrew/bin",
                "/usr/local/bin",
                "/usr/bin",
            ]
            .map(PathBuf::from),
        );
    }
    folders
}

/// `prefix=` of `~/.npmrc`.
fn npm_prefix(home: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(home.join(".npmrc")).ok()?;
    let value = text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "prefix").then(|| value.trim().trim_matches('"').to_owned())
    })?;
    let below_home = ["~/", "${HOME}/"]
        .iter()
        .find_map(|start| value.strip_prefix(start));
    Some(match below_home {
        Some(rest) => home.join(rest),
        None => PathBuf::from(value),
    })
}

/// The folders of a version manager, the newest version first.
fn versions(folder: &Path, below: &str) -> Vec<PathBuf> {
    let mut found: Vec<(Vec<u32>, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let numbers = name.trim_start_matches('v').split('.').flat_map(str::parse);
            (numbers.collect(), entry.path().join(below))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A child writes it: a file that this process has just written can be "busy" for a program
    /// that another test starts at that moment, and then it cannot be started.
    fn install(path: &Path, version: &str) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        let written = std::process::Command::new("/bin/sh")
            .args(["-c", "printf '#!/bin/sh\necho \"%s (Claude Code)\"\n' \"$1\" > \"$0\" && chmod 755 \"$0\""])
            .arg(path)
            .arg(version)
            .status();
        assert!(written.expect("run").success());
    }

    #[tokio::test]
    async fn finds_it_where_its_installers_put_it() {
        for place in [
            ".local/bin/claude",
            ".claude/local/claude",
            ".npm-global/bin/claude",
            ".nvm/versions/node/v22.1.0/bin/claude",
            "own-prefix/bin/claude",
        ] {
            let home = tempfile::tempdir().expect("a folder");
            let npmrc = "fund=false\nprefix = ~/own-prefix\n";
            std::fs::write(home.path().join(".npmrc"), npmrc).expect("written");
            let path = home.path().join(place);
            install(&path, "2.1.0");
            assert!(candidates(home.path()).contains(&path), "{place}");
        }
    }

    #[tokio::test]
    async fn the_newest_of_several_versions_comes_first() {
        let home = tempfile::tempdir().expect("a folder");
        for version in ["v9.0.0", "v22.1.0", "v20.20.2"] {
            let folder = home.path().join(".nvm/versions/node").join(version);
            install(&folder.join("bin/claude"), version);
        }
        let found = versions(&home.path().join(".nvm/versions/node"), "bin");
        assert!(found[0].ends_with("v22.1.0/bin"), "{found:?}");
    }

    #[tokio::test]
    async fn the_one_that_is_set_is_the_only_one() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("here/claude");
        install(&path, "2.1.329");
        let set = path.to_str().expect("UTF-8");
        let found = program(Some(set), home.path()).await.expect("found");
        assert_eq!(found, (path.clone(), "2.1.329".to_owned()));
        install(&home.path().join(".local/bin/claude"), "2.1.0");
        std::fs::remove_file(&path).expect("removed");
        let error = program(Some(set), home.path()).await.expect_err("gone");
        assert_eq!(error.code, ErrorCode::ClaudeMissing);
    }
}
