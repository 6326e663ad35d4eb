//! What is said of an installed server's image.

use berth_core::catalog::{Catalog, Trust};
use berth_core::error::Result;
use berth_core::image::{ImageAdvice, ImageReview};
use berth_core::input::InputValue;
use berth_core::plan::Choices;
use berth_testkit::fake::World;

use crate::desk::{Desk, name};

const SOURCE: &str = "/home/ada/src/baked";

const DOCKERFILE: &str = "FROM example/base:1\nRUN pip install demo\nRUN true\nCOPY src /src\n";

/// A server that was built from a folder.
async fn built() -> Desk {
    let world = World::new();
    {
        let mut state = world.state();
        state.build("example/base:1");
        for (file, text) in [
            (
                "pyproject.toml",
                r#"{"name": "baked-mcp", "dependencies": {"rich": "", "numpy": ""}}"#,
            ),
            ("Dockerfile", DOCKERFILE),
            ("src/main.py", "import 'rich'"),
            (".git/pack", "0123456789"),
        ] {
            state.files.write(&format!("{SOURCE}/{file}"), text);
        }
    }
    let entry = include_str!("entries/baked.yaml").replace(
        "build: { source: source }",
        "build: { source: source, size_mb: 1 }",
    );
    let catalog = Catalog::from_files([("baked.yaml", entry.as_str())], Trust::Verified);
    assert!(catalog.reports().is_empty(), "{:#?}", catalog.reports());
    let ports = world.ports();
    let desk = Desk::over(world, ports, catalog);
    desk.install_done(Choices {
        entry: "baked".to_owned(),
        variant: Some("build".to_owned()),
        inputs: [("source".to_owned(), InputValue::source(SOURCE))].into(),
        ..Choices::default()
    })
    .await;
    desk
}

async fn review(desk: &Desk, of: &str) -> Result<ImageReview> {
    desk.berth.image_review(name(of)).await
}

#[tokio::test]
async fn is_told_with_its_base_its_folder_and_what_could_make_it_smaller() {
    let desk = built().await;
    let said = review(&desk, "baked").await.unwrap();
    assert_eq!(said.reference, "baked-mcp:latest");
    assert_eq!(said.wanted, Some(1_000_000));
    let layers: Vec<_> = said
        .layers
        .iter()
        .map(|l| (l.base, l.instruction.as_str()))
        .collect();
    assert_eq!(
        layers,
        [
            (true, "ADD rootfs /"),
            (false, "RUN pip install demo"),
            (false, "RUN true"),
            (false, "COPY src /src"),
        ]
    );
    let from = said.built_from.clone().unwrap();
    assert_eq!((from.folder.as_str(), from.unread), (SOURCE, None));
    let needs: Vec<_> = from
        .dependencies
        .iter()
        .map(|d| (d.name.as_str(), d.imported))
        .collect();
    assert_eq!(needs, [("rich", true), ("numpy", false)]);
    assert_eq!(said.advice, said.advise());
    for advice in [
        ImageAdvice::RunsApart { count: 2 },
        ImageAdvice::IgnoreMissing {
            path: format!("{SOURCE}/.dockerignore"),
        },
        ImageAdvice::SeldomNeeded {
            name: ".git".to_owned(),
            size: 10,
        },
        ImageAdvice::NotImported {
            name: "numpy".to_owned(),
        },
    ] {
        assert!(
            said.advice.contains(&advice),
            "{advice:?}: {:#?}",
            said.advice
        );
    }

    // The base may be gone since; then nothing is said of instructions.
    desk.world.state().images.remove("example/base:1");
    let said = review(&desk, "baked").await.unwrap();
    assert!(said.layers.iter().all(|layer| !layer.base));
    assert!(!said.advice.contains(&ImageAdvice::RunsApart { count: 2 }));
}

#[tokio::test]
async fn is_told_without_its_folder_where_that_is_gone() {
    let desk = built().await;
    desk.world.state().files.delete(SOURCE, SOURCE);
    let said = review(&desk, "baked").await.unwrap();
    assert!(!said.layers.is_empty());
    let from = said.built_from.unwrap();
    assert_eq!((from.sent, from.dependencies), (None, Vec::new()));
    assert_eq!(from.unread.unwrap().name(), "folder_missing");
}

#[tokio::test]
async fn is_none_where_a_server_has_none_or_it_is_gone() {
    let desk = Desk::new();
    desk.install_done(Choices {
        entry: "clock".to_owned(),
        variant: Some("python".to_owned()),
        ..Choices::default()
    })
    .await;
    for (of, error) in [("clock", "no_image"), ("nothing", "not_installed")] {
        assert_eq!(review(&desk, of).await.unwrap_err().name(), error);
    }

    let desk = built().await;
    desk.world.state().images.clear();
    assert_eq!(
        review(&desk, "baked").await.unwrap_err().name(),
        "image_missing"
    );
}
