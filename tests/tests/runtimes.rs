//! Python and Node adapters against the real tools and the real package registries.

use std::path::Path;

use berth_adapters::node::NodeTools;
use berth_adapters::python::PythonTools;
use berth_core::error::ErrorCode;
use berth_core::facts::Program;
use berth_core::plan::PythonTool;
use berth_core::plan::command::venv_programs;
use berth_core::port::{NodeRuntime, PythonRuntime};
use berth_core::progress::Watch;
use tempfile::TempDir;

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

/// Installs a package and gives its script's path.
async fn python(tool: PythonTool, program: &Program, folder: &Path, requirement: &str) -> String {
    let venv = text(&folder.join("venv"));
    let watch = Watch::silent();
    PythonTools
        .create_venv(tool, &program.path, ">=3.11", &venv, &watch)
        .await
        .expect("an environment");
    let script = text(&Path::new(&venv_programs(&venv)).join("pyjson5-none"));
    // The script is checked by name: first one that is not there, then the real one.
    let missing = PythonTools
        .install(
            tool,
            &program.path,
            &venv,
            &[requirement.to_owned()],
            &script,
            &watch,
        )
        .await
        .expect_err("the package has no such script");
    assert_eq!(missing.code, ErrorCode::ProgramMissing { program: script });
    let script = text(&Path::new(&venv_programs(&venv)).join("normalizer"));
    PythonTools
        .install(
            tool,
            &program.path,
            &venv,
            &[requirement.to_owned()],
            &script,
            &watch,
        )
        .await
        .expect("installed");
    script
}

const REQUIREMENT: &str = "charset-normalizer==3.4.0";

#[tokio::test]
async fn pip_installs_into_the_environment_and_names_what_does_not_exist() {
    let folder = TempDir::new().expect("a folder");
    let program = PythonTools.probe_python().await.expect("python3 with venv");
    let script = python(PythonTool::Pip, &program, folder.path(), REQUIREMENT).await;
    let ran = std::process::Command::new(script)
        .arg("--version")
        .output()
        .expect("it starts");
    assert!(ran.status.success());

    let venv = text(&folder.path().join("venv"));
    let error = PythonTools
        .install(
            PythonTool::Pip,
            &program.path,
            &venv,
            &["charset-normalizer==0.0.0.1".to_owned()],
            "/none",
            &Watch::silent(),
        )
        .await
        .expect_err("there is no such version");
    assert_eq!(
        error.code,
        ErrorCode::PackageNotFound {
            package: "charset-normalizer".to_owned(),
            version: "0.0.0.1".to_owned()
        },
        "{:#?}",
        error.causes
    );
    assert!(!error.causes.is_empty(), "the tool's own words are kept");
}

#[tokio::test]
async fn uv_does_the_same() {
    let folder = TempDir::new().expect("a folder");
    let pip = PythonTools.probe_python().await.expect("python3 with venv");
    let tools = text(&folder.path().join("tools"));
    PythonTools
        .create_venv(
            PythonTool::Pip,
            &pip.path,
            ">=3.11",
            &tools,
            &Watch::silent(),
        )
        .await
        .expect("an environment");
    let uv = text(&Path::new(&venv_programs(&tools)).join("uv"));
    PythonTools
        .install(
            PythonTool::Pip,
            &pip.path,
            &tools,
            &["uv==0.9.2".to_owned()],
            &uv,
            &Watch::silent(),
        )
        .await
        .expect("uv comes as a package");

    let program = Program {
        path: uv,
        version: "0.9.2".to_owned(),
    };
    let _script = python(PythonTool::Uv, &program, folder.path(), REQUIREMENT).await;

    let venv = text(&folder.path().join("venv"));
    let error = PythonTools
        .install(
            PythonTool::Uv,
            &program.path,
            &venv,
            &["charset-normalizer==0.0.0.1".to_owned()],
            "/none",
            &Watch::silent(),
        )
        .await
        .expect_err("there is no such version");
    assert!(
        matches!(error.code, ErrorCode::PackageNotFound { .. }),
        "{error:#?}"
    );

    // Only Pythons that exist on this machine: uv must not bring one in a test.
    let error = PythonTools
        .create_venv(
            PythonTool::Uv,
            &program.path,
            "==2.1",
            &text(&folder.path().join("old")),
            &Watch::silent(),
        )
        .await
        .expect_err("there is no such Python");
    assert!(
        matches!(error.code, ErrorCode::PythonMissing { .. }),
        "{error:#?}"
    );
}

#[tokio::test]
async fn npm_installs_exactly_one_version_and_names_what_does_not_exist() {
    let folder = TempDir::new().expect("a folder");
    let node = NodeTools.probe().await.expect("node with npm");
    let place = text(folder.path());
    let bin = text(&folder.path().join("node_modules/.bin/semver"));
    NodeTools
        .install(
            &node.path,
            &place,
            "semver",
            "7.6.3",
            &bin,
            &Watch::silent(),
        )
        .await
        .expect("installed");
    let ran = std::process::Command::new(&node.path)
        .arg(&bin)
        .arg("1.2.3")
        .output();
    assert!(ran.expect("it starts").status.success());
    let lock = std::fs::read_to_string(folder.path().join("package-lock.json"));
    assert!(
        lock.expect("a lock file")
            .contains("\"version\": \"7.6.3\"")
    );

    let error = NodeTools
        .install(
            &node.path,
            &place,
            "semver",
            "0.0.999",
            &bin,
            &Watch::silent(),
        )
        .await
        .expect_err("there is no such version");
    assert_eq!(
        error.code,
        ErrorCode::PackageNotFound {
            package: "semver".into(),
            version: "0.0.999".into()
        },
        "{:#?}",
        error.causes
    );
}
