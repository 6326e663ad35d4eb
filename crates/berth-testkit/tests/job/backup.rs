//! Backups of what a server keeps, and what happens where one cannot be used.

use std::sync::Arc;

use berth_core::backup::PASSPHRASE;
use berth_core::input::SecretValues;
use berth_core::job::{Job, JobState, StepOutcome, StepState};
use berth_core::plan::{Plan, Warning, prepare_backup, prepare_restore};
use berth_core::port::{SessionContainer, SessionLabels, Store as _};
use berth_core::secret::Secret;
use berth_testkit::fake::World;
use berth_testkit::faulty::{Fault, Faults};

use super::shapes::{NEW_TOKEN, OLD_TOKEN, choices, image, install};
use super::support::{Watcher, comparable, recover, run, same, settle};

/// Where the backup is.
pub const FILE: &str = "/home/ada/notes/demo.berth-backup";

/// What is in the volume when the backup is made.
const FIRST: &str = "the first keys";

/// The passphrase of the backup.
pub fn passphrase() -> SecretValues {
    with(NEW_TOKEN)
}

fn with(passphrase: &str) -> SecretValues {
    SecretValues::from([(PASSPHRASE.to_owned(), Secret::new(passphrase))])
}

/// The one volume of the demo.
fn volume(world: &World) -> String {
    let state = world.state();
    let mut ours = state
        .volumes
        .iter()
        .filter(|it| it.starts_with("berth-demo-"));
    ours.next().expect("it was started").clone()
}

fn write(world: &World, content: &str) {
    let volume = volume(world);
    world.state().contents.insert(volume, content.to_owned());
}

fn content(world: &World) -> Option<String> {
    let volume = volume(world);
    world.state().contents.get(&volume).cloned()
}

/// The demo in a container, with something in its volume.
pub async fn keeping(world: &Arc<World>) {
    install(world, image(Some(OLD_TOKEN)), OLD_TOKEN).await;
    write(world, FIRST);
}

/// The same with a backup, and something else in the volume since, or no volume at all.
pub async fn backed_up(world: &Arc<World>, lost: bool) {
    keeping(world).await;
    let plan = prepare_backup(&world.ports(), "demo", FILE).await;
    let job = done(world, plan.expect("a plan"), passphrase()).await;
    assert!(
        matches!(job.steps[1].outcome, StepOutcome::Backup { size } if size > 0),
        "{job:#?}"
    );
    if lost {
        let volume = volume(world);
        let mut state = world.state();
        state.volumes.remove(&volume);
        state.contents.remove(&volume);
    } else {
        write(world, "what came since");
    }
}

async fn ended(world: &Arc<World>, plan: Plan, secrets: SecretValues, faults: &Faults) -> Job {
    run(world, plan, secrets, faults, &Watcher::default())
        .await
        .expect("no crash")
        .expect("started")
}

async fn done(world: &Arc<World>, plan: Plan, secrets: SecretValues) -> Job {
    let job = ended(world, plan, secrets, &Faults::none()).await;
    assert_eq!((job.state, &job.error), (JobState::Done, &None));
    job
}

async fn restoring(world: &Arc<World>) -> Plan {
    let plan = prepare_restore(&world.ports(), "demo", FILE).await;
    plan.expect("a plan")
}

#[tokio::test]
async fn what_was_backed_up_is_there_again() {
    for lost in [false, true] {
        let world = World::new();
        world.state().publish("demo/server:1.0");
        backed_up(&world, lost).await;
        let plan = restoring(&world).await;
        assert!(
            matches!(&plan.warnings[..], [Warning::ReplacesData { holds, .. }] if holds == &["what it remembers"]),
            "{:?}",
            plan.warnings
        );
        done(&world, plan, passphrase()).await;
        assert_eq!(content(&world).as_deref(), Some(FIRST));
        assert_eq!(world.state().volumes.len(), 1, "no copy stays");
    }
}

#[tokio::test]
async fn a_backup_that_cannot_be_used_changes_nothing() {
    let world = World::new();
    world.state().publish("demo/server:1.0");
    backed_up(&world, false).await;
    let before = comparable(&world);
    for (secrets, code) in [
        (with("another passphrase"), "backup_locked"),
        (SecretValues::new(), "input_missing"),
    ] {
        let plan = restoring(&world).await;
        let job = ended(&world, plan, secrets, &Faults::none()).await;
        assert_eq!(job.error.map(|error| error.name()).as_deref(), Some(code));
        same(&before, &comparable(&world), code);
    }
    // It is another one than the one that was agreed to.
    let plan = restoring(&world).await;
    let text = world.state().files.read(FILE).expect("the file").to_owned();
    let other = text.replace("\"version\":\"1.0\"", "\"version\":\"2.0\"");
    assert_ne!(text, other);
    world.state().files.write(FILE, &other);
    let job = ended(&world, plan, passphrase(), &Faults::none()).await;
    assert_eq!(
        job.error.map(|error| error.name()).as_deref(),
        Some("plan_changed")
    );

    let refused = async |text: &str| {
        world.state().files.write(FILE, text);
        let plan = prepare_restore(&world.ports(), "demo", FILE).await;
        plan.expect_err("refused").name()
    };
    let other = text.replace("\"entry\":\"demo\"", "\"entry\":\"other\"");
    assert_eq!(refused(&other).await, "backup_unfit");
    let other = text.replace("\"target\":\"/data\"", "\"target\":\"/elsewhere\"");
    assert_eq!(refused(&other).await, "backup_unfit");
    assert_eq!(refused("somebody's letter").await, "backup_foreign");
    assert_eq!(content(&world).as_deref(), Some("what came since"));
}

#[tokio::test]
async fn nothing_is_begun_while_a_session_runs_or_over_a_file() {
    let world = World::new();
    world.state().publish("demo/server:1.0");
    keeping(&world).await;
    let ports = world.ports();
    let name = async |file: &str| {
        let plan = prepare_backup(&ports, "demo", file).await;
        plan.map(drop).map_err(|error| error.name())
    };
    assert_eq!(name(FILE).await, Ok(()));
    assert_eq!(name("notes/x").await, Err("folder_missing".to_owned()));
    assert_eq!(name("/nowhere/x").await, Err("folder_missing".to_owned()));
    world.state().files.write(FILE, "somebody's");
    assert_eq!(name(FILE).await, Err("file_there".to_owned()));
    world.state().files.delete(FILE, FILE);

    // It begins between the plan and the job.
    let plan = prepare_backup(&ports, "demo", FILE).await.expect("a plan");
    let session = SessionContainer {
        id: "s".to_owned(),
        running: true,
        ports: Default::default(),
        labels: SessionLabels {
            installation: "demo".to_owned(),
            generation: "g".to_owned(),
            session: "s".to_owned(),
            home: World::BERTH_HOME.to_owned(),
            owner: "1:1:boot".to_owned(),
        },
    };
    world.state().containers.push(session);
    assert_eq!(name(FILE).await, Err("server_in_use".to_owned()));
    let before = comparable(&world);
    let job = ended(&world, plan, passphrase(), &Faults::none()).await;
    let code = job.error.map(|error| error.name());
    assert_eq!(code.as_deref(), Some("server_in_use"));
    same(&before, &comparable(&world), "in use");
    assert_eq!(world.state().containers.len(), 1, "it goes on");
}

#[tokio::test]
async fn a_server_without_a_volume_has_nothing_to_back_up() {
    let world = World::new();
    install(&world, choices("node"), OLD_TOKEN).await;
    let ports = world.ports();
    let backup = prepare_backup(&ports, "demo", FILE).await;
    assert_eq!(backup.expect_err("nothing").name(), "nothing_kept");
    let restore = prepare_restore(&ports, "demo", FILE).await;
    assert_eq!(restore.expect_err("nothing").name(), "nothing_kept");
}

/// The engine fails in the middle, and cannot undo it either: the copy stays, the job stays open, and
/// whoever comes next puts the data back.
#[tokio::test]
async fn data_that_cannot_be_put_back_at_once_is_put_back_later() {
    let world = World::new();
    world.state().publish("demo/server:1.0");
    backed_up(&world, false).await;
    let before = comparable(&world);
    let plan = restoring(&world).await;
    let faults = Faults::of("backups.restore", 0, Fault::CrashAfter);
    let watcher = Watcher::default();
    let came = run(&world, plan, passphrase(), &faults, &watcher).await;
    assert!(came.is_none(), "it was killed");
    assert_eq!(content(&world).as_deref(), Some(FIRST), "half done");

    let failing = Faults::always(&["engine.remove_volume"]);
    recover(&world, &failing, &watcher)
        .await
        .expect("no crash")
        .expect("tried");
    let open = world.store.open_jobs().expect("read");
    let [job] = &open[..] else {
        panic!("{open:#?}")
    };
    assert!(job.holds_sessions());
    let kept = job
        .steps
        .iter()
        .any(|step| step.state == StepState::UndoFailed);
    assert!(kept, "{job:#?}");
    assert_eq!(world.state().volumes.len(), 2, "the copy is there");

    settle(&world, &watcher, "the engine is well again").await;
    same(&before, &comparable(&world), "put back");
}
