use std::sync::Arc;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Program;
use berth_core::plan::command::in_place;
use berth_core::plan::{NodeBuild, PythonTool};
use berth_core::port::{NodeRuntime, PathKind, PythonRuntime};
use berth_core::progress::{Progress, Watch};

use super::World;

/// Python environments in a [`World`]'s files.
pub struct FakePython(pub(super) Arc<World>);

/// Node packages in a [`World`]'s files.
pub struct FakeNode(pub(super) Arc<World>);

#[async_trait]
impl PythonRuntime for FakePython {
    async fn probe_uv(&self) -> Result<Program> {
        self.0.state().uv.clone()
    }

    async fn probe_python(&self) -> Result<Program> {
        self.0.state().python.clone()
    }

    async fn create_venv(
        &self,
        _tool: PythonTool,
        program: &str,
        _requires: &str,
        venv: &str,
        watch: &Watch,
    ) -> Result<()> {
        watch.check()?;
        watch.line(format!("{program} makes {venv}"));
        let mut state = self.0.state();
        parent_is_there(&state.files, venv)?;
        state.files.write(&format!("{venv}/bin/python"), "python");
        Ok(())
    }

    async fn install(
        &self,
        _tool: PythonTool,
        _program: &str,
        venv: &str,
        requirements: &[String],
        script: &str,
        watch: &Watch,
    ) -> Result<()> {
        if self.0.state().files.kind(venv) != PathKind::Folder {
            return failed("pip");
        }
        for (requirement, done) in requirements.iter().zip(1_u32..) {
            watch.check()?;
            watch.line(format!("Collecting {requirement}"));
            if let Some(folder) = in_place(requirement) {
                let folder = folder.split('[').next().unwrap_or(folder);
                let mut state = self.0.state();
                if state.files.kind(folder) != PathKind::Folder {
                    return failed("pip");
                }
                let link = format!("{venv}/lib/in-place.pth");
                state.files.write(&link, folder);
                continue;
            }
            let (package, version) = requirement.split_once("==").unwrap_or((requirement, ""));
            available(&self.0, package, version, requirement)?;
            // Half of it is there before the rest arrives.
            self.0
                .state()
                .files
                .write(&format!("{venv}/lib/{package}"), version);
            watch.report(Progress::Count {
                done,
                total: u32::try_from(requirements.len()).unwrap_or(u32::MAX),
            });
            tokio::task::yield_now().await;
        }
        watch.check()?;
        self.0.state().files.write(script, "script");
        Ok(())
    }
}

#[async_trait]
impl NodeRuntime for FakeNode {
    async fn probe(&self) -> Result<Program> {
        self.0.state().node.clone()
    }

    async fn install(
        &self,
        _program: &str,
        folder: &str,
        package: &str,
        version: &str,
        bin: &str,
        watch: &Watch,
    ) -> Result<()> {
        watch.check()?;
        watch.line(format!("added {package}@{version}"));
        available(&self.0, package, version, &format!("{package}=={version}"))?;
        parent_is_there(&self.0.state().files, folder)?;
        let main = format!("{folder}/node_modules/{package}/main.js");
        self.0.state().files.write(&main, version);
        tokio::task::yield_now().await;
        watch.check()?;
        self.0.state().files.link(bin, &main);
        Ok(())
    }

    async fn build(&self, build: &NodeBuild, watch: &Watch) -> Result<()> {
        watch.check()?;
        {
            let mut state = self.0.state();
            if state.files.kind(&build.source) != PathKind::Folder {
                return failed("npm");
            }
            parent_is_there(&state.files, &build.folder)?;
            // Half of it is there before the rest arrives.
            let package = format!("{}/package.json", build.folder);
            state.files.write(&package, &build.source);
        }
        for line in build.commands() {
            watch.line(line.quoted());
            tokio::task::yield_now().await;
            watch.check()?;
        }
        let mut state = self.0.state();
        state.files.write(&build.main, "main");
        state.files.link(&build.node, &build.program);
        Ok(())
    }
}

fn available(world: &World, package: &str, version: &str, exact: &str) -> Result<()> {
    let state = world.state();
    if state.missing_packages.contains(package) || state.missing_packages.contains(exact) {
        Err(Error::new(ErrorCode::PackageNotFound {
            package: package.to_owned(),
            version: version.to_owned(),
        }))
    } else {
        Ok(())
    }
}

/// The tools make the last folder, not the ones above: a step that forgot its own is found.
fn parent_is_there(files: &super::Files, path: &str) -> Result<()> {
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    if files.kind(path) == PathKind::Folder || files.kind(parent) == PathKind::Folder {
        Ok(())
    } else {
        failed("the tool")
    }
}

fn failed(tool: &str) -> Result<()> {
    Err(Error::new(ErrorCode::PackageFailed {
        tool: tool.to_owned(),
        exit: Some(1),
    }))
}
