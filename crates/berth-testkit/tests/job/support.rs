//! Running a plan as a process would, and looking at what came of it.

use std::sync::{Arc, Mutex, PoisonError};

use berth_core::error::Result;
use berth_core::input::SecretValues;
use berth_core::job::{EventSink, Job, JobEvent, JobRunner, JobState, recovery};
use berth_core::plan::Plan;
use berth_core::port::Store;
use berth_testkit::fake::{Snapshot, World};
use berth_testkit::faulty::{Faults, outcome, wrap};

/// Checks that whatever is told was persisted before, and keeps it.
#[derive(Clone, Default)]
pub struct Watcher {
    events: Arc<Mutex<Vec<JobEvent>>>,
    unwritten: Arc<Mutex<Vec<Job>>>,
}

impl Watcher {
    pub fn sink(&self, world: &Arc<World>) -> EventSink {
        let (watcher, world) = (self.clone(), world.clone());
        Arc::new(move |event| {
            if let JobEvent::Changed { job } = &event
                && world.store.job(&job.id).ok().flatten().as_ref() != Some(&**job)
            {
                lock(&watcher.unwritten).push((**job).clone());
            }
            lock(&watcher.events).push(event);
        })
    }

    pub fn events(&self) -> Vec<JobEvent> {
        lock(&self.events).clone()
    }

    pub fn check(&self, at: &str) {
        let unwritten = lock(&self.unwritten);
        assert!(
            unwritten.is_empty(),
            "{at}: told before it was written: {unwritten:#?}"
        );
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Carries a plan out with these faults. `None` where the process crashed.
pub async fn run(
    world: &Arc<World>,
    plan: Plan,
    secrets: SecretValues,
    faults: &Faults,
    watcher: &Watcher,
) -> Option<Result<Job>> {
    let ports = wrap(&world.ports(), faults);
    let (faults, sink) = (faults.clone(), watcher.sink(world));
    outcome(async move {
        let runner = JobRunner::new(ports);
        let started = runner.start(plan, secrets)?;
        let id = started.job().id.clone();
        faults.on_cancel(move || {
            // A job that is over cannot be cancelled any more; nothing is wrong with that.
            let _ = runner.cancel(&id);
        });
        Ok(started.run(sink).await)
    })
    .await
}

/// Starts again after a crash, with these faults. Whether it came to its end.
pub async fn recover(
    world: &Arc<World>,
    faults: &Faults,
    watcher: &Watcher,
) -> Option<Result<Vec<Job>>> {
    let ports = wrap(&world.ports(), faults);
    let sink = watcher.sink(world);
    outcome(async move { recovery::recover(&ports, sink).await }).await
}

/// Starts again until nothing is open, as a person would after a crash.
pub async fn settle(world: &Arc<World>, watcher: &Watcher, at: &str) {
    recover(world, &Faults::none(), watcher)
        .await
        .expect("no crash")
        .unwrap_or_else(|error| panic!("{at}: recovery failed: {error:?}"));
    let open = world.store.open_jobs().expect("read");
    assert!(open.is_empty(), "{at}: still open: {open:#?}");
}

/// The job that ran last, as it is stored.
pub fn last(world: &World) -> Option<Job> {
    world.store.jobs(1).expect("read").into_iter().next()
}

/// What there is, without what every run has of its own: times, and what a server that was started
/// wrote into its data folder, which is the server's.
pub fn comparable(world: &World) -> Snapshot {
    let mut snapshot = world.snapshot();
    let data = format!("{}/data/demo", World::BERTH_HOME);
    snapshot.files.delete(&format!("{data}/state"), &data);
    for installation in snapshot.store.generations.values_mut() {
        installation.installed_at.clear();
        installation.verified_at = installation.verified_at.take().map(|_| String::new());
        if let Some(health) = &mut installation.health {
            health.asked_at.clear();
        }
    }
    snapshot
}

/// Says what differs, in one line each, because whole snapshots cannot be read.
pub fn differences(left: &Snapshot, right: &Snapshot) -> Vec<String> {
    let mut found = Vec::new();
    // Nearly all are equal, and to write them out takes longer than the job did.
    if left == right {
        return found;
    }
    let mut compare = |what: &str, left: String, right: String| {
        if left != right {
            let gone: Vec<&str> = left
                .lines()
                .filter(|l| !right.lines().any(|r| r == *l))
                .collect();
            let new: Vec<&str> = right
                .lines()
                .filter(|r| !left.lines().any(|l| l == *r))
                .collect();
            found.push(format!("{what}: gone {gone:#?} new {new:#?}"));
        }
    };
    let files = |s: &Snapshot| {
        s.files
            .iter()
            .map(|(path, node)| format!("{path} {node:?}\n"))
            .collect::<String>()
    };
    compare("files", files(left), files(right));
    compare(
        "images",
        format!("{:#?}", left.images),
        format!("{:#?}", right.images),
    );
    compare(
        "containers",
        format!("{:#?}", left.containers),
        format!("{:#?}", right.containers),
    );
    compare(
        "services",
        format!("{:#?}\n{:#?}", left.services, left.networks),
        format!("{:#?}\n{:#?}", right.services, right.networks),
    );
    compare(
        "volumes",
        format!("{:#?}\n{:#?}", left.volumes, left.contents),
        format!("{:#?}\n{:#?}", right.volumes, right.contents),
    );
    compare(
        "secrets",
        format!("{:#?}", left.secrets),
        format!("{:#?}", right.secrets),
    );
    compare(
        "registrations",
        format!("{:#?}", left.registrations),
        format!("{:#?}", right.registrations),
    );
    compare(
        "store",
        format!("{:#?}", left.store),
        format!("{:#?}", right.store),
    );
    assert!(!found.is_empty(), "what differs is compared by nothing");
    found
}

#[track_caller]
pub fn same(left: &Snapshot, right: &Snapshot, at: &str) {
    let differences = differences(left, right);
    assert!(differences.is_empty(), "{at}:\n{}", differences.join("\n"));
}

/// Whether a job's end says that it was undone.
pub fn was_undone(job: &Job) -> bool {
    matches!(job.state, JobState::Failed | JobState::Cancelled)
}
