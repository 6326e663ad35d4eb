//! What a job does when nothing or something ordinary happens.

use std::sync::Arc;

use berth_core::client::{Place, Scope};
use berth_core::error::{Error, ErrorCode};
use berth_core::facts::Facts;
use berth_core::input::SecretValues;
use berth_core::job::{Job, JobEvent, JobRunner, JobState, StepOutcome, StepState};
use berth_core::plan::{Plan, prepare_install, prepare_remove, prepare_verify};
use berth_core::port::Store as _;
use berth_core::progress::Progress;
use berth_core::server::{check_seal, tools_hash};
use berth_testkit::fake::{ServerScript, World};
use berth_testkit::faulty::Faults;

use super::shapes::{NEW_TOKEN, OLD_TOKEN, Shape, choices, entry, install, token};
use super::support::{Watcher, comparable, run, same, settle};

async fn carried_out(world: &Arc<World>, plan: Plan, secrets: SecretValues) -> Job {
    run(world, plan, secrets, &Faults::none(), &Watcher::default())
        .await
        .expect("no crash")
        .expect("started")
}

fn script(world: &World, script: ServerScript) {
    world.state().servers.insert("demo".to_owned(), script);
}

#[tokio::test]
async fn an_installation_is_written_sealed_and_verified() {
    let (world, plan, secrets) = Shape::InstallPulledImage.prepare().await;
    let job = carried_out(&world, plan, secrets).await;
    assert_eq!(job.state, JobState::Done);
    let installed = world
        .store
        .installation("demo")
        .expect("read")
        .expect("installed");
    check_seal(&installed).expect("sealed");
    assert_eq!(installed.tools.len(), 1);
    assert_eq!(
        installed.tools_hash,
        Some(tools_hash(&installed.tools).expect("a hash"))
    );
    assert!(installed.verified_at.is_some() && installed.last_error.is_none());
    let digest = world.state().registry["demo/server:1.0"].digest.clone();
    assert_eq!(
        installed.pins[0].digest, digest,
        "pinned by what was pulled"
    );
    assert!(job.steps.iter().all(|step| {
        step.state == StepState::Done && step.began_at.is_some() && step.ended_at.is_some()
    }));
}

#[tokio::test]
async fn a_secret_is_in_the_vault_and_nowhere_else() {
    for shape in Shape::ALL {
        let (world, plan, secrets) = shape.prepare().await;
        // A server that tells everything it was given, in several spellings.
        if secrets.contains_key("token") {
            let json = serde_json::json!({ "t": NEW_TOKEN }).to_string();
            script(
                &world,
                ServerScript {
                    lines: vec![format!("token {NEW_TOKEN}"), NEW_TOKEN.to_owned(), json],
                    answers: [("look".to_owned(), (true, format!("bad {NEW_TOKEN}")))].into(),
                    ..ServerScript::default()
                },
            );
        }
        let watcher = Watcher::default();
        run(&world, plan, secrets, &Faults::none(), &watcher)
            .await
            .expect("no crash")
            .expect("started");
        let jobs = world.store.jobs(100).expect("read");
        let logs: Vec<_> = jobs
            .iter()
            .map(|job| world.store.log(&job.id).expect("read"))
            .collect();
        let state = world.state();
        let everything = format!(
            "{} {} {} {:?} {:?} {:?}",
            serde_json::to_string(&jobs).expect("JSON"),
            serde_json::to_string(&logs).expect("JSON"),
            serde_json::to_string(&watcher.events()).expect("JSON"),
            state.files,
            state.registrations,
            world.store.snapshot(),
        );
        for secret in [NEW_TOKEN, OLD_TOKEN] {
            assert!(!everything.contains(secret), "{shape:?}");
        }
    }
}

#[tokio::test]
async fn a_secret_is_stored_without_the_line_break_that_a_pipe_leaves() {
    let (world, plan, _) = Shape::InstallPython.prepare().await;
    let job = carried_out(&world, plan, token(&format!(" {NEW_TOKEN}\r\n"))).await;
    assert_eq!(job.state, JobState::Done);
    let stored: Vec<String> = world.state().secrets.values().cloned().collect();
    assert_eq!(stored, [NEW_TOKEN]);
}

#[tokio::test]
async fn one_name_has_one_job_and_others_go_on_beside_it() {
    let (world, plan, secrets) = Shape::InstallPython.prepare().await;
    let other = berth_core::plan::Choices {
        name: Some("second".to_owned()),
        ..choices("node")
    };
    let second = prepare_install(&world.ports(), entry(), &other, &Facts::default())
        .await
        .expect("a plan");
    let runner = JobRunner::new(world.ports());
    let first = runner
        .start(plan.clone(), secrets.clone())
        .expect("the first");
    let refused = runner
        .start(plan, secrets)
        .map(|_| ())
        .expect_err("the same name");
    assert_eq!(
        refused.code,
        ErrorCode::JobRunning {
            name: "demo".to_owned()
        }
    );
    let second = runner
        .start(second, SecretValues::new())
        .expect("another name");
    let sink = Watcher::default().sink(&world);
    let (first, second) = tokio::join!(first.run(sink.clone()), second.run(sink));
    assert_eq!(
        (first.state, second.state),
        (JobState::Done, JobState::Done)
    );
    assert_eq!(world.store.installations().expect("read").len(), 2);
}

#[tokio::test]
async fn a_job_that_is_cancelled_before_it_begins_does_nothing() {
    for shape in [Shape::InstallPython, Shape::RemoveImageWithData] {
        let (world, plan, secrets) = shape.prepare().await;
        let before = comparable(&world);
        let runner = JobRunner::new(world.ports());
        let started = runner.start(plan, secrets).expect("started");
        let id = started.job().id.clone();
        runner.cancel(&id).expect("it is there");
        let job = started.run(Watcher::default().sink(&world)).await;
        assert_eq!(job.state, JobState::Cancelled, "{shape:?}");
        assert!(
            job.steps
                .iter()
                .all(|step| step.state == StepState::Waiting)
        );
        same(&before, &comparable(&world), "cancelled at once");
        let over = runner.cancel(&id).expect_err("it is over");
        assert_eq!(over.name(), "job_unknown");
    }
}

#[tokio::test(start_paused = true)]
async fn another_process_can_cancel_a_job() {
    let (world, plan, secrets) = Shape::InstallPulledImage.prepare().await;
    let before = comparable(&world);
    let mut ports = world.ports();
    ports.mcp = Arc::new(Endless);
    let started = JobRunner::new(ports).start(plan, secrets).expect("started");
    let id = started.job().id.clone();
    let running = tokio::spawn(started.run(Watcher::default().sink(&world)));
    tokio::task::yield_now().await;
    world.store.request_cancel(&id).expect("asked");
    let job = running.await.expect("it ends");
    assert_eq!(job.state, JobState::Cancelled);
    same(&before, &comparable(&world), "cancelled by another process");
}

/// A server that never answers.
struct Endless;

#[async_trait::async_trait]
impl berth_core::port::McpStarter for Endless {
    async fn start(
        &self,
        _: &berth_core::port::StartRequest,
        watch: &berth_core::progress::Watch,
    ) -> berth_core::error::Result<Box<dyn berth_core::port::McpSession>> {
        watch.until_cancelled(std::future::pending()).await
    }

    async fn hold(
        &self,
        _: &berth_core::port::StartRequest,
    ) -> berth_core::error::Result<Box<dyn berth_core::port::Held>> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn what_is_told_of_a_pull_ends_with_its_last_state() {
    let (world, plan, secrets) = Shape::InstallPulledImage.prepare().await;
    let watcher = Watcher::default();
    run(&world, plan, secrets, &Faults::none(), &watcher)
        .await
        .expect("no crash")
        .expect("started");
    let layers: Vec<_> = watcher
        .events()
        .into_iter()
        .filter_map(|event| match event {
            JobEvent::Progress {
                progress: Progress::Layers { layers },
                ..
            } => Some(layers[0].state),
            _ => None,
        })
        .collect();
    assert_eq!(layers.last(), Some(&berth_core::progress::LayerState::Done));
}

#[tokio::test]
async fn refused_credentials_undo_the_installation() {
    let (world, plan, secrets) = Shape::InstallPulledImage.prepare().await;
    let before = comparable(&world);
    script(
        &world,
        ServerScript {
            answers: [("look".to_owned(), (true, "401".to_owned()))].into(),
            ..ServerScript::default()
        },
    );
    let job = carried_out(&world, plan, secrets).await;
    let error = job.error.expect("it failed");
    assert_eq!(
        error.code,
        ErrorCode::CredentialRefused {
            tool: "look".to_owned()
        }
    );
    assert_eq!(error.causes, ["401"]);
    same(&before, &comparable(&world), "refused");
}

#[tokio::test]
async fn a_project_server_waits_for_approval_inside_claude_code() {
    let (world, plan, secrets) = Shape::InstallInProject.prepare().await;
    let job = carried_out(&world, plan, secrets).await;
    let pending = job.steps.iter().any(|step| {
        matches!(
            step.outcome,
            StepOutcome::Verified {
                pending_approval: true,
                ..
            }
        )
    });
    assert!(pending, "{:?}", job.steps);
    let place = Place::claude_code(Scope::Project, Some("/home/ada/project".to_owned()));
    let written = world
        .ports()
        .clients
        .registration("demo", &place)
        .await
        .expect("read");
    let command = written.expect("registered").raw["command"].clone();
    assert_eq!(
        command, "berth",
        "nothing of this computer is in a shared file"
    );
}

#[tokio::test]
async fn an_approved_project_server_needs_the_launcher_on_the_path() {
    let (world, plan, secrets) = Shape::InstallInProject.prepare().await;
    let before = comparable(&world);
    {
        let mut state = world.state();
        state.launcher_on_path = false;
        let place = Place::claude_code(Scope::Project, Some("/home/ada/project".to_owned()));
        state.approved.insert((place, "demo".to_owned()));
    }
    let job = carried_out(&world, plan, secrets).await;
    assert_eq!(
        job.error.expect("it failed").code,
        ErrorCode::LauncherNotOnPath
    );
    same(&before, &comparable(&world), "not on the path");
}

#[tokio::test]
async fn a_registration_that_nobody_agreed_to_replace_stays() {
    let (world, plan, secrets) = Shape::InstallPython.prepare().await;
    let theirs = serde_json::json!({ "command": "theirs" });
    let key = (Place::default(), "demo".to_owned());
    world
        .state()
        .registrations
        .insert(key.clone(), theirs.clone());
    let before = comparable(&world);
    let job = carried_out(&world, plan, secrets).await;
    assert_eq!(job.error.expect("it failed").name(), "already_registered");
    assert_eq!(world.state().registrations[&key], theirs);
    same(&before, &comparable(&world), "foreign");
}

#[tokio::test]
async fn a_plan_that_is_outdated_is_not_carried_out() {
    let (world, plan, secrets) = Shape::InstallPython.prepare().await;
    install(&world, choices("node"), OLD_TOKEN).await;
    let before = comparable(&world);
    let job = carried_out(&world, plan, secrets).await;
    assert_eq!(job.error.expect("it failed").code, ErrorCode::PlanChanged);
    same(&before, &comparable(&world), "outdated");
}

#[tokio::test]
async fn a_failed_verification_is_kept_with_the_server() {
    let (world, plan, _) = Shape::Verify.prepare().await;
    let gone = Error::new(ErrorCode::ServerExited { exit: Some(3) });
    script(
        &world,
        ServerScript {
            start: Some(gone.clone()),
            ..ServerScript::default()
        },
    );
    let job = carried_out(&world, plan, SecretValues::new()).await;
    assert_eq!(
        (job.state, job.error),
        (JobState::Failed, Some(gone.clone()))
    );
    let installed = world
        .store
        .installation("demo")
        .expect("read")
        .expect("still installed");
    assert_eq!(installed.last_error, Some(gone));
    assert!(
        installed.verified_at.is_some() && !installed.tools.is_empty(),
        "the last good one"
    );

    world.state().servers.clear();
    let plan = prepare_verify(&world.ports(), "demo", None)
        .await
        .expect("a plan");
    carried_out(&world, plan, SecretValues::new()).await;
    let installed = world
        .store
        .installation("demo")
        .expect("read")
        .expect("installed");
    assert_eq!(installed.last_error, None);
}

#[tokio::test]
async fn removal_goes_on_where_what_it_needs_is_gone_for_good() {
    let (world, plan, _) = Shape::RemoveImageWithData.prepare().await;
    {
        let mut state = world.state();
        state.engine = Err(Error::new(ErrorCode::EngineMissing));
        state.claude = Err(Error::new(ErrorCode::ClaudeMissing));
    }
    let job = carried_out(&world, plan, SecretValues::new()).await;
    assert_eq!(job.state, JobState::Done);
    let left: Vec<String> = job.leftovers.iter().map(Error::name).collect();
    assert_eq!(left, ["claude_missing", "engine_missing"]);
    assert_eq!(world.store.installation("demo").expect("read"), None);
    assert!(world.state().secrets.is_empty());
}

#[tokio::test]
async fn removal_that_a_locked_keychain_stops_is_carried_on_later() {
    let (world, plan, _) = Shape::RemovePythonWithSecret.prepare().await;
    let there = world.state().vault.clone();
    world.state().vault = Err(Error::new(ErrorCode::KeychainLocked));
    let job = carried_out(&world, plan, SecretValues::new()).await;
    assert_eq!(
        job.error.expect("it failed").code,
        ErrorCode::KeychainLocked
    );
    assert!(
        world.store.installation("demo").expect("read").is_some(),
        "still listed"
    );

    world.state().vault = there;
    let plan = prepare_remove(&world.ports(), "demo", false)
        .await
        .expect("a plan");
    let job = carried_out(&world, plan, SecretValues::new()).await;
    assert_eq!((job.state, job.error), (JobState::Done, None));
    assert!(world.state().secrets.is_empty());
}

#[tokio::test]
async fn a_session_of_the_old_generation_outlives_a_failed_reconfiguration() {
    let (world, plan, secrets) = Shape::ReconfigureKeepingSecret.prepare().await;
    let old = world
        .store
        .installation("demo")
        .expect("read")
        .expect("installed");
    let theirs = berth_core::port::SessionContainer {
        id: "running".to_owned(),
        running: true,
        labels: berth_core::port::SessionLabels {
            installation: "demo".to_owned(),
            generation: old.generation,
            session: "S".to_owned(),
            home: World::BERTH_HOME.to_owned(),
            owner: "1:1:boot".to_owned(),
        },
        ports: std::collections::BTreeMap::new(),
    };
    world.state().containers.push(theirs);
    let before = comparable(&world);
    script(
        &world,
        ServerScript {
            start: Some(Error::new(ErrorCode::ServerExited { exit: None })),
            leaves_container: true,
            ..ServerScript::default()
        },
    );
    let job = carried_out(&world, plan, secrets).await;
    assert_eq!(job.state, JobState::Failed);
    same(
        &before,
        &comparable(&world),
        "the old session goes on, the new one is gone",
    );
}

#[tokio::test]
async fn an_image_that_another_server_has_come_to_need_is_kept() {
    let (world, plan, secrets) = Shape::InstallPulledImage.prepare().await;
    let runner = JobRunner::new(world.ports());
    script(
        &world,
        ServerScript {
            tools: Err(Error::new(ErrorCode::ServerTimeout { seconds: 30 })),
            ..ServerScript::default()
        },
    );
    // The other one is installed while the first waits for its answer.
    let image = world.state().publish("demo/server:1.0");
    let mut other = berth_testkit::sample::installation("second", "G1");
    other.launch = serde_json::from_value(serde_json::json!({
        "kind": "container", "image": "demo/server:1.0", "image_id": image.id, "entrypoint": [],
        "args": [], "env": {}, "mounts": [], "hardening": berth_core::server::Hardening::default(),
    }))
    .expect("a launch");
    world.store.put_installation(&other).expect("written");
    let started = runner.start(plan, secrets).expect("started");
    let job = started.run(Watcher::default().sink(&world)).await;
    assert_eq!(job.state, JobState::Failed);
    assert!(world.state().images.contains_key("demo/server:1.0"));
    settle(&world, &Watcher::default(), "nothing is open").await;
}

#[tokio::test]
async fn what_cannot_be_undone_is_named() {
    let (world, plan, secrets) = Shape::InstallPulledImage.prepare().await;
    script(
        &world,
        ServerScript {
            start: Some(Error::new(ErrorCode::ServerExited { exit: None })),
            ..ServerScript::default()
        },
    );
    let faults = Faults::always(&["vault.delete"]);
    let job = run(&world, plan, secrets, &faults, &Watcher::default())
        .await
        .expect("no crash")
        .expect("started");
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(
        job.error.map(|error| error.name()).as_deref(),
        Some("server_exited")
    );
    // The one that was given and the one that was made.
    assert_eq!(job.leftovers.len(), 2, "{:?}", job.leftovers);
    assert_eq!(world.state().secrets.len(), 2);
    assert!(
        !world.state().images.contains_key("demo/server:1.0"),
        "the rest is undone"
    );
}
