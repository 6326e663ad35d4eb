//! Python environments of Berth's own, through uv where it is there, else through venv and pip.

mod failure;
mod find;

use std::path::Path;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Program;
use berth_core::plan::{PythonTool, command};
use berth_core::port::PythonRuntime;
use berth_core::progress::Watch;

use crate::process::run_in;

/// Lowest Python that Berth looks for when no entry asks for another.
pub const LOWEST: &str = ">=3.11";

/// The Python tools of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct PythonTools;

#[async_trait]
impl PythonRuntime for PythonTools {
    async fn probe_uv(&self) -> Result<Program> {
        find::uv().await
    }

    async fn probe_python(&self) -> Result<Program> {
        find::python().await
    }

    async fn create_venv(
        &self,
        tool: PythonTool,
        program: &str,
        requires: &str,
        venv: &str,
        watch: &Watch,
    ) -> Result<()> {
        let line = command::create_venv(tool, program, requires, venv);
        let done = run_in(generation(venv), &line, clean, watch).await?;
        if done.success() && Path::new(&command::venv_python(venv)).exists() {
            return Ok(());
        }
        Err(done.error(match tool {
            // uv says with this exit code that it has no Python that fits and cannot get one.
            PythonTool::Uv if done.exit == Some(2) => ErrorCode::PythonMissing {
                needed: requires.to_owned(),
            },
            _ => ErrorCode::PackageFailed {
                tool: name_of(tool).to_owned(),
                exit: done.exit,
            },
        }))
    }

    async fn install(
        &self,
        tool: PythonTool,
        program: &str,
        venv: &str,
        requirements: &[String],
        script: &str,
        watch: &Watch,
    ) -> Result<()> {
        if tool == PythonTool::Pip {
            let update = run_in(generation(venv), &command::update_pip(venv), clean, watch).await?;
            if !update.success() {
                let code = failure::code(tool, requirements, &update);
                if matches!(code, ErrorCode::NetworkUnreachable { .. }) {
                    return Err(update.error(code));
                }
                // The one that is there does the same, if slowly.
                watch.line("pip could not be brought up to date; the one that is there is used");
            }
        }
        let line = command::install_python(tool, program, venv, requirements);
        let done = run_in(generation(venv), &line, clean, watch).await?;
        if !done.success() {
            return Err(done.error(failure::code(tool, requirements, &done)));
        }
        if Path::new(script).exists() {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::ProgramMissing {
                program: script.to_owned(),
            }))
        }
    }
}

/// The folder that is deleted where this does not succeed.
fn generation(venv: &str) -> &Path {
    let venv = Path::new(venv);
    venv.parent().unwrap_or(venv)
}

/// Takes away what would make a tool work in another environment than the one it is given.
fn clean(command: &mut tokio::process::Command) {
    for name in [
        "VIRTUAL_ENV",
        "PYTHONPATH",
        "PYTHONHOME",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_USER",
    ] {
        command.env_remove(name);
    }
    command
        .env("PYTHONUNBUFFERED", "1")
        .env("NO_COLOR", "1")
        .env("UV_NO_PROGRESS", "1");
    // The texts that `failure` reads are the untranslated ones.
    command.env("LC_ALL", "C.UTF-8");
}

fn name_of(tool: PythonTool) -> &'static str {
    match tool {
        PythonTool::Uv => "uv",
        PythonTool::Pip => "pip",
    }
}
