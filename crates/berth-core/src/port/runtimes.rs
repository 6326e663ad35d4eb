use async_trait::async_trait;

use crate::error::Result;
use crate::facts::Program;
use crate::plan::{NodeBuild, PythonTool};
use crate::progress::Watch;

/// Python environments in folders of Berth's own. Never the system's pip.
#[async_trait]
pub trait PythonRuntime: Send + Sync {
    /// uv, or `PythonMissing`.
    async fn probe_uv(&self) -> Result<Program>;

    /// The newest usable Python (3.11 or later), or `PythonMissing`.
    async fn probe_python(&self) -> Result<Program>;

    /// Makes an environment at `venv`. The tool's lines go to the watch; cancelling ends it.
    async fn create_venv(
        &self,
        tool: PythonTool,
        program: &str,
        requires: &str,
        venv: &str,
        watch: &Watch,
    ) -> Result<()>;

    /// Installs exact requirements, or a folder in place (`-e FOLDER`), and checks that `script` is
    /// there.
    async fn install(
        &self,
        tool: PythonTool,
        program: &str,
        venv: &str,
        requirements: &[String],
        script: &str,
        watch: &Watch,
    ) -> Result<()>;
}

/// Node packages in folders of Berth's own.
#[async_trait]
pub trait NodeRuntime: Send + Sync {
    /// Node.js with npm, or `NodeMissing`.
    async fn probe(&self) -> Result<Program>;

    /// Installs exactly one version of a package into `folder` and checks that `bin` is there.
    async fn install(
        &self,
        program: &str,
        folder: &str,
        package: &str,
        version: &str,
        bin: &str,
        watch: &Watch,
    ) -> Result<()>;

    /// Copies a project's folder, builds the copy by its [`NodeBuild::commands`], and checks that
    /// what is to be started is there. What projects' tools make (`node_modules`, `.git`), and files
    /// with credentials (`.env`), are not copied; links stay links.
    ///
    /// # Errors
    /// `FolderMissing`, `FileFailed`, `PackageFailed`, `NetworkUnreachable`, `ProgramMissing`.
    async fn build(&self, build: &NodeBuild, watch: &Watch) -> Result<()>;
}
