//! Actions that an entry offers: done as the record has them, undone where they fail, and told
//! without secrets.

use std::sync::Arc;

use berth_core::error::ErrorCode;
use berth_core::input::SecretValues;
use berth_core::job::{Job, JobState, StepState};
use berth_core::plan::{Plan, Step, Warning, prepare_action};
use berth_core::port::Store as _;
use berth_core::server::{Act, check_seal};
use berth_testkit::fake::{ServerScript, World};
use berth_testkit::faulty::{Fault, Faults};

use super::backup::keeping;
use super::shapes::{OLD_TOKEN, Shape};
use super::support::{Watcher, comparable, run, same};

fn planned(world: &Arc<World>, action: &str) -> Result<Plan, ErrorCode> {
    prepare_action(&world.ports(), "demo", action).map_err(|error| error.code)
}

async fn ended(world: &Arc<World>, plan: Plan) -> Job {
    let (faults, watcher) = (Faults::none(), Watcher::default());
    run(world, plan, SecretValues::new(), &faults, &watcher)
        .await
        .expect("no crash")
        .expect("started")
}

async fn demo() -> Arc<World> {
    let world = World::new();
    world.state().publish("demo/server:1.0");
    keeping(&world).await;
    world
}

fn answers(world: &World, is_error: bool, text: &str) {
    let mut script = ServerScript::default();
    let answer = (is_error, text.to_owned());
    script.answers.insert("look".to_owned(), answer);
    world.state().servers.insert("demo".to_owned(), script);
}

#[tokio::test]
async fn what_a_tool_answers_is_in_the_log_and_no_secret_is() {
    let world = demo().await;
    answers(&world, false, &format!("all is well with {OLD_TOKEN}"));
    let said = vec![format!("status of {OLD_TOKEN}")];
    let program = (Some(0), said);
    world
        .state()
        .programs
        .insert("demo-status".to_owned(), program);
    let job = ended(&world, planned(&world, "renew").expect("a plan")).await;
    assert_eq!((job.state, &job.error), (JobState::Done, &None));
    let log = world.store.log(&job.id).expect("read");
    let told = |step, text: &str| {
        let mut lines = log.iter();
        lines.any(|line| line.step == step && line.text.contains(text))
    };
    assert!(told(1, "all is well"), "{log:#?}");
    assert!(told(2, "status of"), "{log:#?}");
    assert!(!format!("{log:?}").contains(OLD_TOKEN));
}

#[tokio::test]
async fn a_tool_that_fails_undoes_what_came_before() {
    let world = demo().await;
    let before = comparable(&world);
    answers(&world, true, &format!("no, {OLD_TOKEN}"));
    let job = ended(&world, planned(&world, "renew").expect("a plan")).await;
    assert_eq!(job.state, JobState::Failed);
    let error = job.error.clone().expect("a reason");
    let tool = "look".to_owned();
    assert_eq!(error.code, ErrorCode::ToolFailed { tool });
    assert!(!format!("{error:?}").contains(OLD_TOKEN), "{error:?}");
    assert_eq!(job.steps[0].state, StepState::Undone);
    same(&before, &comparable(&world), "undone");
}

#[tokio::test]
async fn an_undo_that_fails_is_named_and_the_rest_is_undone() {
    let world = demo().await;
    answers(&world, true, "no");
    let no = (Some(1), vec!["it is not there".to_owned()]);
    world.state().programs.insert("put-back".to_owned(), no);
    let job = ended(&world, planned(&world, "renew").expect("a plan")).await;
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(job.steps[0].state, StepState::UndoFailed);
    let [left] = &job.leftovers[..] else {
        panic!("{job:#?}")
    };
    assert_eq!(left.name(), "program_failed");
    assert_eq!(left.causes, ["it is not there"]);
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_before_anything_is_done() {
    let world = demo().await;
    let error = planned(&world, "test").expect_err("another variant's");
    assert!(
        matches!(error, ErrorCode::ActionUnknown { .. }),
        "{error:?}"
    );
    let mut installed = world.store.installation("demo").expect("read").expect("it");
    installed.tools[0].name = "other".to_owned();
    world.store.put_installation(&installed).expect("written");
    let tool = "look".to_owned();
    assert_eq!(
        planned(&world, "renew"),
        Err(ErrorCode::ToolUnknown { tool })
    );

    let (world, plan, _) = Shape::ActInFolder.prepare().await;
    let [Warning::RunsAsYou { program, folder }] = &plan.warnings[..] else {
        panic!("{:?}", plan.warnings)
    };
    assert_eq!(program, "make test");
    world.state().missing_commands.insert("make".to_owned());
    let command = "make".to_owned();
    let missing = ErrorCode::CommandMissing { command };
    assert_eq!(planned(&world, "test"), Err(missing.clone()));
    let job = ended(&world, plan.clone()).await;
    assert_eq!(
        job.error.map(|error| error.code),
        Some(missing),
        "since then"
    );
    world.state().files.delete(folder, "/home/ada");
    let path = folder.clone();
    assert_eq!(
        planned(&world, "test"),
        Err(ErrorCode::PathMissing { path })
    );

    let (world, _, _) = Shape::ActOnStack.prepare().await;
    super::before::stop(&world);
    let name = "demo".to_owned();
    assert_eq!(
        planned(&world, "metrics"),
        Err(ErrorCode::ServicesStopped { name })
    );
}

/// The record is what was agreed to, and is sealed: neither an entry that changes nor somebody who
/// writes to it makes another program run.
#[tokio::test]
async fn only_what_was_agreed_to_is_run() {
    let world = demo().await;
    let plan = planned(&world, "renew").expect("a plan");
    let Step::Act { act, .. } = &plan.steps[0] else {
        panic!("{plan:?}")
    };
    assert!(matches!(&**act, Act::Command { undo: Some(_), .. }));
    let mut installed = world.store.installation("demo").expect("read").expect("it");
    check_seal(&installed).expect("sealed");
    let Act::Command { program, .. } = &mut installed.actions[0].steps[0] else {
        panic!("{installed:?}")
    };
    program.program = "somebody-s".to_owned();
    check_seal(&installed).expect_err("another one");
    world.store.put_installation(&installed).expect("written");
    let job = ended(&world, plan).await;
    assert_eq!(
        job.error.map(|error| error.code),
        Some(ErrorCode::PlanChanged)
    );
    let plan = planned(&world, "renew").expect("a plan");
    let job = ended(&world, plan).await;
    assert_eq!(job.state, JobState::Failed, "its seal is broken");
}

#[tokio::test]
async fn a_cancelled_action_is_undone() {
    let (world, plan, _) = Shape::Act.prepare().await;
    let before = comparable(&world);
    let faults = Faults::of("actor.act", 1, Fault::CancelBefore);
    let watcher = Watcher::default();
    let job = run(&world, plan, SecretValues::new(), &faults, &watcher)
        .await
        .expect("no crash")
        .expect("started");
    assert_eq!(job.state, JobState::Cancelled);
    same(&before, &comparable(&world), "cancelled");
}
