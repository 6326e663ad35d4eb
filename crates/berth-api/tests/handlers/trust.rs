//! Plans that need more than a click.

use berth_core::catalog::{Catalog, Trust};
use berth_core::error::ErrorCode;
use berth_core::input::InputValue;
use berth_core::job::JobState;
use berth_core::plan::Choices;
use berth_core::server::Mount;
use berth_testkit::fake::World;

use crate::desk::{Desk, code, name};

fn runner(engine: &str) -> Choices {
    Choices {
        entry: "runner".to_owned(),
        name: Some("mine".to_owned()),
        inputs: [("engine".to_owned(), InputValue::Text(engine.to_owned()))].into(),
        ..Choices::default()
    }
}

fn desk() -> Desk {
    let world = World::new();
    world.state().publish("example/runner:1.0.0");
    let file = ("runner.yaml", include_str!("entries/runner.yaml"));
    let catalog = Catalog::from_files([file], Trust::Verified);
    Desk::over(world.clone(), world.ports(), catalog)
}

/// Whether the installed server has the engine's socket.
async fn has_socket(desk: &Desk) -> bool {
    let page = desk.berth.installation_get(name("mine")).await.unwrap();
    let launch = page.installation.launch;
    let is_socket = |mount: &Mount| matches!(mount, Mount::EngineSocket { .. });
    launch.containers()[0].mounts.iter().any(is_socket)
}

async fn done(desk: &Desk, choices: Choices, trust: Option<&str>) {
    let job = desk.start_trusting(choices, trust).await.unwrap();
    let job = desk.berth.job_wait(&job).await.unwrap();
    assert_eq!(job.state, JobState::Done, "{:#?}", job.error);
}

#[tokio::test]
async fn the_socket_is_given_to_whoever_types_the_name_and_to_nobody_else() {
    let desk = desk();
    let before = desk.world.snapshot();
    for typed in [None, Some(""), Some("yes"), Some("runner")] {
        let refused = desk.start_trusting(runner("here"), typed).await;
        let needed = ErrorCode::TrustNeeded {
            name: "mine".to_owned(),
        };
        assert_eq!(code(refused), needed, "{typed:?}");
    }
    assert_eq!(desk.world.snapshot(), before);
    done(&desk, runner("here"), Some("mine")).await;
    assert!(has_socket(&desk).await);

    // The same again was agreed to.
    let page = desk.berth.installation_get(name("mine")).await.unwrap();
    done(&desk, Choices::again(&page.installation), None).await;
    assert!(has_socket(&desk).await);
    let again = |engine: &str| Choices {
        replace: true,
        ..runner(engine)
    };
    done(&desk, again("none"), None).await;
    assert!(!has_socket(&desk).await);
    // What was given back is asked for anew.
    let refused = desk.start_trusting(again("here"), None).await;
    assert!(matches!(code(refused), ErrorCode::TrustNeeded { .. }));
    assert!(!has_socket(&desk).await, "what works is as it was");
    // A name too many does no harm.
    done(&desk, again("none"), Some("mine")).await;
}
