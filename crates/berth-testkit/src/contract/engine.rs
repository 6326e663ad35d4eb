//! The contract of [`Engine`].

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use berth_core::error::ErrorCode;
use berth_core::port::{Engine, SessionLabels};
use berth_core::progress::{Layer, LayerState, Progress, Watch};
use tokio_util::sync::CancellationToken;

/// An engine, and the hands that the suite has around it. The references belong to the suite: it
/// pulls and removes them.
#[async_trait]
pub trait World: Send + Sync {
    /// The engine.
    fn engine(&self) -> &dyn Engine;
    /// An image of at least two layers that a registry gives and that is not here yet:
    /// `name:tag`.
    fn pullable(&self) -> String;
    /// An image that the same registry does not have.
    fn absent(&self) -> String;
    /// An image of a registry that refuses to give it.
    fn denied(&self) -> String;
    /// An image of a registry that cannot be reached.
    fn unreachable(&self) -> String;
    /// Makes a container of an image that is here, as a launcher would; its identifier.
    async fn make_session(&self, image: &str, labels: &SessionLabels, running: bool) -> String;
    /// Makes a container that is none of Berth's; its identifier.
    async fn make_foreign(&self, image: &str) -> String;
    /// Makes a volume.
    async fn make_volume(&self, name: &str);
}

/// Runs the whole suite. `unique` tells this run's containers and volumes from others'.
pub async fn check(world: &dyn World, unique: &str) {
    facts(world).await;
    what_is_not_there(world).await;
    refused_pulls(world).await;
    cancelled_pull(world).await;
    pull(world).await;
    pull_by_digest(world).await;
    sessions(world, unique).await;
    image_in_use(world, unique).await;
    volumes(world, unique).await;
    removed_image(world).await;
}

async fn facts(world: &dyn World) {
    let facts = world.engine().probe().await.expect("it answers");
    assert!(!facts.product.is_empty() && !facts.version.is_empty());
    assert!(facts.endpoint.contains("://"), "{}", facts.endpoint);
    let minor: u32 = facts
        .api
        .strip_prefix("1.")
        .and_then(|minor| minor.parse().ok())
        .expect("an API version");
    assert!(minor >= 41);
    assert!(facts.platform.contains('/'), "{}", facts.platform);
}

async fn what_is_not_there(world: &dyn World) {
    let engine = world.engine();
    for reference in [
        world.pullable(),
        world.absent(),
        format!("sha256:{}", "0".repeat(64)),
        "Not A Reference".to_owned(),
        "../version".to_owned(),
        String::new(),
    ] {
        assert_eq!(
            engine.image(&reference).await.expect("asked"),
            None,
            "{reference}"
        );
        engine
            .remove_image(&reference)
            .await
            .expect("missing is fine");
    }
}

async fn refused_pulls(world: &dyn World) {
    let engine = world.engine();
    let absent = world.absent();
    let denied = world.denied();
    let unreachable = world.unreachable();
    let odd = "Not A Reference".to_owned();
    for (reference, code) in [
        (
            &absent,
            ErrorCode::ImageNotFound {
                reference: absent.clone(),
            },
        ),
        (
            &odd,
            ErrorCode::ImageNotFound {
                reference: odd.clone(),
            },
        ),
        (
            &denied,
            ErrorCode::ImageDenied {
                reference: denied.clone(),
            },
        ),
        (
            &unreachable,
            ErrorCode::RegistryUnreachable {
                reference: unreachable.clone(),
            },
        ),
    ] {
        let error = engine
            .pull(reference, &Watch::silent())
            .await
            .expect_err(reference);
        assert_eq!(error.code, code, "{error:?}");
        assert_eq!(engine.image(reference).await.expect("asked"), None);
    }
}

async fn cancelled_pull(world: &dyn World) {
    let engine = world.engine();
    let before = CancellationToken::new();
    before.cancel();
    let during = CancellationToken::new();
    let by_progress = during.clone();
    for watch in [
        Watch::new(|_| {}, before),
        // As soon as the first layers are seen.
        Watch::new(
            move |progress| {
                if matches!(progress, Progress::Layers { .. }) {
                    by_progress.cancel();
                }
            },
            during,
        ),
    ] {
        let error = engine
            .pull(&world.pullable(), &watch)
            .await
            .expect_err("cancelled");
        assert!(error.is_cancelled(), "{error:?}");
    }
}

/// Pulls and gives all reports about layers.
async fn pull_and_watch(world: &dyn World, reference: &str) -> (String, String, Vec<Vec<Layer>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let watch = Watch::new(
        move |progress| {
            if let Progress::Layers { layers } = progress {
                sink.lock().expect("not poisoned").push(layers);
            }
        },
        CancellationToken::new(),
    );
    let pulled = world
        .engine()
        .pull(reference, &watch)
        .await
        .expect("pulled");
    assert!(pulled.id.starts_with("sha256:") && pulled.size > 0);
    let digest = pulled.digest.clone().expect("it came from a registry");
    assert!(digest.starts_with("sha256:"));
    let seen = seen.lock().expect("not poisoned").clone();
    (pulled.id, digest, seen)
}

async fn pull(world: &dyn World) {
    let engine = world.engine();
    let reference = world.pullable();
    let (id, _, seen) = pull_and_watch(world, &reference).await;

    let last = seen.last().expect("layers were reported");
    assert!(last.len() >= 2, "{last:?}");
    assert!(
        last.iter()
            .all(|layer| layer.state == LayerState::Done && layer.current == layer.total),
        "{last:?}"
    );
    for reports in seen.windows(2) {
        // Layers stay in their order, and none is lost on the way.
        let ids = |layers: &[Layer]| -> Vec<String> {
            layers.iter().map(|layer| layer.id.clone()).collect()
        };
        assert!(ids(&reports[1]).starts_with(&ids(&reports[0])));
    }

    let by_name = engine.image(&reference).await.expect("asked");
    assert_eq!(by_name.expect("there").id, id);
    let by_id = engine.image(&id).await.expect("asked");
    assert_eq!(by_id.expect("there").id, id);

    let again = engine.pull(&reference, &Watch::silent()).await;
    assert_eq!(again.expect("there already").id, id);
}

async fn pull_by_digest(world: &dyn World) {
    let engine = world.engine();
    let reference = world.pullable();
    let here = engine.image(&reference).await.expect("asked");
    let here = here.expect("pulled before");
    let digest = here.digest.expect("it came from a registry");
    let (name, _tag) = reference.rsplit_once(':').expect("name and tag");
    let pinned = format!("{name}@{digest}");

    let by_digest = engine.image(&pinned).await.expect("asked");
    assert_eq!(by_digest.expect("there").id, here.id);
    let pulled = engine
        .pull(&pinned, &Watch::silent())
        .await
        .expect("pulled");
    assert_eq!((pulled.id, pulled.digest), (here.id, Some(digest)));

    let other = format!("{name}@sha256:{}", "0".repeat(64));
    assert_eq!(engine.image(&other).await.expect("asked"), None);
    let error = engine
        .pull(&other, &Watch::silent())
        .await
        .expect_err("no such digest");
    assert_eq!(error.code, ErrorCode::ImageNotFound { reference: other });
}

fn labels(unique: &str, installation: &str, session: &str) -> SessionLabels {
    SessionLabels {
        installation: format!("{installation}-{unique}"),
        generation: "G1".to_owned(),
        session: session.to_owned(),
        home: format!("/home/{unique}"),
        owner: "1:2:a.b.c".to_owned(),
    }
}

async fn sessions(world: &dyn World, unique: &str) {
    let engine = world.engine();
    let image = world.pullable();
    let running = labels(unique, "alpha", "S1");
    let ended = labels(unique, "alpha", "S2");
    let other = labels(unique, "alpha-2", "S3");
    let first = world.make_session(&image, &running, true).await;
    let second = world.make_session(&image, &ended, false).await;
    let third = world.make_session(&image, &other, true).await;
    let foreign = world.make_foreign(&image).await;

    let all = engine.session_containers(None).await.expect("listed");
    for id in [&first, &second, &third] {
        assert!(all.iter().any(|container| container.id == *id));
    }
    assert!(!all.iter().any(|container| container.id == foreign));

    let mut own = engine
        .session_containers(Some(&running.installation))
        .await
        .expect("listed");
    own.sort_by(|a, b| a.labels.session.cmp(&b.labels.session));
    let own: Vec<_> = own
        .into_iter()
        .map(|container| (container.id, container.running, container.labels))
        .collect();
    assert_eq!(
        own,
        [
            (first.clone(), true, running.clone()),
            (second.clone(), false, ended)
        ],
        "neither the other installation's nor the foreign one"
    );

    for id in [&first, &second, &third, &foreign] {
        engine.remove_container(id).await.expect("removed");
        engine.remove_container(id).await.expect("missing is fine");
    }
    let left = engine
        .session_containers(Some(&running.installation))
        .await
        .expect("listed");
    assert_eq!(left, []);
    engine
        .remove_container("../images/x")
        .await
        .expect_err("no container's name");
}

async fn image_in_use(world: &dyn World, unique: &str) {
    let engine = world.engine();
    let image = world.pullable();
    let id = world
        .make_session(&image, &labels(unique, "beta", "S1"), true)
        .await;
    engine.remove_image(&image).await.expect("in use is fine");
    assert!(engine.image(&image).await.expect("asked").is_some());
    engine.remove_container(&id).await.expect("removed");
}

async fn volumes(world: &dyn World, unique: &str) {
    let engine = world.engine();
    let name = format!("berth-contract-{unique}");
    assert!(!engine.volume_exists(&name).await.expect("asked"));
    engine.remove_volume(&name).await.expect("missing is fine");
    world.make_volume(&name).await;
    assert!(engine.volume_exists(&name).await.expect("asked"));
    engine.remove_volume(&name).await.expect("deleted");
    assert!(!engine.volume_exists(&name).await.expect("asked"));
    engine
        .remove_volume("a/../b")
        .await
        .expect_err("no volume's name");
}

async fn removed_image(world: &dyn World) {
    let engine = world.engine();
    let image = world.pullable();
    engine.remove_image(&image).await.expect("removed");
    assert_eq!(engine.image(&image).await.expect("asked"), None);
    engine.remove_image(&image).await.expect("missing is fine");
}
