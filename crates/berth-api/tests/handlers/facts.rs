use berth_api::Subscription;
use berth_api::types::{AppEvent, FactsRefresh};
use berth_core::facts::{Fact, Probe};
use futures_util::FutureExt;

use crate::desk::Desk;

/// How many answers of probes have been told since the last time.
fn answers(events: &mut Subscription) -> usize {
    let mut count = 0;
    while let Some(event) = events.next().now_or_never() {
        if matches!(event, Some(AppEvent::Facts { .. })) {
            count += 1;
        }
    }
    count
}

#[tokio::test]
async fn a_probe_that_is_being_run_is_waited_for_and_not_run_again() {
    let desk = Desk::new();
    let mut events = desk.berth.subscribe();
    let some = [Probe::Engine, Probe::Claude];
    let (all, again, part) = tokio::join!(
        desk.berth.facts_refresh(FactsRefresh::default()),
        desk.berth.facts_ensure(&Probe::ALL),
        desk.berth.facts_ensure(&some),
    );
    for ended in [all, again, part] {
        ended.unwrap();
    }
    assert_eq!(answers(&mut events), Probe::ALL.len());
    // All have answered: nothing is left to ask.
    desk.berth.facts_ensure(&Probe::ALL).await.unwrap();
    assert_eq!(answers(&mut events), 0);
    desk.berth
        .facts_refresh(FactsRefresh::default())
        .await
        .unwrap();
    assert_eq!(
        answers(&mut events),
        Probe::ALL.len(),
        "asked to look again"
    );
}

#[test]
fn one_that_was_given_up_is_run_by_the_next_who_needs_it() {
    // The one thread for the store is taken, so that a look cannot be over before it is given up.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(async {
        let desk = Desk::new();
        let (free, taken) = std::sync::mpsc::channel::<()>();
        let thread = tokio::task::spawn_blocking(move || taken.recv());
        let refresh = desk.berth.facts_refresh(FactsRefresh::default());
        assert!(refresh.now_or_never().is_none(), "begun and dropped");
        free.send(()).unwrap();
        thread.await.unwrap().unwrap();
        desk.berth.facts_ensure(&Probe::ALL).await.unwrap();
        let facts = desk.berth.facts_get(()).await.unwrap();
        assert_ne!(facts.engine, Fact::Unknown);
    });
}

#[tokio::test]
async fn a_diagnosis_asks_nothing_and_changes_nothing() {
    let desk = Desk::new();
    desk.berth.startup().await;
    let mut events = desk.berth.subscribe();
    // The doctor's page asks again at each of the events: one that made events would never end.
    desk.berth.doctor_run(()).await.unwrap();
    assert_eq!(answers(&mut events), 0);
}
