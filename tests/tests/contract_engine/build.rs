//! Builds with a real engine.

use std::collections::BTreeSet;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use async_trait::async_trait;
use berth_adapters::docker::DockerEngine;
use berth_core::error::ErrorCode;
use berth_core::port::{BuildRequest, Engine};
use berth_core::progress::{Progress, Watch};
use berth_testkit::contract::build::{World, check};
use berth_testkit::ground;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::registry::{Manner, Registry, Seen};
use crate::{docker, engine, own_image, unique};

struct RealWorld {
    engine: DockerEngine,
    base: String,
    folders: Mutex<Vec<TempDir>>,
    _config: TempDir,
}

fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    folder
}

fn path_of(folder: &TempDir) -> String {
    folder.path().to_str().expect("UTF-8").to_owned()
}

#[async_trait]
impl World for RealWorld {
    fn engine(&self) -> &dyn Engine {
        &self.engine
    }

    fn base(&self) -> String {
        self.base.clone()
    }

    fn absent(&self) -> String {
        format!("{}/contract/no-such-image:1", ground::registry())
    }

    fn folder(&self, files: &[(&str, &str)]) -> String {
        let folder = folder_with(files);
        let path = path_of(&folder);
        self.folders.lock().expect("not poisoned").push(folder);
        path
    }

    async fn has_containers(&self) -> bool {
        let filter = format!("ancestor={}", self.base);
        !docker(&["ps", "--all", "--quiet", "--filter", &filter]).is_empty()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_engine_keeps_the_contract_of_builds() {
    let config = TempDir::new().expect("a folder");
    let base = own_image("builds");
    docker(&["pull", "--quiet", &base]);
    let world = RealWorld {
        engine: engine(config.path()),
        base: base.clone(),
        folders: Mutex::default(),
        _config: config,
    };
    check(&world, &unique()).await;
    docker(&["rmi", &base]);
}

/// Builds an image of everything that is sent, and gives its files: a name beginning with `/all/`
/// and, for a link, ` -> ` and its target.
async fn sent(folder: &Path) -> (BTreeSet<String>, Vec<String>) {
    let config = TempDir::new().expect("a folder");
    let tag = format!("berth-contract/sent-{}:1", unique());
    std::fs::write(folder.join("Dockerfile"), "FROM scratch\nCOPY . /all\n").expect("written");
    let lines = std::sync::Arc::new(Mutex::new(Vec::new()));
    let sink = lines.clone();
    let watch = Watch::new(
        move |progress| {
            if let Progress::Line { text } = progress {
                sink.lock().expect("not poisoned").push(text);
            }
        },
        CancellationToken::new(),
    );
    let request = BuildRequest {
        context: folder.to_str().expect("UTF-8").to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        tag: tag.clone(),
        ..BuildRequest::default()
    };
    engine(config.path())
        .build(&request, &watch)
        .await
        .expect("built");
    let container = docker(&["create", &tag, "/nothing"]);
    let archive = TempDir::new().expect("a folder");
    let file = archive.path().join("all.tar");
    docker(&[
        "export",
        "--output",
        file.to_str().expect("UTF-8"),
        &container,
    ]);
    docker(&["rm", &container]);
    docker(&["rmi", &tag]);
    let listed = std::process::Command::new("tar")
        .arg("-tvf")
        .arg(&file)
        .output();
    let listed = String::from_utf8(listed.expect("tar").stdout).expect("UTF-8");
    let names = listed
        .lines()
        .filter_map(|line| Some((&line[..10], line.split_once(" all/")?.1)))
        .filter(|(_, name)| !name.is_empty())
        .map(|(mode, name)| format!("{mode} {name}"))
        .collect();
    let lines = lines.lock().expect("not poisoned").clone();
    (names, lines)
}

#[tokio::test]
async fn an_image_gets_what_the_folder_gives_and_nothing_from_outside() {
    let outside = folder_with(&[("secret", "not yours")]);
    let folder = folder_with(&[
        (".dockerignore", "# not these\n**/*.log\nout\n!out/kept\n"),
        (".env", "TOKEN=kept-at-home"),
        ("a.log", ""),
        ("out/gone", ""),
        ("out/kept", ""),
        ("src/deep/b.log", ""),
        ("src/deep/run.sh", "#!/bin/sh\n"),
    ]);
    let at = |name: &str| folder.path().join(name);
    std::fs::set_permissions(at("src/deep/run.sh"), PermissionsExt::from_mode(0o750)).expect("set");
    symlink(outside.path(), at("folder-out")).expect("made");
    symlink(outside.path().join("secret"), at("file-out")).expect("made");
    symlink("src/deep/run.sh", at("in")).expect("made");
    let (names, lines) = sent(folder.path()).await;
    let out = outside.path().display();
    for name in [
        "-rwxr-x--- src/deep/run.sh".to_owned(),
        "-rw-r--r-- out/kept".to_owned(),
        "-rw-r--r-- .dockerignore".to_owned(),
        "-rw-r--r-- Dockerfile".to_owned(),
        "lrwxrwxrwx in -> src/deep/run.sh".to_owned(),
        format!("lrwxrwxrwx folder-out -> {out}"),
        format!("lrwxrwxrwx file-out -> {out}/secret"),
    ] {
        assert!(names.contains(&name), "{name}: {names:#?}");
    }
    let files = names.iter().filter(|name| !name.starts_with('d')).count();
    assert_eq!(files, 7, "{names:#?}");
    let told = "Kept out of the image, because it may hold tokens: .env";
    assert!(lines.iter().any(|line| line == told), "{lines:#?}");
}

/// The most memory that this process had at once, in KiB, since it was last asked to forget.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .expect("a line");
    let number = line.split_whitespace().nth(1).expect("a number");
    number.parse().expect("KiB")
}

/// Says that a process is there for one test.
const ALONE: &str = "BERTH_TEST_ALONE";

/// The memory that is looked at is the whole process's, so this test has one to itself.
#[test]
fn a_folder_of_any_size_is_never_in_memory() {
    if std::env::var_os(ALONE).is_none() {
        let name = "build::a_folder_of_any_size_is_never_in_memory";
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", name, "--nocapture"])
            .env(ALONE, "1")
            .output()
            .expect("started");
        let said = String::from_utf8_lossy(&output.stdout);
        let ran = output.status.success() && said.contains("1 passed");
        assert!(ran, "{said}{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measured());
}

async fn measured() {
    let folder = TempDir::new().expect("a folder");
    for number in 0..4000 {
        let place = folder.path().join(format!("d{}", number % 40));
        std::fs::create_dir_all(&place).expect("made");
        std::fs::write(place.join(format!("f{number}")), number.to_string()).expect("written");
    }
    let large = std::fs::File::create(folder.path().join("d0/large")).expect("made");
    large.set_len(400 << 20).expect("long");
    let recipe = "FROM scratch\nCOPY d1 /d1\n";
    std::fs::write(folder.path().join("Dockerfile"), recipe).expect("written");
    let config = TempDir::new().expect("a folder");
    let tag = format!("berth-contract/large-{}:1", unique());
    let request = BuildRequest {
        context: path_of(&folder),
        dockerfile: "Dockerfile".to_owned(),
        tag: tag.clone(),
        ..BuildRequest::default()
    };
    // 5: forget what was the most.
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux");
    let before = most_memory();
    let built = engine(config.path())
        .build(&request, &Watch::silent())
        .await;
    built.expect("built");
    let grown = most_memory() - before;
    assert!(grown < 48 << 10, "{grown} KiB for 400 MiB");
    docker(&["rmi", &tag]);
}

#[tokio::test]
async fn credentials_reach_the_registry_of_the_base_and_no_other() {
    let (private, other) = (
        Registry::start(Manner::Password),
        Registry::start(Manner::Password),
    );
    let config = TempDir::new().expect("a folder");
    let reference = format!("{}/private/image:1", private.address);
    let folder = folder_with(&[("Dockerfile", "ARG PLACE\nFROM ${PLACE}/private/image:1\n")]);
    let request = BuildRequest {
        context: path_of(&folder),
        dockerfile: "Dockerfile".to_owned(),
        args: [("PLACE".to_owned(), private.address.clone())].into(),
        tag: "berth-contract/never:1".to_owned(),
        ..BuildRequest::default()
    };
    let engine = engine(config.path());
    let error = engine
        .build(&request, &Watch::silent())
        .await
        .expect_err("no password");
    let denied = ErrorCode::ImageDenied {
        reference: reference.clone(),
    };
    assert_eq!(error.code, denied, "{error:?}");
    assert_eq!(private.seen.try_iter().count(), 0);

    let basic = "YWRhOn5+Pz7Dvw==";
    let auths = serde_json::json!({"auths": {
        (private.address.as_str()): {"auth": basic},
        (other.address.as_str()): {"auth": "b3RoZXI6c2VjcmV0"},
    }});
    std::fs::write(config.path().join("config.json"), auths.to_string()).expect("written");
    let error = engine
        .build(&request, &Watch::silent())
        .await
        .expect_err("no such image");
    assert_eq!(
        error.code,
        ErrorCode::ImageNotFound { reference },
        "{error:?}"
    );
    let seen: Vec<Seen> = private.seen.try_iter().collect();
    assert!(!seen.is_empty());
    for each in seen {
        assert_eq!(each, Seen::Authorization(format!("Basic {basic}")));
    }
    assert_eq!(other.seen.try_iter().count(), 0);
}

#[tokio::test]
async fn a_base_whose_registry_is_away_is_told_as_that() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let reference = format!("{}/image:1", listener.local_addr().expect("an address"));
    drop(listener);
    let text = format!("FROM {reference}\n");
    let folder = folder_with(&[("Dockerfile", text.as_str())]);
    let config = TempDir::new().expect("a folder");
    let request = BuildRequest {
        context: path_of(&folder),
        dockerfile: "Dockerfile".to_owned(),
        tag: "berth-contract/never:2".to_owned(),
        ..BuildRequest::default()
    };
    let error = engine(config.path())
        .build(&request, &Watch::silent())
        .await;
    let error = error.expect_err("nobody answers");
    assert_eq!(
        error.code,
        ErrorCode::RegistryUnreachable { reference },
        "{error:?}"
    );
}
