use std::path::PathBuf;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Program;
use futures_util::future::join_all;

use super::LOWEST;
use crate::process::{find_program, version_of};

/// Names of Python from the newest on: `python3` may be an older one.
const PYTHONS: [&str; 6] = [
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3",
    "python",
];
/// The lowest minor version of Python 3 that [`LOWEST`] names.
const LOWEST_MINOR: u32 = 11;

pub async fn uv() -> Result<Program> {
    first_that_answers(find_program(&["uv"], &folders()))
        .await
        .ok_or_else(missing)
}

/// The newest Python from 3.11 on that can make environments (`venv` is a package of its own on
/// Debian).
pub async fn python() -> Result<Program> {
    let paths = find_program(&PYTHONS, &folders());
    let answers = join_all(paths.iter().map(|path| version_of(path, &["--version"]))).await;
    let mut found: Vec<((u32, u32), Program)> = answers
        .into_iter()
        .flatten()
        .filter_map(|program| Some((numbers(&program.version)?, program)))
        .filter(|((major, minor), _)| *major == 3 && *minor >= LOWEST_MINOR)
        .collect();
    // Stable, so that of two of one version the first on the PATH is taken.
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    for (_, program) in found {
        let script = "import ensurepip, venv, sys; print(sys.version.split()[0])";
        if version_of(program.path.as_ref(), &["-c", script])
            .await
            .is_some()
        {
            return Ok(program);
        }
    }
    Err(missing())
}

async fn first_that_answers(paths: Vec<PathBuf>) -> Option<Program> {
    for path in paths {
        if let Some(program) = version_of(&path, &["--version"]).await {
            return Some(program);
        }
    }
    None
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn missing() -> Error {
    Error::new(ErrorCode::PythonMissing {
        needed: LOWEST.to_owned(),
    })
}

/// Where Python and uv are when the PATH does not have them: an app that was started from a menu
/// does not get the shell's.
fn folders() -> Vec<PathBuf> {
    let home = dirs::home_dir().unwrap_or_default();
    let mut folders = vec![home.join(".local/bin"), home.join(".cargo/bin")];
    if cfg!(windows) {
        if let Some(local) = dirs::data_local_dir() {
            for minor in (LOWEST_MINOR..=14).rev() {
                folders.push(local.join(format!("Programs/Python/Python3{minor}")));
            }
        }
    } else {
        folders.extend(["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from));
        folders.push(home.join(".pyenv/shims"));
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(numbers("3.9.1") < numbers("3.11.0"));
        assert_eq!(numbers("3.13.0rc2"), Some((3, 13)));
        assert_eq!(numbers("three"), None);
    }

    #[tokio::test]
    async fn finds_the_python_of_this_machine() {
        let program = python()
            .await
            .expect("the project's set-up installs python3 and venv");
        assert!(numbers(&program.version).is_some_and(|(_, minor)| minor >= LOWEST_MINOR));
    }
}
