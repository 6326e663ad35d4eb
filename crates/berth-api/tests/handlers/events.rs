use std::time::Duration;

use berth_api::Subscription;
use berth_api::types::{AppEvent, FactsRefresh};
use berth_core::facts::Probe;
use berth_core::job::{JobEvent, JobState};
use berth_core::port::Store;
use berth_core::settings::{Settings, Theme};
use berth_testkit::sample;

use crate::desk::{Desk, clock};

/// What has arrived, without waiting for more than is on its way.
async fn arrived(events: &mut Subscription) -> Vec<AppEvent> {
    let mut all = Vec::new();
    // Time is paused: this passes as soon as nothing else can go on.
    while let Ok(Some(event)) = tokio::time::timeout(Duration::from_secs(5), events.next()).await {
        all.push(event);
    }
    all
}

fn refresh(probe: Probe) -> FactsRefresh {
    FactsRefresh {
        probes: vec![probe],
    }
}

#[tokio::test(start_paused = true)]
async fn each_answer_of_a_probe_is_an_event_for_everybody() {
    let desk = Desk::new();
    let mut one = desk.berth.subscribe();
    let mut two = desk.berth.subscribe();
    desk.berth
        .facts_refresh(FactsRefresh::default())
        .await
        .unwrap();
    for events in [&mut one, &mut two] {
        let facts = arrived(events).await;
        assert_eq!(facts.len(), Probe::ALL.len());
        let Some(AppEvent::Facts { facts }) = facts.last() else {
            panic!("{facts:?}")
        };
        assert_eq!(**facts, desk.berth.facts_get(()).await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn changes_of_another_process_are_told() {
    let desk = Desk::new();
    let mut events = desk.berth.subscribe();
    // The first look learns what there is.
    assert!(arrived(&mut events).await.is_empty());
    let settings = Settings {
        theme: Theme::Dark,
        ..Settings::default()
    };
    desk.world.store.put_settings(&settings).unwrap();
    desk.world
        .store
        .create_job(&sample::job("01J", "other"))
        .unwrap();
    let told = arrived(&mut events).await;
    let [
        AppEvent::Settings { settings: new },
        AppEvent::Job {
            event: JobEvent::Changed { job },
        },
        AppEvent::Installations,
    ] = told.as_slice()
    else {
        panic!("{told:#?}")
    };
    assert_eq!((new, job.id.as_str()), (&settings, "01J"));
    assert!(arrived(&mut events).await.is_empty(), "told once");
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_is_too_slow_gets_the_whole_state() {
    let desk = Desk::new();
    desk.install_done(clock()).await;
    let mut slow = desk.berth.subscribe();
    for _ in 0..3000 {
        desk.berth.facts_refresh(refresh(Probe::Git)).await.unwrap();
    }
    let told = arrived(&mut slow).await;
    let Some(AppEvent::Facts { facts }) = told.first() else {
        panic!("{:?}", told.first())
    };
    assert!(facts.git.found().is_some());
    let jobs = told.iter().filter_map(|event| match event {
        AppEvent::Job {
            event: JobEvent::Changed { job },
        } => Some(job.state),
        _ => None,
    });
    assert_eq!(jobs.collect::<Vec<_>>(), [JobState::Done]);
    assert!(told.iter().any(|e| matches!(e, AppEvent::Settings { .. })));
    assert!(told.iter().any(|e| matches!(e, AppEvent::Installations)));
}

#[tokio::test(start_paused = true)]
async fn an_installation_is_told_at_its_beginning_and_its_end() {
    let desk = Desk::new();
    let mut events = desk.berth.subscribe();
    desk.install_done(clock()).await;
    let told = arrived(&mut events).await;
    let over = told.iter().position(|event| match event {
        AppEvent::Job {
            event: JobEvent::Changed { job },
        } => job.state.is_over(),
        _ => false,
    });
    let is_installations = |event: &AppEvent| matches!(event, AppEvent::Installations);
    let first = told.iter().position(is_installations);
    let last = told.iter().rposition(is_installations);
    assert!(first < over && over < last, "{first:?} {over:?} {last:?}");
    // Its registration is seen without being asked for.
    let claude = told[over.unwrap()..].iter().any(|event| match event {
        AppEvent::Facts { facts } => facts
            .claude
            .found()
            .is_some_and(|claude| !claude.registrations.is_empty()),
        _ => false,
    });
    assert!(claude);
}

#[tokio::test(start_paused = true)]
async fn the_stream_ends_with_berth() {
    let desk = Desk::new();
    let mut events = desk.berth.subscribe();
    drop(desk);
    // The stream itself keeps nothing alive but what it needs to look at the store.
    assert!(arrived(&mut events).await.is_empty());
}
