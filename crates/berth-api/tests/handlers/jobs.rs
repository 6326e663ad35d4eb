use berth_api::types::AppEvent;
use berth_core::error::ErrorCode;
use berth_core::job::{JobEvent, JobState};
use berth_core::plan::Choices;
use berth_core::port::Store;
use berth_testkit::fake::World;
use berth_testkit::sample;

use crate::desk::{Desk, Gate, clock, code, hub, job, name};

fn gated() -> (Desk, std::sync::Arc<Gate>) {
    let world = World::new();
    let (ports, gate) = Gate::before(&world.ports());
    (Desk::with(world, ports), gate)
}

fn named(name: &str) -> Choices {
    Choices {
        name: Some(name.to_owned()),
        ..clock()
    }
}

#[tokio::test]
async fn a_cancelled_job_is_undone() {
    let (desk, gate) = gated();
    let before = desk.world.snapshot();
    let id = desk.start(clock()).await.unwrap();
    gate.reached.notified().await;
    desk.berth.job_cancel(job(&id)).await.unwrap();
    let ended = desk.berth.job_wait(&id).await.unwrap();
    assert_eq!(ended.state, JobState::Cancelled);
    assert_eq!(desk.world.snapshot(), before);
    // Once more changes nothing.
    desk.berth.job_cancel(job(&id)).await.unwrap();
}

#[tokio::test]
async fn another_process_can_cancel_a_job() {
    let (desk, gate) = gated();
    let before = desk.world.snapshot();
    let id = desk.start(clock()).await.unwrap();
    gate.reached.notified().await;
    desk.beside().berth.job_cancel(job(&id)).await.unwrap();
    let ended = desk.berth.job_wait(&id).await.unwrap();
    assert_eq!(ended.state, JobState::Cancelled);
    assert_eq!(desk.world.snapshot(), before);
}

#[tokio::test]
async fn cancelling_a_job_whose_process_is_gone_deals_with_it() {
    let desk = Desk::new();
    desk.world
        .store
        .create_job(&sample::job("01J", "clock"))
        .unwrap();
    desk.berth.job_cancel(job("01J")).await.unwrap();
    let ended = desk.berth.job_list(()).await.unwrap().remove(0);
    assert_eq!(ended.state, JobState::Failed);
    assert_eq!(ended.error.unwrap().code, ErrorCode::Interrupted);
}

#[tokio::test]
async fn two_jobs_on_one_name_are_refused_and_others_run_side_by_side() {
    let (desk, gate) = gated();
    let first = desk.start(named("one")).await.unwrap();
    gate.reached.notified().await;
    let running = ErrorCode::JobRunning {
        name: "one".to_owned(),
    };
    assert_eq!(code(desk.start(named("one")).await), running);
    let second = desk.start(named("two")).await.unwrap();
    gate.reached.notified().await;
    for (id, state) in [(&first, JobState::Running), (&second, JobState::Running)] {
        let page = desk.berth.job_get(job(id)).await.unwrap();
        assert_eq!(page.job.state, state);
    }
    gate.open.notify_one();
    gate.open.notify_waiters();
    gate.open.notify_one();
    for id in [first, second] {
        let ended = desk.berth.job_wait(&id).await.unwrap();
        assert_eq!(ended.state, JobState::Done);
        gate.open.notify_one();
    }
}

#[tokio::test]
async fn a_job_has_its_steps_and_its_log() {
    let desk = Desk::new();
    let ended = desk.install(clock()).await;
    let page = desk.berth.job_get(job(&ended.id)).await.unwrap();
    assert_eq!(page.job, ended);
    assert_eq!(page.steps.len(), ended.plan.steps.len());
    let text: Vec<&str> = page.log.iter().map(|line| line.text.as_str()).collect();
    assert!(text.contains(&"Collecting clock-server==1.2.3"), "{text:?}");
    assert!(text.contains(&"server is up"), "{text:?}");
}

#[tokio::test]
async fn a_failed_job_says_what_its_entry_knows_of_such_failures() {
    let desk = Desk::new();
    let done = desk.install(clock()).await;
    let page = desk.berth.job_get(job(&done.id)).await.unwrap();
    assert_eq!(page.troubles, [], "nothing went wrong");

    desk.world
        .state()
        .missing_packages
        .insert("clock-server".to_owned());
    let failed = desk.install(named("other")).await;
    assert_eq!(failed.state, JobState::Failed);
    let page = desk.berth.job_get(job(&failed.id)).await.unwrap();
    let problems: Vec<&str> = page
        .troubles
        .iter()
        .map(|trouble| trouble.problem.as_str())
        .collect();
    assert_eq!(problems, ["The package is not there"]);
}

#[tokio::test]
async fn only_a_job_that_is_over_can_be_dismissed() {
    let (desk, gate) = gated();
    let id = desk.start(clock()).await.unwrap();
    gate.reached.notified().await;
    let running = ErrorCode::JobRunning {
        name: "clock".to_owned(),
    };
    assert_eq!(code(desk.berth.job_dismiss(job(&id)).await), running);
    gate.open.notify_one();
    desk.berth.job_wait(&id).await.unwrap();
    desk.berth.job_dismiss(job(&id)).await.unwrap();
    assert!(desk.berth.job_list(()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_job_that_is_not_there_is_said() {
    let desk = Desk::new();
    let unknown = ErrorCode::JobUnknown {
        job: "01J".to_owned(),
    };
    assert_eq!(code(desk.berth.job_get(job("01J")).await), unknown);
    assert_eq!(code(desk.berth.job_cancel(job("01J")).await), unknown);
    assert_eq!(code(desk.berth.job_dismiss(job("01J")).await), unknown);
    assert_eq!(code(desk.berth.job_wait("01J").await), unknown);
    let not_installed = ErrorCode::NotInstalled {
        name: "clock".to_owned(),
    };
    let verified = desk.berth.verify_start(name("clock")).await;
    assert_eq!(code(verified), not_installed);
}

#[tokio::test]
async fn a_verification_tells_a_failure_in_the_row() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let answers = [("look".to_owned(), (true, "bad credentials".to_owned()))].into();
    let script = berth_testkit::fake::ServerScript {
        answers,
        ..Default::default()
    };
    desk.world.state().servers.insert("hub".to_owned(), script);
    let id = desk.berth.verify_start(name("hub")).await.unwrap().job;
    let ended = desk.berth.job_wait(&id).await.unwrap();
    assert_eq!(ended.error.unwrap().name(), "credential_refused");
    let row = desk.berth.installation_list(()).await.unwrap().remove(0);
    assert_eq!(row.last_error.unwrap().name(), "credential_refused");
}

#[tokio::test]
async fn a_job_tells_of_itself_from_its_start_to_its_end() {
    let desk = Desk::new();
    let mut events = desk.berth.subscribe();
    let id = desk.start(clock()).await.unwrap();
    let mut states = Vec::new();
    let mut progress = 0;
    loop {
        match events.next().await.unwrap() {
            AppEvent::Job {
                event: JobEvent::Changed { job },
            } if job.id == id => {
                if states.last() != Some(&job.state) {
                    states.push(job.state);
                }
                if job.state.is_over() {
                    break;
                }
            }
            AppEvent::Job {
                event: JobEvent::Progress { job, .. },
            } if job == id => progress += 1,
            _ => {}
        }
    }
    assert_eq!(
        states,
        [JobState::Waiting, JobState::Running, JobState::Done]
    );
    assert!(progress > 0);
}
