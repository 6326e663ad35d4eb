//! One fault at every call of every shape.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use berth_core::client::Place;
use berth_core::job::{JobState, StepState};
use berth_core::plan::{Purpose, Step, prepare_disconnect, prepare_remove};
use berth_core::port::Store as _;
use berth_testkit::fake::Snapshot;
use berth_testkit::faulty::{Fault, Faults};

use super::shapes::Shape;
use super::support::{Watcher, comparable, differences, last, run, same, settle, was_undone};

/// Calls whose failure does not matter to what a job does.
const HARMLESS: [&str; 4] = [
    "store.append_log",
    "store.cancel_requests",
    "mcp.close",
    // What the server says is not told then, and why is told instead.
    "inspector.redact",
];

/// A run without any fault: what is there before and afterwards, and the calls.
async fn whole(shape: Shape) -> (Snapshot, Snapshot, Vec<&'static str>) {
    let (world, plan, secrets) = shape.prepare().await;
    let before = comparable(&world);
    let (faults, watcher) = (Faults::none(), Watcher::default());
    let job = run(&world, plan, secrets, &faults, &watcher)
        .await
        .expect("no crash")
        .expect("started");
    assert_eq!(
        (job.state, &job.error),
        (JobState::Done, &None),
        "{shape:?}"
    );
    assert_eq!(job.leftovers, [], "{shape:?}");
    watcher.check(&format!("{shape:?}"));
    (before, comparable(&world), faults.calls())
}

#[test]
fn a_job_that_is_stopped_anywhere_leaves_nothing_half_done() {
    // The longest test there is here: the shapes are divided among the processors.
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = runtime.enable_all().build().expect("a runtime");
                while let Some(shape) = Shape::ALL.get(next.fetch_add(1, Relaxed)) {
                    runtime.block_on(every_fault(*shape));
                }
            });
        }
    });
    assert!(next.into_inner() >= Shape::ALL.len(), "all were tried");
}

async fn every_fault(shape: Shape) {
    let (before, after, calls) = whole(shape).await;
    assert!(calls.len() > 5, "{shape:?}: {calls:?}");
    for (index, call) in calls.iter().enumerate() {
        for fault in Fault::ALL {
            let at = format!("{shape:?}, {fault:?} at {index} {call}");
            one(shape, index, call, fault, &before, &after, &at).await;
        }
    }
}

async fn one(
    shape: Shape,
    index: usize,
    call: &str,
    fault: Fault,
    before: &Snapshot,
    after: &Snapshot,
    at: &str,
) {
    let (world, plan, secrets) = shape.prepare().await;
    let purpose = plan.purpose;
    let (faults, watcher) = (Faults::at(index, fault), Watcher::default());
    let came = run(&world, plan, secrets, &faults, &watcher).await;
    let crashed = came.is_none();
    assert_eq!(crashed, faults.crashed(), "{at}");
    let was_open = !world.store.open_jobs().expect("read").is_empty();
    settle(&world, &watcher, at).await;
    watcher.check(at);
    let found = comparable(&world);
    let stored = last(&world).filter(|job| job.plan.purpose == purpose && job.plan.name == "demo");
    let Some(job) = stored.filter(|_| !matches!(came, Some(Err(_)))) else {
        // It was not even written down, or nobody was told of it.
        return same(before, &found, at);
    };

    if was_undone(&job) {
        if purpose == Purpose::Disconnect && job.state == JobState::Failed {
            return disconnect_again(&world, &shape.other_place(), after, at).await;
        }
        if purpose == Purpose::Remove && job.state == JobState::Failed {
            // A removal is carried on, by itself or by asking again.
            return again(&world, after, at).await;
        }
        if purpose == Purpose::Verify {
            // A verification changes nothing but what is known of the server.
            return;
        }
        let expected = usize::from(call == "host.delete_backups" && !crashed);
        assert!(job.leftovers.len() <= expected, "{at}: {:?}", job.leftovers);
        assert!(job.error.is_some(), "{at}");
        same(before, &found, at);
    } else {
        assert_eq!(job.state, JobState::Done, "{at}");
        // What a person asked for is on record as done; only cleaning up can fail.
        let asked = if matches!(purpose, Purpose::Remove | Purpose::Disconnect) {
            0
        } else if matches!(purpose, Purpose::Backup | Purpose::Act) {
            job.plan.steps.len()
        } else {
            let verify = |step: &Step| matches!(step, Step::Verify { .. });
            job.plan.steps.iter().position(verify).expect("verified") + 1
        };
        for step in &job.steps[..asked] {
            assert_eq!(step.state, StepState::Done, "{at}: {job:#?}");
        }
        if job.leftovers.is_empty() {
            // A job whose end could not be written is open, and was ended by the next start.
            let failed = matches!(fault, Fault::FailBefore) && !crashed && !was_open;
            assert!(
                !failed || HARMLESS.contains(&call),
                "{at}: the failure went unnoticed: {job:#?}"
            );
            same(after, &found, at);
        } else {
            // What could not be cleaned up is named; what was asked for is there.
            let differences = differences(after, &found);
            assert_eq!(found.store.current, after.store.current, "{at}");
            for (key, installation) in &after.store.generations {
                assert_eq!(found.store.generations.get(key), Some(installation), "{at}");
            }
            assert!(differences.len() <= 1, "{at}: {differences:#?}");
        }
    }
}

/// Asks once more to take the registration away.
async fn disconnect_again(
    world: &std::sync::Arc<berth_testkit::fake::World>,
    place: &Place,
    after: &Snapshot,
    at: &str,
) {
    match prepare_disconnect(&world.ports(), "demo", place) {
        Ok(plan) => {
            let watcher = Watcher::default();
            let job = run(world, plan, Default::default(), &Faults::none(), &watcher)
                .await
                .expect("no crash")
                .expect("started");
            assert_eq!(job.state, JobState::Done, "{at}: {job:#?}");
        }
        // Its last step was done already.
        Err(error) => assert_eq!(error.name(), "not_registered", "{at}"),
    }
    same(after, &comparable(world), at);
}

/// Asks for the removal once more.
async fn again(world: &std::sync::Arc<berth_testkit::fake::World>, after: &Snapshot, at: &str) {
    let delete_data = after.volumes.len() < 2
        && after
            .files
            .below("/home/ada/.local/share/berth/data")
            .is_empty();
    match prepare_remove(&world.ports(), "demo", delete_data).await {
        Ok(plan) => {
            let watcher = Watcher::default();
            let job = run(world, plan, Default::default(), &Faults::none(), &watcher)
                .await
                .expect("no crash")
                .expect("started");
            assert_eq!(job.state, JobState::Done, "{at}: {job:#?}");
        }
        // Its last step was done already.
        Err(error) => assert_eq!(error.name(), "not_installed", "{at}"),
    }
    same(after, &comparable(world), at);
}

#[tokio::test]
async fn a_failure_before_the_verification_is_never_taken_for_success() {
    for shape in Shape::ALL {
        let (_, _, calls) = whole(shape).await;
        let verified = calls.iter().rposition(|call| *call == "mcp.tools");
        for (index, call) in calls.iter().enumerate().take(verified.unwrap_or(0)) {
            if HARMLESS.contains(call) {
                continue;
            }
            let (world, plan, secrets) = shape.prepare().await;
            let (faults, watcher) = (Faults::at(index, Fault::FailBefore), Watcher::default());
            let came = run(&world, plan, secrets, &faults, &watcher).await;
            let ended = came.expect("no crash").map(|job| job.state);
            assert!(
                !matches!(ended, Ok(JobState::Done)),
                "{shape:?} failed at {index} {call}, and is done"
            );
        }
    }
}

#[tokio::test]
async fn a_cancel_before_the_verification_ends_as_cancelled() {
    for shape in Shape::ALL {
        let (_, _, calls) = whole(shape).await;
        let first = calls
            .iter()
            .position(|call| *call == "store.create_job")
            .expect("written");
        let Some(verified) = calls.iter().position(|call| *call == "mcp.tools") else {
            continue;
        };
        for (index, call) in calls.iter().enumerate().take(verified).skip(first + 1) {
            let (world, plan, secrets) = shape.prepare().await;
            let (faults, watcher) = (Faults::at(index, Fault::CancelBefore), Watcher::default());
            let job = run(&world, plan, secrets, &faults, &watcher)
                .await
                .expect("no crash")
                .expect("started");
            assert_eq!(
                job.state,
                JobState::Cancelled,
                "{shape:?} cancelled at {index} {call}"
            );
        }
    }
}
