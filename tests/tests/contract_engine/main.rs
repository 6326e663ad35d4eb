//! The engine adapter against a real engine and real, or really broken, registries.

mod backup;
mod build;
mod registry;
mod services;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use async_trait::async_trait;
use berth_adapters::docker::DockerEngine;
use berth_adapters::docker::discover::Around;
use berth_core::error::ErrorCode;
use berth_core::facts::{EndpointSource, Platform};
use berth_core::port::{Engine, SessionLabels};
use berth_core::progress::{Progress, Watch};
use berth_testkit::contract::engine::{World, check};
use berth_testkit::ground;
use registry::{Manner, Registry, Seen};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// An engine that is found through the setting, with a Docker configuration of the test's own.
fn engine(docker_config: &Path) -> DockerEngine {
    let config = docker_config.to_str().expect("UTF-8").to_owned();
    let around = Around {
        platform: Platform::Linux,
        user_home: docker_config.to_owned(),
        uid: None,
        variable: Box::new(move |name| (name == "DOCKER_CONFIG").then(|| config.clone())),
    };
    DockerEngine::with_around(around, || Some(ground::docker_host()))
}

/// Docker's own command line, so that what the adapter sees was made by somebody else.
fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker")
        .args(arguments)
        .env("DOCKER_HOST", ground::docker_host())
        .output()
        .expect("the docker command line");
    assert!(
        output.status.success(),
        "docker {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn unique() -> String {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_nanos();
    format!("{}-{nanos:x}", std::process::id())
}

/// The server image with two layers that nothing else has, in the registry and not in the engine.
fn own_image(name: &str) -> String {
    let unique = unique();
    let own = format!("{}/contract/{name}:{unique}", ground::registry());
    let context = TempDir::new().expect("a folder");
    let server = ground::image_server();
    let recipe = format!("FROM {server}\nCOPY one /one\nCOPY two /two\n");
    for (file, content) in [
        ("Dockerfile", recipe),
        ("one", format!("{unique} one ").repeat(50_000)),
        ("two", format!("{unique} two ").repeat(50_000)),
    ] {
        std::fs::write(context.path().join(file), content).expect("written");
    }
    docker(&["pull", "--quiet", &server]);
    let context = context.path().to_str().expect("UTF-8");
    docker(&["build", "--quiet", "--tag", &own, context]);
    docker(&["push", "--quiet", &own]);
    docker(&["rmi", &own]);
    own
}

struct RealWorld {
    engine: DockerEngine,
    pullable: String,
    denied: String,
    _config: TempDir,
}

impl RealWorld {
    async fn make(&self, arguments: &[&str]) -> String {
        docker(arguments)
    }
}

#[async_trait]
impl World for RealWorld {
    fn engine(&self) -> &dyn Engine {
        &self.engine
    }

    fn pullable(&self) -> String {
        self.pullable.clone()
    }

    fn absent(&self) -> String {
        format!("{}/contract/no-such-image:1", ground::registry())
    }

    fn denied(&self) -> String {
        format!("{}/private/image:1", self.denied)
    }

    fn unreachable(&self) -> String {
        // The port was free a moment ago, and nobody listens there.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        format!("{address}/image:1")
    }

    async fn make_session(&self, image: &str, labels: &SessionLabels, running: bool) -> String {
        let labels: Vec<String> = labels
            .to_map()
            .iter()
            .map(|(key, value)| format!("--label={key}={value}"))
            .collect();
        // With its input open the server waits; without, it ends.
        let mut arguments = vec!["run", "--detach", "--network=none"];
        if running {
            arguments.push("--interactive");
        }
        arguments.extend(labels.iter().map(String::as_str));
        arguments.push(image);
        let id = self.make(&arguments).await;
        if !running {
            docker(&["wait", &id]);
        }
        id
    }

    async fn make_foreign(&self, image: &str) -> String {
        self.make(&["run", "--detach", "--network=none", "--interactive", image])
            .await
    }

    async fn make_volume(&self, name: &str) {
        self.make(&["volume", "create", name]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_engine_keeps_the_contract() {
    let config = TempDir::new().expect("a folder");
    let world = RealWorld {
        engine: engine(config.path()),
        pullable: own_image("suite"),
        denied: Registry::start(Manner::Password).address,
        _config: config,
    };
    check(&world, &unique()).await;
}

#[tokio::test]
async fn facts_say_where_it_is_and_whose_users_it_has() {
    let config = TempDir::new().expect("a folder");
    let facts = engine(config.path()).probe().await.expect("it answers");
    assert_eq!(facts.product, "Docker");
    assert_eq!(facts.endpoint, ground::docker_host());
    assert_eq!(facts.found_by, EndpointSource::Settings);
    assert!(!facts.remote);
    assert!(facts.rootful_here, "the ground's engine runs as root here");
}

#[tokio::test]
async fn credentials_of_docker_login_reach_the_registry() {
    let registry = Registry::start(Manner::Password);
    let config = TempDir::new().expect("a folder");
    let reference = format!("{}/private/image:1", registry.address);
    let engine = engine(config.path());
    let error = engine
        .pull(&reference, &Watch::silent())
        .await
        .expect_err("no password");
    assert_eq!(
        error.code,
        ErrorCode::ImageDenied {
            reference: reference.clone()
        }
    );
    assert_eq!(registry.seen.try_iter().count(), 0);

    // "ada:~~?>ÿ": characters for which the two alphabets of base64 differ.
    let basic = "YWRhOn5+Pz7Dvw==";
    let written = serde_json::json!({"auths": {(registry.address.as_str()): {"auth": basic}}});
    std::fs::write(config.path().join("config.json"), written.to_string()).expect("written");
    let error = engine
        .pull(&reference, &Watch::silent())
        .await
        .expect_err("the registry knows no image");
    assert_eq!(error.code, ErrorCode::ImageNotFound { reference });
    let seen: Vec<Seen> = registry.seen.try_iter().collect();
    assert!(!seen.is_empty());
    for each in seen {
        assert_eq!(each, Seen::Authorization(format!("Basic {basic}")));
    }
}

#[tokio::test]
async fn a_registry_that_is_in_trouble_is_told_from_one_that_refuses() {
    let config = TempDir::new().expect("a folder");
    let engine = engine(config.path());
    for (status, code, expected) in [
        (503, "UNAVAILABLE", "registry_unreachable"),
        (500, "UNKNOWN", "registry_unreachable"),
        (429, "TOOMANYREQUESTS", "image_denied"),
        (403, "DENIED", "image_denied"),
        (404, "NAME_UNKNOWN", "image_not_found"),
    ] {
        let registry = Registry::start(Manner::Always(status, code));
        let error = engine
            .pull(&format!("{}/image:1", registry.address), &Watch::silent())
            .await
            .expect_err("no image");
        assert_eq!(error.name(), expected, "{status} {code}: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_pull_ends_at_the_registry_too() {
    let config = TempDir::new().expect("a folder");
    let registry = Registry::start(Manner::Endless);
    let engine = engine(config.path());
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let watch = Watch::new(
        move |progress| {
            if let Progress::Layers { layers } = progress
                && layers.iter().any(|layer| layer.current > 0)
            {
                stop.cancel();
            }
        },
        cancel,
    );
    let reference = format!("{}/endless:1", registry.address);
    let error = engine
        .pull(&reference, &watch)
        .await
        .expect_err("cancelled");
    assert!(error.is_cancelled(), "{error:?}");
    let next = || {
        registry
            .seen
            .recv_timeout(Duration::from_secs(60))
            .expect("the engine lets go of the layer")
    };
    assert_eq!(next(), Seen::LayerBegun);
    assert_eq!(next(), Seen::LayerDropped);
}

#[tokio::test]
async fn an_engine_that_is_not_there_is_named_by_what_is_wrong() {
    let place = TempDir::new().expect("a folder");
    let path = place.path().join("engine.sock");
    let endpoint = format!("unix://{}", path.display());
    let setting = endpoint.clone();
    let around = Around {
        platform: Platform::Linux,
        user_home: place.path().to_owned(),
        uid: None,
        variable: Box::new(|_| None),
    };
    let engine = DockerEngine::with_around(around, move || Some(setting.clone()));
    let error = engine.probe().await.expect_err("no socket");
    assert_eq!(error.code, ErrorCode::EngineMissing);
    assert!(
        error.causes.iter().any(|cause| cause.contains(&endpoint)),
        "{error:?}"
    );

    let listener = std::os::unix::net::UnixListener::bind(&path).expect("bound");
    // Accepted by the system, answered by nobody: an engine that is starting.
    let error = engine.probe().await.expect_err("silent");
    let stopped = ErrorCode::EngineStopped {
        endpoint: endpoint.clone(),
    };
    assert_eq!(error.code, stopped);
    drop(listener);
    let error = engine.probe().await.expect_err("its socket is left");
    assert_eq!(error.code, stopped);

    // And once it is there, it is found without a restart of Berth.
    std::fs::remove_file(&path).expect("removed");
    let real = ground::docker_host();
    let real = real.strip_prefix("unix://").expect("a socket");
    std::os::unix::fs::symlink(real, &path).expect("linked");
    engine.image("no-such-image:1").await.expect("it answers");
}
