//! Launchers that have read a record when a job changes it, or when whoever carried it out is killed:
//! what they make is never left beside what is on record.

use berth_core::port::Store as _;
use berth_testkit::faulty::{Fault, Faults};

use super::shapes::Shape;
use super::support::{Watcher, comparable, last, run, same, settle, was_undone};

const SHAPES: [Shape; 9] = [
    Shape::InstallStack,
    Shape::InstallStackOverKeptData,
    Shape::ReconfigureStack,
    Shape::ReconfigureStackToShared,
    Shape::ReconfigureStackToImage,
    Shape::ReconfigureShared,
    Shape::ReconfigureImageToStack,
    Shape::RemoveStackKeepingData,
    Shape::RemoveStackWithData,
];

#[tokio::test]
async fn one_that_began_before_a_job_is_waited_for() {
    for shape in SHAPES {
        let (world, plan, secrets) = shape.prepare().await;
        let watcher = Watcher::default();
        run(&world, plan, secrets, &Faults::none(), &watcher).await;
        let after = comparable(&world);

        let (world, plan, secrets) = shape.prepare().await;
        world.begin_launch("demo");
        run(&world, plan, secrets, &Faults::none(), &watcher).await;
        world.store.await_launches().expect("over");
        same(&after, &comparable(&world), &format!("{shape:?}"));
    }
}

#[tokio::test]
async fn one_that_outlives_a_job_is_waited_for() {
    for shape in SHAPES {
        let (world, plan, secrets) = shape.prepare().await;
        let before = comparable(&world);
        let purpose = plan.purpose;
        let (counting, watcher) = (Faults::none(), Watcher::default());
        run(&world, plan, secrets, &counting, &watcher).await;
        let after = comparable(&world);

        for (index, call) in counting.calls().iter().enumerate() {
            let at = format!("{shape:?}, crash after {index} {call}");
            let (world, plan, secrets) = shape.prepare().await;
            let faults = Faults::at(index, Fault::CrashAfter);
            let came = run(&world, plan, secrets, &faults, &watcher).await;
            assert!(came.is_none(), "{at}");
            world.begin_launch("demo");
            settle(&world, &watcher, &at).await;
            world.store.await_launches().expect("over");
            let found = comparable(&world);
            match last(&world).filter(|job| job.plan.purpose == purpose) {
                Some(job) if !was_undone(&job) => same(&after, &found, &at),
                _ => same(&before, &found, &at),
            }
        }
    }
}
