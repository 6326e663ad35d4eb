//! Node packages and projects in folders of Berth's own.

mod copy;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Program;
use berth_core::plan::{NodeBuild, NodeManager, command};
use berth_core::port::NodeRuntime;
use berth_core::progress::Watch;
use serde::Deserialize;

use crate::process::{Finished, find_program, run_in, version_of};

/// Lowest Node.js that Berth looks for when no entry asks for another.
pub const LOWEST: &str = ">=20";
/// The same as a number.
const LOWEST_MAJOR: u32 = 20;

/// The Node.js of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeTools;

#[async_trait]
impl NodeRuntime for NodeTools {
    async fn probe(&self) -> Result<Program> {
        for path in find_program(&["node"], &folders()) {
            let Some(program) = version_of(&path, &["--version"]).await else {
                continue;
            };
            let major = program
                .version
                .split('.')
                .next()
                .and_then(|word| word.parse().ok());
            let fits = major.is_some_and(|major: u32| major >= LOWEST_MAJOR);
            if fits && Path::new(&command::npm_beside(&program.path)).exists() {
                return Ok(program);
            }
        }
        Err(Error::new(ErrorCode::NodeMissing {
            needed: LOWEST.to_owned(),
        }))
    }

    async fn install(
        &self,
        program: &str,
        folder: &str,
        package: &str,
        version: &str,
        bin: &str,
        watch: &Watch,
    ) -> Result<()> {
        // Without a package.json npm would take the nearest one above the folder.
        let manifest = Path::new(folder).join("package.json");
        tokio::fs::create_dir_all(folder)
            .await
            .map_err(|error| unwritable(folder, &error))?;
        tokio::fs::write(&manifest, b"{\"private\":true}\n")
            .await
            .map_err(|error| unwritable(folder, &error))?;

        let line = command::install_node(program, folder, package, version);
        let environment = |command: &mut _| prepare(command, program, folder);
        let done = run_in(Path::new(folder), &line, environment, watch).await?;
        if !done.success() {
            return Err(done.error(failure(&done, package, version)));
        }
        if Path::new(bin).exists() {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::ProgramMissing {
                program: bin.to_owned(),
            }))
        }
    }

    async fn build(&self, build: &NodeBuild, watch: &Watch) -> Result<()> {
        copy::copy(&build.source, &build.folder, watch).await?;
        for line in build.commands() {
            let environment = |command: &mut _| match &build.manager {
                NodeManager::Npm => prepare(command, &build.program, &build.folder),
                NodeManager::Pnpm { .. } => {
                    bare(command, &build.program, &build.folder);
                    // It asks before it deletes, unless nobody is there.
                    command.env("CI", "true");
                }
            };
            let done = run_in(Path::new(&build.folder), &line, environment, watch).await?;
            if !done.success() {
                return Err(done.error(built(&done, &build.manager)));
            }
        }
        if !Path::new(&build.main).is_file() {
            return Err(Error::new(ErrorCode::ProgramMissing {
                program: build.main.clone(),
            }));
        }
        link(&build.program, &build.node).map_err(|error| unwritable(&build.node, &error))
    }
}

/// A link to a program. Where links need a right that people seldom have, a second name of the file;
/// from another drive, a copy.
fn link(program: &str, at: &str) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(program, at)
    }
    #[cfg(not(unix))]
    {
        std::fs::hard_link(program, at).or_else(|_| std::fs::copy(program, at).map(|_| ()))
    }
}

/// Why a project could not be built.
fn built(done: &Finished, manager: &NodeManager) -> ErrorCode {
    let tool = match manager {
        NodeManager::Npm => "npm",
        NodeManager::Pnpm { .. } => "pnpm",
    };
    match npm_code(done).as_deref().and_then(unreachable) {
        Some(network) => network,
        None => ErrorCode::PackageFailed {
            tool: tool.to_owned(),
            exit: done.exit,
        },
    }
}

fn prepare(command: &mut tokio::process::Command, node: &str, folder: &str) {
    bare(command, node, folder);
    // On failure npm then prints its error codes as JSON.
    command.env("npm_config_json", "true");
}

fn bare(command: &mut tokio::process::Command, node: &str, folder: &str) {
    command
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("npm_config_progress", "false")
        .env("npm_config_update_notifier", "false");
    // npm starts `node` by name, and so do the scripts of packages: the same one.
    if let Some(beside) = Path::new(node).parent() {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(beside.to_path_buf()).chain(std::env::split_paths(&path));
        if let Ok(joined) = std::env::join_paths(folders) {
            command.env("PATH", joined);
        }
    }
}

fn unwritable(folder: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorCode::FileFailed {
        operation: "write".to_owned(),
        path: folder.to_owned(),
    })
    .caused_by(error)
}

/// What npm prints with `--json` when it fails.
#[derive(Deserialize)]
struct NpmOutput {
    error: NpmError,
}

#[derive(Deserialize)]
struct NpmError {
    #[serde(default)]
    code: Option<String>,
}

fn failure(done: &Finished, package: &str, version: &str) -> ErrorCode {
    let code = npm_code(done).unwrap_or_default();
    match code.as_str() {
        "E404" | "ETARGET" | "ENOVERSIONS" => ErrorCode::PackageNotFound {
            package: package.to_owned(),
            version: version.to_owned(),
        },
        code => unreachable(code).unwrap_or_else(|| ErrorCode::PackageFailed {
            tool: "npm".to_owned(),
            exit: done.exit,
        }),
    }
}

/// npm's own code of a failure.
fn npm_code(done: &Finished) -> Option<String> {
    let output = serde_json::from_str::<NpmOutput>(&done.stdout).ok()?;
    output.error.code
}

fn unreachable(code: &str) -> Option<ErrorCode> {
    matches!(
        code,
        "ENOTFOUND"
            | "EAI_AGAIN"
            | "ECONNREFUSED"
            | "ECONNRESET"
            | "ETIMEDOUT"
            | "ENETUNREACH"
            | "ERR_SOCKET_TIMEOUT"
    )
    .then(|| ErrorCode::NetworkUnreachable {
        what: "The Node package registry".to_owned(),
    })
}

/// Where Node.js is when the PATH does not have it.
fn folders() -> Vec<PathBuf> {
    let home = dirs::home_dir().unwrap_or_default();
    if cfg!(windows) {
        return vec![
            PathBuf::from(r"C:\Program Files\nodejs"),
            home.join(".volta/bin"),
        ];
    }
    let mut folders = vec![home.join(".volta/bin"), home.join(".local/bin")];
    folders.extend(["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from));
    folders.extend(newest_first(&home.join(".nvm/versions/node")));
    folders
}

/// nvm keeps one folder for each version: the newest first.
fn newest_first(versions: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(versions) else {
        return Vec::new();
    };
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let numbers = name
                .trim_start_matches('v')
                .split('.')
                .flat_map(str::parse)
                .collect();
            (numbers, entry.path().join("bin"))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(stdout: &str) -> Finished {
        Finished {
            exit: Some(1),
            tail: Vec::new(),
            stdout: stdout.to_owned(),
        }
    }

    #[test]
    fn npm_says_why_in_its_own_codes() {
        let missing = failed(r#"{"error":{"code":"E404","summary":"x"}}"#);
        assert!(matches!(
            failure(&missing, "a", "1"),
            ErrorCode::PackageNotFound { .. }
        ));
        let offline = failed(r#"{"error":{"code":"EAI_AGAIN"}}"#);
        assert!(matches!(
            failure(&offline, "a", "1"),
            ErrorCode::NetworkUnreachable { .. }
        ));
        let other = failed("not json");
        assert!(matches!(
            failure(&other, "a", "1"),
            ErrorCode::PackageFailed { .. }
        ));
    }

    #[test]
    fn the_newest_nvm_version_comes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        for version in ["v9.1.0", "v22.3.0", "v20.20.2"] {
            std::fs::create_dir(folder.path().join(version)).expect("a folder");
        }
        let first = newest_first(folder.path()).into_iter().next().expect("one");
        assert!(first.ends_with("v22.3.0/bin"));
    }
}
