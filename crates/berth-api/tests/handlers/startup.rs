use berth_api::types::AppEvent;
use berth_core::error::{Error, ErrorCode};
use berth_core::job::JobState;
use berth_core::port::{SessionContainer, SessionLabels, Store};
use berth_testkit::fake::World;
use berth_testkit::sample;

use crate::desk::{Desk, Gate, clock};

fn container(id: &str, home: &str, owner: &str) -> SessionContainer {
    SessionContainer {
        id: id.to_owned(),
        running: true,
        labels: SessionLabels {
            installation: "hub".to_owned(),
            generation: "g".to_owned(),
            session: id.to_owned(),
            home: home.to_owned(),
            owner: owner.to_owned(),
        },
        ports: std::collections::BTreeMap::new(),
    }
}

#[tokio::test]
async fn what_a_dead_process_left_is_dealt_with_and_told() {
    let desk = Desk::new();
    desk.world
        .store
        .create_job(&sample::job("01J", "clock"))
        .unwrap();
    let mut events = desk.berth.subscribe();
    desk.berth.startup().await;
    let job = desk.berth.job_list(()).await.unwrap().remove(0);
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(job.error.unwrap().code, ErrorCode::Interrupted);
    loop {
        if let AppEvent::Recovered { jobs } = events.next().await.unwrap() {
            assert_eq!(jobs, ["01J"]);
            break;
        }
    }
}

#[tokio::test]
async fn a_job_of_a_living_process_is_left_alone() {
    let world = World::new();
    let (ports, gate) = Gate::before(&world.ports());
    let desk = Desk::with(world, ports);
    let job = desk.start(clock()).await.unwrap();
    gate.reached.notified().await;
    let beside = desk.beside();
    beside.berth.startup().await;
    assert_eq!(beside.berth.recover().await.unwrap(), [""; 0]);
    gate.open.notify_one();
    let ended = desk.berth.job_wait(&job).await.unwrap();
    assert_eq!(ended.state, JobState::Done);
}

#[tokio::test]
async fn sessions_of_dead_launchers_are_ended_and_no_others() {
    let desk = Desk::new();
    let alive = "2:2:boot".to_owned();
    desk.world.state().living_owners.insert(alive);
    desk.world.state().containers = vec![
        container("dead", World::BERTH_HOME, "1:1:boot"),
        container("alive", World::BERTH_HOME, "2:2:boot"),
        container("elsewhere", "/another/home", "1:1:boot"),
    ];
    desk.berth.startup().await;
    let left: Vec<String> = desk
        .world
        .state()
        .containers
        .iter()
        .map(|container| container.id.clone())
        .collect();
    assert_eq!(left, ["alive", "elsewhere"]);
}

#[tokio::test]
async fn a_machine_with_nothing_on_it_still_starts() {
    let desk = Desk::new();
    {
        let mut state = desk.world.state();
        state.engine = Err(Error::new(ErrorCode::EngineMissing));
        state.vault = Err(Error::new(ErrorCode::KeychainMissing));
        state.claude = Err(Error::new(ErrorCode::ClaudeMissing));
    }
    desk.berth.startup().await;
    let facts = desk.berth.facts_get(()).await.unwrap();
    assert!(facts.engine.missing().is_some());
    assert!(facts.vault.missing().is_some());
    assert!(facts.claude.missing().is_some());
    assert!(facts.uv.found().is_some());
}
