use std::path::{Path, PathBuf};

use berth_core::facts::Program;
use berth_core::plan::command::CommandLine;
use berth_core::progress::Watch;

use super::run;

/// Finds a program: on the PATH first, then in these folders. An app that was started from a menu
/// often has a shorter PATH than the person's shell; hence the folders.
#[must_use]
pub fn find_program(names: &[&str], folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for name in names {
        let on_path = which::which_all(name).into_iter().flatten();
        let elsewhere = folders
            .iter()
            .map(|folder| {
                folder
                    .join(name)
                    .with_extension(std::env::consts::EXE_EXTENSION)
            })
            .filter(|path| path.is_file());
        for path in on_path.chain(elsewhere) {
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

/// Asks a program for its version (`--version`): the first word that begins with a digit, or with
/// `v` and a digit. `None` where it cannot be started, fails, or says no such thing.
pub async fn version_of(path: &Path, args: &[&str]) -> Option<Program> {
    let path = path.to_str()?;
    let line = CommandLine {
        program: path.to_owned(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
    };
    let done = run(&line, |_| {}, &Watch::silent()).await.ok()?;
    if !done.success() {
        return None;
    }
    let version = done.stdout.split_whitespace().find_map(version_word)?;
    Some(Program {
        path: path.to_owned(),
        version: version.to_owned(),
    })
}

fn version_word(word: &str) -> Option<&str> {
    let word = word.strip_prefix('v').unwrap_or(word);
    word.starts_with(|c: char| c.is_ascii_digit())
        .then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_versions_that_tools_print() {
        for (text, version) in [
            ("Python 3.11.7", "3.11.7"),
            ("uv 0.9.2 (abc 2026-01-01)", "0.9.2"),
            ("v20.20.2", "20.20.2"),
            ("git version 2.47.3", "2.47.3"),
        ] {
            assert_eq!(
                text.split_whitespace().find_map(version_word),
                Some(version)
            );
        }
        assert_eq!("no version".split_whitespace().find_map(version_word), None);
    }
}
