//! Two faults: a crash while something is undone, and a crash of the recovery itself.

use berth_core::plan::Purpose;
use berth_testkit::faulty::{Fault, Faults};

use super::shapes::Shape;
use super::support::{Watcher, comparable, last, recover, run, same, settle, was_undone};

/// Shapes whose undo or clean-up differs from the others'.
const SHAPES: [Shape; 6] = [
    Shape::InstallPulledImage,
    Shape::InstallNodeWithData,
    Shape::InstallOverForeign,
    Shape::ReconfigureImageToPython,
    Shape::ReconfigureToAnotherScope,
    Shape::RemoveImageWithData,
];

#[tokio::test]
async fn a_recovery_that_is_killed_can_be_run_again() {
    for shape in SHAPES {
        let (world, plan, secrets) = shape.prepare().await;
        let before = comparable(&world);
        let purpose = plan.purpose;
        let counting = Faults::none();
        run(&world, plan, secrets, &counting, &Watcher::default()).await;
        let after = comparable(&world);

        for index in 0..counting.calls().len() {
            for second in 0.. {
                assert!(second < 500, "the recovery has no end");
                let at = format!("{shape:?}, crash after {index}, then after {second}");
                let (world, plan, secrets) = shape.prepare().await;
                let watcher = Watcher::default();
                let faults = Faults::at(index, Fault::CrashAfter);
                let came = run(&world, plan, secrets, &faults, &watcher).await;
                assert!(came.is_none(), "{at}");
                let again = Faults::at(second, Fault::CrashAfter);
                let came = recover(&world, &again, &watcher).await;
                settle(&world, &watcher, &at).await;
                watcher.check(&at);
                let found = comparable(&world);
                match last(&world).filter(|job| job.plan.purpose == purpose) {
                    Some(job) if !was_undone(&job) => same(&after, &found, &at),
                    _ => {
                        assert!(purpose != Purpose::Remove || found == before, "{at}");
                        same(&before, &found, &at);
                    }
                }
                if came.is_some() {
                    // The recovery had no more calls.
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_crash_in_the_middle_of_an_undo_is_undone_to_the_end() {
    for shape in [Shape::InstallPulledImage, Shape::ReconfigureKeepingSecret] {
        let (world, plan, secrets) = shape.prepare().await;
        let before = comparable(&world);
        world.state().servers.insert("demo".to_owned(), broken());
        let counting = Faults::none();
        run(&world, plan, secrets, &counting, &Watcher::default()).await;
        same(&before, &comparable(&world), "undone without a crash");

        for index in 0..counting.calls().len() {
            for fault in [Fault::CrashBefore, Fault::CrashAfter] {
                let at = format!("{shape:?}, {fault:?} at {index}");
                let (world, plan, secrets) = shape.prepare().await;
                world.state().servers.insert("demo".to_owned(), broken());
                let (faults, watcher) = (Faults::at(index, fault), Watcher::default());
                run(&world, plan, secrets, &faults, &watcher).await;
                settle(&world, &watcher, &at).await;
                same(&before, &comparable(&world), &at);
            }
        }
    }
}

fn broken() -> berth_testkit::fake::ServerScript {
    berth_testkit::fake::ServerScript {
        start: Some(berth_core::error::Error::new(
            berth_core::error::ErrorCode::ServerExited { exit: Some(1) },
        )),
        leaves_container: true,
        ..Default::default()
    }
}
