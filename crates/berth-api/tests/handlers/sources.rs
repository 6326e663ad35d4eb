//! Source folders: found, used, remembered.

use berth_api::types::SourceFind;
use berth_core::catalog::{Access, Catalog, Trust};
use berth_core::error::ErrorCode;
use berth_core::input::{InputValue, PathGrant};
use berth_core::plan::Choices;
use berth_testkit::fake::World;

use crate::desk::{Desk, code};

/// A machine with an entry that is built from a source folder.
fn desk() -> Desk {
    let world = World::new();
    world.state().publish("example/clock:1.2.3");
    let ports = world.ports();
    let files = [("baked.yaml", include_str!("entries/baked.yaml"))];
    let catalog = Catalog::from_files(files, Trust::Verified);
    assert!(catalog.reports().is_empty(), "{:#?}", catalog.reports());
    Desk::over(world, ports, catalog)
}

fn put(desk: &Desk, folder: &str, name: &str) {
    let mut state = desk.world.state();
    let text = format!(r#"{{"name": "{name}", "version": "1.0"}}"#);
    state
        .files
        .write(&format!("{folder}/pyproject.toml"), &text);
    let dockerfile = format!("{folder}/Dockerfile");
    state.files.write(&dockerfile, "FROM example/clock:1.2.3\n");
}

fn wanted(folders: &[&str]) -> SourceFind {
    SourceFind {
        entry: "baked".to_owned(),
        input: "source".to_owned(),
        folders: folders.iter().map(|folder| (*folder).to_owned()).collect(),
    }
}

fn baked(name: &str, folder: &str) -> Choices {
    let source = InputValue::Paths(vec![PathGrant {
        path: folder.to_owned(),
        access: Access::ReadOnly,
    }]);
    Choices {
        entry: "baked".to_owned(),
        name: Some(name.to_owned()),
        inputs: [("source".to_owned(), source)].into(),
        ..Choices::default()
    }
}

async fn paths(desk: &Desk, folders: &[&str]) -> Vec<String> {
    let answer = desk.berth.source_find(wanted(folders)).await.unwrap();
    assert!(answer.complete);
    let paths = answer.sources.into_iter().map(|source| source.path);
    paths.collect()
}

#[tokio::test]
async fn a_project_is_found_in_the_usual_places_and_where_one_works() {
    let desk = desk();
    put(&desk, "/home/ada/src/baked", "baked-mcp");
    put(&desk, "/home/ada/src/other", "other-mcp");
    put(&desk, "/srv/baked", "Baked_MCP");
    assert_eq!(paths(&desk, &[]).await, ["/home/ada/src/baked"]);
    assert_eq!(
        paths(&desk, &["/nowhere/at/all"]).await,
        ["/home/ada/src/baked"],
        "a folder that is not there"
    );
    let both = ["/srv/baked", "/home/ada/src/baked"];
    assert_eq!(paths(&desk, &["/srv"]).await, both);
}

#[tokio::test]
async fn only_inputs_of_source_folders_are_looked_for() {
    let desk = desk();
    for input in ["note", "nothing"] {
        let request = SourceFind {
            input: input.to_owned(),
            ..wanted(&[])
        };
        let expected = ErrorCode::InputUnknown {
            input: input.to_owned(),
        };
        assert_eq!(code(desk.berth.source_find(request).await), expected);
    }
    let request = SourceFind {
        entry: "nothing".to_owned(),
        ..wanted(&[])
    };
    let unknown = code(desk.berth.source_find(request).await);
    assert!(matches!(unknown, ErrorCode::EntryUnknown { .. }));
}

#[tokio::test]
async fn folders_that_were_used_are_remembered_newest_first_and_once() {
    let desk = desk();
    for folder in ["/srv/a", "/srv/b"] {
        put(&desk, folder, "baked-mcp");
    }
    desk.world.state().files.link("/srv/link", "/srv/a");
    desk.install_done(baked("one", "/srv/a")).await;
    desk.install_done(baked("two", "/srv/b")).await;
    desk.install_done(baked("three", "/srv/link")).await;
    let settings = desk.berth.settings_get(()).await.unwrap();
    assert_eq!(settings.recent_sources, ["/srv/a", "/srv/b"]);
    assert!(settings.recent_projects.is_empty());
    let answer = desk.berth.source_find(wanted(&[])).await.unwrap();
    let told: Vec<_> = answer
        .sources
        .iter()
        .map(|source| (source.path.as_str(), source.used_before))
        .collect();
    assert_eq!(told, [("/srv/a", true), ("/srv/b", true)]);
}

#[tokio::test]
async fn a_stopped_search_gives_what_it_has_and_the_next_one_is_whole() {
    let desk = desk();
    put(&desk, "/home/ada/src/baked", "baked-mcp");
    let (answer, stopped) = tokio::join!(
        biased;
        desk.berth.source_find(wanted(&[])),
        desk.berth.source_stop(())
    );
    stopped.unwrap();
    assert!(!answer.unwrap().complete);
    assert_eq!(paths(&desk, &[]).await, ["/home/ada/src/baked"]);
}
