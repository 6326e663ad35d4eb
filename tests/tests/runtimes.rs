//! Python and Node adapters against the real tools and the real package registries.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use berth_adapters::node::NodeTools;
use berth_adapters::python::PythonTools;
use berth_core::error::ErrorCode;
use berth_core::facts::Program;
use berth_core::plan::command::venv_programs;
use berth_core::plan::{NodeBuild, NodeManager, PythonTool};
use berth_core::port::{NodeRuntime, PythonRuntime};
use berth_core::progress::Watch;
use berth_testkit::ground;
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
    let program = Program {
        path: text(&ground::uv()),
        version: String::new(),
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

/// A project with a dependency, one that only its build needs, and things that are nobody else's.
fn write_project(folder: &Path) {
    let package = r#"{
        "name": "box", "version": "1.0.0", "type": "module", "private": true,
        "scripts": { "build": "node build.mjs" },
        "dependencies": { "semver": "7.6.3" },
        "devDependencies": { "ms": "2.1.3" }
    }"#;
    let build = "import ms from 'ms';\nimport { mkdirSync, writeFileSync } from 'node:fs';\n\
        mkdirSync('dist');\nwriteFileSync('dist/index.js', \
        `import semver from 'semver';\\nconsole.log(semver.valid('1.2.3'), ${ms('1s')});`);\n";
    for (path, text) in [
        ("package.json", package),
        ("build.mjs", build),
        (".env", "TOKEN=theirs"),
        (".git/HEAD", "ref: main"),
        ("node_modules/theirs/index.js", "theirs"),
        ("src/node_modules/deep.js", "theirs"),
        ("src/a b.js", "a"),
    ] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc", folder.join("src/out")).expect("a link");
}

/// Everything in a folder, links not followed.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("its type").is_dir() {
            found.extend(files(&entry.path()));
        }
        found.insert(entry.path());
    }
    found
}

fn node_build(node: &Program, source: &Path, to: &Path, asked: Option<&str>) -> NodeBuild {
    NodeBuild {
        program: node.path.clone(),
        source: text(source),
        folder: text(to),
        manager: NodeManager::of(asked),
        locked: false,
        scripts: vec!["build".to_owned()],
        main: text(&to.join("dist/index.js")),
        node: text(&to.with_file_name("node")),
    }
}

#[tokio::test]
async fn a_node_project_is_built_in_a_copy_by_its_own_manager() {
    let folder = TempDir::new().expect("a folder");
    let node = NodeTools.probe().await.expect("node with npm");
    let source = folder.path().join("my code");
    write_project(&source);
    let before = files(&source);
    for (name, asked) in [("npm", None), ("pnpm", Some("pnpm@10.29.3"))] {
        let to = folder.path().join(name).join("app");
        let mut build = node_build(&node, &source, &to, asked);
        let done = NodeTools.build(&build, &Watch::silent()).await;
        done.unwrap_or_else(|error| panic!("{name}: {error:#?}"));
        let runs = || {
            let ran = std::process::Command::new(&build.node)
                .arg(&build.main)
                .output()
                .expect("it starts");
            String::from_utf8_lossy(&ran.stdout).trim().to_owned()
        };
        assert_eq!(runs(), "1.2.3 1000", "{name}");
        for gone in [
            ".env",
            ".git",
            "node_modules/theirs",
            "node_modules/ms",
            "src/node_modules",
        ] {
            assert!(!to.join(gone).exists(), "{name}: {gone}");
        }
        assert!(to.join("src/a b.js").is_file());
        #[cfg(unix)]
        assert!(to.join("src/out").is_symlink(), "no link is followed");
        assert_eq!(files(&source), before, "{name}: nothing is written there");

        // What is locked is what is got.
        let lock = build.manager.lock_file();
        fs::copy(to.join(lock), source.join(lock)).expect("it made one");
        fs::remove_dir_all(&to).expect("removed");
        fs::remove_file(&build.node).expect("removed");
        build.locked = true;
        let done = NodeTools.build(&build, &Watch::silent()).await;
        done.unwrap_or_else(|error| panic!("{name}, locked: {error:#?}"));
        assert_eq!(runs(), "1.2.3 1000", "{name}");
        fs::remove_file(source.join(lock)).expect("removed");
    }
}

#[tokio::test]
async fn a_node_project_that_cannot_be_built_says_why() {
    let folder = TempDir::new().expect("a folder");
    let node = NodeTools.probe().await.expect("node with npm");
    let source = folder.path().join("code");
    write_project(&source);
    let to = folder.path().join("app");
    let failed = async |build: &NodeBuild, watch: &Watch| {
        let _ = fs::remove_dir_all(&to);
        let done = NodeTools.build(build, watch).await;
        done.expect_err("it cannot be built")
    };

    let stopped = Watch::silent();
    stopped.cancel().cancel();
    let error = failed(&node_build(&node, &source, &to, None), &stopped).await;
    assert_eq!(error.code, ErrorCode::Cancelled);

    let mut elsewhere = node_build(&node, &source, &to, None);
    elsewhere.main = text(&to.join("other.js"));
    let error = failed(&elsewhere, &Watch::silent()).await;
    let program = elsewhere.main.clone();
    assert_eq!(error.code, ErrorCode::ProgramMissing { program });

    fs::write(
        source.join("build.mjs"),
        "console.error('no'); process.exit(3)",
    )
    .expect("written");
    let error = failed(&node_build(&node, &source, &to, None), &Watch::silent()).await;
    let ErrorCode::PackageFailed { tool, exit } = &error.code else {
        panic!("{error:#?}");
    };
    assert_eq!((tool.as_str(), exit.is_some()), ("npm", true));
    assert!(!error.causes.is_empty(), "the tool's own words are kept");

    let nowhere = folder.path().join("nowhere");
    let error = failed(&node_build(&node, &nowhere, &to, None), &Watch::silent()).await;
    let path = text(&nowhere);
    assert_eq!(error.code, ErrorCode::FolderMissing { path });
}
