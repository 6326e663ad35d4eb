//! The real Claude Code CLI, for tests: its `mcp` commands need no login.

use super::once;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;
use std::path::{Path, PathBuf};

/// The version that the tests were written against.
pub const VERSION: &str = "2.1.329";
const PACKAGE: &str = "@anthropic-ai/claude-code";

fn folder(paths: &Paths) -> PathBuf {
    paths.tools().join(format!("claude-{VERSION}"))
}

/// The program; it is native and needs no Node to run.
pub fn program(paths: &Paths) -> PathBuf {
    let package = folder(paths).join("node_modules").join(PACKAGE);
    // The package calls it so on every platform.
    package.join("bin").join("claude.exe")
}

/// Installs the exact version into target/tools, and sees it answer.
pub fn ensure(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    let folder = folder(paths);
    let config = folder.join("config");
    let answers = |program: &Path| answers(program, &config);
    once(&program(paths), answers, || get(&folder, interrupt))
}

fn get(folder: &Path, interrupt: &Interrupt) -> Result<()> {
    out::line(format!(
        "installing Claude Code {VERSION} into target/tools (once, 380 MB)"
    ));
    std::fs::create_dir_all(folder).doing(|| format!("making {}", folder.display()))?;
    let manifest = serde_json::json!({ "private": true, "dependencies": { PACKAGE: VERSION } });
    let file = folder.join("package.json");
    std::fs::write(&file, manifest.to_string()).doing(|| format!("writing {}", file.display()))?;
    Cmd::npm()
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel=error",
        ])
        .dir(folder)
        .run(interrupt)?;
    // The native program comes as an optional dependency for this platform; the package's own
    // install script puts it in place. npm 11 does not run install scripts by itself.
    Cmd::new("node")
        .arg(
            folder
                .join("node_modules")
                .join(PACKAGE)
                .join("install.cjs"),
        )
        .dir(folder)
        .run(interrupt)
}

fn answers(program: &Path, config: &Path) -> bool {
    Cmd::new(program)
        .arg("--version")
        // Even this makes a configuration; not in the person's home.
        .env("CLAUDE_CONFIG_DIR", config)
        .finish()
        .is_ok_and(|done| done.ok && done.stdout.starts_with(VERSION))
}
