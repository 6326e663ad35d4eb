//! Source folders: found, used, remembered.

use berth_api::types::{InstallRequest, SourceEnv, SourceFind};
use berth_core::catalog::{Catalog, Trust};
use berth_core::error::ErrorCode;
use berth_core::input::{InputProblem, InputValue};
use berth_core::job::JobState;
use berth_core::plan::{Choices, Warning};
use berth_testkit::fake::World;

use crate::desk::{Desk, TOKEN, code};

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
    let source = InputValue::source(folder);
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

fn env_of(desk: &Desk, folder: &str, text: &str) {
    let path = format!("{folder}/.env");
    desk.world.state().files.write(&path, text);
}

fn with_env(replace: bool) -> Choices {
    Choices {
        variant: Some("token".to_owned()),
        from_env: vec!["token".to_owned()],
        replace,
        ..baked("baked", "/srv/a")
    }
}

#[tokio::test]
async fn a_secret_of_an_env_file_goes_to_the_vault_and_nowhere_else() {
    let desk = desk();
    put(&desk, "/srv/a", "baked-mcp");
    env_of(&desk, "/srv/a", &format!("NOTE=hello\nTOKEN={TOKEN}\n"));
    let mut events = desk.berth.subscribe();
    let mut heard = String::new();
    let asked = SourceEnv {
        entry: "baked".to_owned(),
        input: "source".to_owned(),
        folder: "/srv/a".to_owned(),
    };
    let found = desk.berth.source_env(asked).await.unwrap().unwrap();
    let told: Vec<_> = found
        .values
        .iter()
        .map(|value| value.input.as_str())
        .collect();
    assert_eq!(told, ["note", "token"]);
    heard.push_str(&serde_json::to_string(&found).unwrap());

    // Nobody said that it is to be used.
    let without = Choices {
        from_env: Vec::new(),
        ..with_env(false)
    };
    let preview = desk.berth.plan_preview(without).await.unwrap();
    assert_eq!(preview.inputs.0["token"], InputProblem::Empty);

    let preview = desk.berth.plan_preview(with_env(false)).await.unwrap();
    let path = "/srv/a/.env".to_owned();
    let warnings = &preview.plan.as_ref().unwrap().warnings;
    assert!(
        warnings.contains(&Warning::SecretInFile { path }),
        "{warnings:?}"
    );
    heard.push_str(&serde_json::to_string(&preview).unwrap());

    let ended = desk.install(with_env(false)).await;
    assert_eq!(ended.state, JobState::Done, "{:?}", ended.error);
    heard.push_str(&serde_json::to_string(&ended).unwrap());
    let secrets: Vec<String> = desk.world.state().secrets.values().cloned().collect();
    assert_eq!(secrets, [TOKEN]);
    let page = desk
        .berth
        .installation_get(crate::desk::name("baked"))
        .await;
    heard.push_str(&serde_json::to_string(&page.unwrap()).unwrap());
    while let Ok(Some(event)) =
        tokio::time::timeout(std::time::Duration::from_millis(50), events.next()).await
    {
        heard.push_str(&serde_json::to_string(&event).unwrap());
    }
    assert!(heard.contains("hello"), "{heard}");
    assert!(!heard.contains(TOKEN), "{heard}");
    let written: Vec<_> = {
        let state = desk.world.state();
        let files = state
            .files
            .iter()
            .filter(|(path, node)| *path != "/srv/a/.env" && format!("{node:?}").contains(TOKEN));
        files.map(|(path, _)| path.clone()).collect()
    };
    assert!(written.is_empty(), "{written:?}");

    // The one that is kept stays unless the file's is asked for.
    env_of(&desk, "/srv/a", "TOKEN=another-another-another\n");
    let kept = Choices {
        from_env: Vec::new(),
        ..with_env(true)
    };
    desk.install_done(kept).await;
    let secrets = || {
        desk.world
            .state()
            .secrets
            .values()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(secrets(), [TOKEN]);
    desk.install_done(with_env(true)).await;
    assert_eq!(secrets(), ["another-another-another"]);
}

#[tokio::test]
async fn a_file_that_changed_after_it_was_shown_is_read_again() {
    let desk = desk();
    put(&desk, "/srv/a", "baked-mcp");
    env_of(&desk, "/srv/a", &format!("TOKEN={TOKEN}\n"));
    let consent = desk.shown(&with_env(false)).await.consent.unwrap();
    env_of(&desk, "/srv/a", "TOKEN=\n");
    let request = InstallRequest {
        choices: with_env(false),
        consent,
        trust: None,
    };
    let input = "token".to_owned();
    let refused = code(desk.berth.install_start(request).await);
    assert_eq!(refused, ErrorCode::InputMissing { input });

    let too_large = "#".repeat(64 * 1024 + 1);
    env_of(&desk, "/srv/a", &too_large);
    let refused = code(desk.berth.plan_preview(with_env(false)).await);
    assert!(
        matches!(refused, ErrorCode::FileFailed { .. }),
        "{refused:?}"
    );
}
