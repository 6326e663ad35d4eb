//! The contract of [`Engine`]'s builds and names of images.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode};
use berth_core::port::{BuildRequest, Engine, ImageInfo};
use berth_core::progress::{Progress, Watch};
use tokio_util::sync::CancellationToken;

/// An engine, and what builds need around it.
#[async_trait]
pub trait World: Send + Sync {
    /// The engine.
    fn engine(&self) -> &dyn Engine;
    /// An image that is on this computer and in its registry, with the fixture server as
    /// `/server`, and without any instruction that nobody else's image has.
    fn base(&self) -> String;
    /// An image that no registry has.
    fn absent(&self) -> String;
    /// Makes a folder with these files; its absolute path.
    fn folder(&self, files: &[(&str, &str)]) -> String;
    /// Whether a container of an image that is made from [`World::base`] runs or is left.
    async fn has_containers(&self) -> bool;
}

/// Runs the whole suite. `unique` tells this run's names from others'.
pub async fn check(world: &dyn World, unique: &str) {
    let tag = format!("berth-contract/{unique}:dev");
    built(world, &tag).await;
    layers(world, &tag).await;
    refused(world, &tag).await;
    cancelled(world, &tag).await;
    names(world, unique).await;
    world.engine().remove_image(&tag).await.expect("removed");
    assert!(!world.has_containers().await);
}

const TWO_STAGES: &str = "ARG BASE
FROM ${BASE} AS deps
COPY one /one
ENV NOTE=${NOTE}
FROM deps AS baked
COPY two /two
";

fn request(world: &dyn World, folder: &str, tag: &str) -> BuildRequest {
    BuildRequest {
        context: folder.to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        args: BTreeMap::from([("BASE".to_owned(), world.base())]),
        tag: tag.to_owned(),
        ..BuildRequest::default()
    }
}

/// Builds, and gives what was told.
async fn watched(
    world: &dyn World,
    request: &BuildRequest,
) -> (Result<ImageInfo, Error>, Vec<Progress>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let watch = Watch::new(
        move |progress| sink.lock().expect("not poisoned").push(progress),
        CancellationToken::new(),
    );
    let result = world.engine().build(request, &watch).await;
    let seen = seen.lock().expect("not poisoned").clone();
    (result, seen)
}

/// It is made of what its base is made of, and of its own instructions.
async fn layers(world: &dyn World, tag: &str) {
    let engine = world.engine();
    let folder = world.folder(&[("Dockerfile", TWO_STAGES), ("one", "1"), ("two", "2")]);
    let image = watched(world, &request(world, &folder, tag)).await.0;
    let image = image.expect("built");
    let base = engine.image_layers(&world.base()).await.expect("here");
    assert!(!base.is_empty());
    for reference in [tag, &image.id] {
        let all = engine.image_layers(reference).await.expect("here");
        assert!(all.starts_with(&base), "{all:#?}");
        let own = all[base.len()..].iter();
        let own: Vec<_> = own
            .map(|layer| {
                let word = layer.instruction.split(' ').next().unwrap_or_default();
                (word, layer.size, layer.base)
            })
            .collect();
        assert_eq!(
            own,
            [("COPY", 1, false), ("ENV", 0, false), ("COPY", 1, false)],
            "{all:#?}"
        );
    }
    let missing = engine.image_layers("berth-contract/nothing:1").await;
    assert_eq!(missing.expect_err("not here").name(), "image_missing");
}

async fn id_at(world: &dyn World, reference: &str) -> Option<String> {
    let found = world.engine().image(reference).await.expect("asked");
    found.map(|image| image.id)
}

async fn built(world: &dyn World, tag: &str) {
    let files =
        |two: &'static str| world.folder(&[("Dockerfile", TWO_STAGES), ("one", "1"), ("two", two)]);
    let (folder, other) = (files("2"), files("other"));
    let whole = request(world, &folder, tag);
    let (first, seen) = watched(world, &whole).await;
    let first = first.expect("built");
    assert!(first.id.starts_with("sha256:") && first.size > 0);
    assert_eq!(first.names, [tag]);
    assert_eq!(first.digest, None, "no registry knows it");

    let counts: Vec<(u32, u32)> = seen
        .iter()
        .filter_map(|progress| match progress {
            Progress::Count { done, total } => Some((*done, *total)),
            _ => None,
        })
        .collect();
    let total = counts.first().expect("steps are counted").1;
    let expected: Vec<_> = (0..total).map(|done| (done, total)).collect();
    assert_eq!(counts, expected, "every step once, in order");
    let line = |words: &str| {
        seen.iter()
            .any(|p| matches!(p, Progress::Line { text } if text.contains(words)))
    };
    assert!(line("COPY two /two"), "{seen:?}");

    let (again, _) = watched(world, &whole).await;
    assert_eq!(again.expect("built").id, first.id, "nothing changed");

    // Another stage, another argument, another file: another image, and the name goes with it.
    let mut variants = vec![
        BuildRequest {
            target: Some("deps".to_owned()),
            ..whole.clone()
        },
        request(world, &other, tag),
        whole.clone(),
        BuildRequest {
            no_cache: true,
            ..whole.clone()
        },
    ];
    variants[2].args.insert("BASE".to_owned(), first.id.clone());
    let mut ids = vec![first.id.clone()];
    for variant in &variants {
        let (image, _) = watched(world, variant).await;
        let image = image.expect("built");
        assert_eq!(id_at(world, tag).await.as_ref(), Some(&image.id));
        assert!(!ids.contains(&image.id), "{variant:?}");
        ids.push(image.id);
    }
    // The first one is still there, without a name.
    let old = world.engine().image(&first.id).await.expect("asked");
    assert_eq!(old.expect("kept").names, Vec::<String>::new());
    for id in &ids[..ids.len() - 1] {
        world.engine().remove_image(id).await.expect("removed");
    }
}

async fn refused(world: &dyn World, tag: &str) {
    let before = id_at(world, tag).await;
    let base = world.base();
    let fails = format!("FROM {base}\nCOPY a /a\nRUN [\"/server\", \"--exit\", \"3\"]\n");
    let kit = format!("FROM {base}\nRUN --mount=type=cache,target=/x [\"/server\"]\n");
    let absent = format!("FROM {}\n", world.absent());
    let plain = world.folder(&[("Dockerfile", TWO_STAGES), ("one", "1"), ("two", "2")]);
    let of = |text: &str| world.folder(&[("Dockerfile", text), ("a", "a")]);
    let path = format!("{plain}/other/Dockerfile");
    let missing = "berth-no-such-folder".to_owned();
    let cases = [
        (
            request(world, &of(&fails), tag),
            ErrorCode::BuildFailed {
                step: r#"RUN ["/server", "--exit", "3"]"#.to_owned(),
            },
        ),
        (
            request(world, &of(&kit), tag),
            ErrorCode::BuildKitNeeded {
                step: r#"RUN --mount=type=cache,target=/x ["/server"]"#.to_owned(),
            },
        ),
        (
            request(world, &of(&absent), tag),
            ErrorCode::ImageNotFound {
                reference: world.absent(),
            },
        ),
        (
            BuildRequest {
                target: Some("stage".to_owned()),
                ..request(world, &plain, tag)
            },
            ErrorCode::BuildTargetMissing {
                target: "stage".to_owned(),
                dockerfile: format!("{plain}/Dockerfile"),
            },
        ),
        (
            BuildRequest {
                dockerfile: "other/Dockerfile".to_owned(),
                ..request(world, &plain, tag)
            },
            ErrorCode::DockerfileMissing { path },
        ),
        (
            request(world, &missing, tag),
            ErrorCode::FolderMissing {
                path: missing.clone(),
            },
        ),
    ];
    for (request, code) in cases {
        let (result, _) = watched(world, &request).await;
        let error = result.expect_err("refused");
        assert_eq!(error.code, code, "{error:?}");
        let says = matches!(code, ErrorCode::BuildFailed { .. }) && error.causes.is_empty();
        assert!(!says, "what the build said is kept");
        assert_eq!(id_at(world, tag).await, before, "the name stays: {code:?}");
    }
}

async fn cancelled(world: &dyn World, tag: &str) {
    let before = id_at(world, tag).await;
    // Without an end of its own.
    let stays = format!("FROM {}\nRUN [\"/server\", \"--stay\"]\n", world.base());
    let folder = world.folder(&[("Dockerfile", stays.as_str())]);
    let early = CancellationToken::new();
    early.cancel();
    let during = CancellationToken::new();
    let by_progress = during.clone();
    let runs = move |progress| {
        if matches!(progress, Progress::Line { text } if text.contains("Running in") || text.contains("--stay"))
        {
            by_progress.cancel();
        }
    };
    for watch in [Watch::new(|_| {}, early), Watch::new(runs, during)] {
        let request = request(world, &folder, tag);
        let result = world.engine().build(&request, &watch).await;
        let error = result.expect_err("cancelled");
        assert!(error.is_cancelled(), "{error:?}");
        assert_eq!(id_at(world, tag).await, before);
    }
    // The engine ends what ran for it by itself.
    while world.has_containers().await {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn names(world: &dyn World, unique: &str) {
    let engine = world.engine();
    let [one, two] = ["one", "two"].map(|tag| format!("berth-contract/names-{unique}:{tag}"));
    let make = |text: &'static str| {
        world.folder(&[("Dockerfile", TWO_STAGES), ("one", text), ("two", "")])
    };
    let built = |folder: String, tag: String| async move {
        let request = request(world, &folder, &tag);
        engine
            .build(&request, &Watch::silent())
            .await
            .expect("built")
            .id
    };
    let first = built(make("names 1"), one.clone()).await;
    let second = built(make("names 2"), two.clone()).await;

    engine.tag_image(&first, &two).await.expect("named");
    assert_eq!(id_at(world, &two).await.as_ref(), Some(&first));
    let both = engine.image(&first).await.expect("asked").expect("there");
    let mut names = both.names;
    names.sort();
    assert_eq!(names, [one.clone(), two.clone()]);
    engine.tag_image(&second, &two).await.expect("named");
    assert_eq!(id_at(world, &two).await.as_ref(), Some(&second));
    engine
        .tag_image(&second, &two)
        .await
        .expect("it has it already");

    let unknown = format!("sha256:{}", "0".repeat(64));
    let error = engine
        .tag_image(&unknown, &two)
        .await
        .expect_err("no such image");
    assert_eq!(error.code, ErrorCode::ImageMissing { reference: unknown });
    engine.tag_image(&first, "../x").await.expect_err("no name");

    // An image goes with its last name, and one without by its identifier.
    engine.tag_image(&first, &two).await.expect("named");
    let nameless = engine.image(&second).await.expect("asked").expect("there");
    assert_eq!(nameless.names, Vec::<String>::new());
    engine.remove_image(&second).await.expect("removed");
    assert_eq!(id_at(world, &second).await, None);
    engine.remove_image(&one).await.expect("removed");
    assert_eq!(id_at(world, &first).await.as_ref(), Some(&first));
    engine.remove_image(&two).await.expect("removed");
    assert_eq!(id_at(world, &first).await, None);
}
