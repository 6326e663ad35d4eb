use berth_api::types::{InstallRequest, RemoveRequest, RemoveStart};
use berth_core::client::{Place, Scope};
use berth_core::error::{Error, ErrorCode};
use berth_core::input::{InputProblem, InputValue};
use berth_core::job::JobState;
use berth_core::plan::{Choices, Step};
use berth_core::secret::Secret;
use berth_testkit::fake::World;

use crate::desk::{Desk, again, boxes, clock, code, hub};

fn foreign(world: &World, name: &str) {
    let raw = serde_json::json!({ "command": "npx", "args": [name] });
    let key = (Place::default(), name.to_owned());
    world.state().registrations.insert(key, raw);
}

fn in_project(project: Option<&str>) -> Choices {
    Choices {
        place: Place::claude_code(Scope::Project, project.map(str::to_owned)),
        ..clock()
    }
}

#[tokio::test]
async fn what_is_shown_is_what_runs() {
    let desk = Desk::new();
    let choices = clock();
    let shown = desk.shown(&choices).await;
    let plan = shown.plan.unwrap();
    assert_eq!(shown.steps.len(), plan.steps.len());
    assert_eq!(shown.variant.as_deref(), Some("python"));
    let request = InstallRequest {
        choices,
        consent: shown.consent.unwrap(),
        trust: None,
    };
    let job = desk.berth.install_start(request).await.unwrap().job;
    let job = desk.berth.job_wait(&job).await.unwrap();
    assert_eq!(job.state, JobState::Done);
    // Word for word: also the paths with the new generation's identifier.
    assert_eq!(job.plan, plan);
    let installed = desk.world.store.snapshot().current;
    assert_eq!(installed.keys().collect::<Vec<_>>(), ["clock"]);
}

#[tokio::test]
async fn a_consent_counts_in_another_process_as_well() {
    let desk = Desk::new();
    let consent = desk.shown(&clock()).await.consent.unwrap();
    let beside = desk.beside();
    let choices = clock();
    let request = InstallRequest {
        choices,
        consent,
        trust: None,
    };
    let job = beside.berth.install_start(request).await.unwrap().job;
    let job = beside.berth.job_wait(&job).await.unwrap();
    assert_eq!(job.state, JobState::Done);
}

#[tokio::test]
async fn nothing_is_done_without_consent_or_with_another_plans() {
    let desk = Desk::new();
    let before = desk.world.snapshot();
    let start = |consent: &str| {
        let choices = clock();
        let consent = consent.to_owned();
        desk.berth.install_start(InstallRequest {
            choices,
            consent,
            trust: None,
        })
    };
    assert_eq!(code(start("").await), ErrorCode::ConsentNeeded);
    assert_eq!(code(start("0123").await), ErrorCode::PlanChanged);
    let other = desk
        .shown(&Choices {
            variant: Some("image".to_owned()),
            ..clock()
        })
        .await;
    assert_eq!(
        code(start(&other.consent.unwrap()).await),
        ErrorCode::PlanChanged
    );
    assert_eq!(desk.world.snapshot(), before);
    assert!(desk.berth.job_list(()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_plan_that_was_overtaken_is_refused() {
    let desk = Desk::new();
    let replacing = Choices {
        replace: true,
        ..clock()
    };
    let consent = desk.shown(&replacing).await.consent.unwrap();
    // Between the sheet and the click somebody registers the same name.
    foreign(&desk.world, "clock");
    let request = InstallRequest {
        choices: replacing,
        consent,
        trust: None,
    };
    assert_eq!(
        code(desk.berth.install_start(request).await),
        ErrorCode::PlanChanged
    );
}

#[tokio::test]
async fn the_same_choices_give_the_same_consent() {
    let desk = Desk::new();
    let first = desk.shown(&hub()).await;
    let second = desk.shown(&hub()).await;
    assert_ne!(
        first.plan, second.plan,
        "each plan has a generation of its own"
    );
    assert_eq!(first.consent, second.consent);
    let other_secret = Choices {
        secrets: [("token".to_owned(), Secret::new("another-token"))].into(),
        ..hub()
    };
    assert_eq!(first.consent, desk.shown(&other_secret).await.consent);
}

#[tokio::test]
async fn inputs_that_are_missing_or_wrong_are_reported_by_their_keys() {
    let desk = Desk::new();
    let preview = |choices| desk.berth.plan_preview(choices);

    let choices = Choices {
        secrets: Default::default(),
        ..hub()
    };
    let empty = preview(choices).await.unwrap();
    assert_eq!(empty.inputs.0["token"], InputProblem::Empty);
    assert!(empty.plan.is_none() && empty.consent.is_none() && empty.problem.is_none());
    assert_eq!(empty.name, "hub");

    let choices = Choices {
        secrets: [("token".to_owned(), Secret::new("short"))].into(),
        ..hub()
    };
    let short = preview(choices).await.unwrap();
    assert_eq!(short.inputs.0["token"], InputProblem::TooShort { min: 8 });

    let zone = InputValue::Text("nowhere".to_owned());
    let choices = Choices {
        inputs: [("zone".to_owned(), zone)].into(),
        ..clock()
    };
    let pattern = preview(choices).await.unwrap();
    let help = "capital letters".to_owned();
    assert_eq!(pattern.inputs.0["zone"], InputProblem::Pattern { help });

    let gone = preview(boxes("/home/ada/gone")).await.unwrap();
    assert_eq!(gone.inputs.0["folders"], InputProblem::NotThere);
}

#[tokio::test]
async fn an_obstacle_beside_a_wrong_input_is_told_as_well() {
    let desk = Desk::new();
    desk.world.state().engine = Err(Error::new(ErrorCode::EngineMissing));
    let choices = Choices {
        variant: Some("image".to_owned()),
        secrets: Default::default(),
        ..hub()
    };
    let preview = desk.berth.plan_preview(choices).await.unwrap();
    assert_eq!(preview.inputs.0["token"], InputProblem::Empty);
    assert_eq!(preview.problem.unwrap().code, ErrorCode::EngineMissing);
}

#[tokio::test]
async fn obstacles_are_problems_of_the_preview_and_failures_of_the_start() {
    let claude = |world: &World| {
        world.state().claude = Err(Error::new(ErrorCode::ClaudeMissing));
    };
    let vault = |world: &World| {
        world.state().vault = Err(Error::new(ErrorCode::KeychainLocked));
    };
    let engine = |world: &World| {
        world.state().engine = Err(Error::new(ErrorCode::EngineMissing));
    };
    let nothing = |_: &World| {};
    let taken = |world: &World| foreign(world, "clock");
    type Case<'a> = (&'a dyn Fn(&World), Choices, &'a str);
    let cases: [Case<'_>; 9] = [
        (&claude, clock(), "claude_missing"),
        (&vault, hub(), "keychain_locked"),
        (&engine, hub(), "engine_missing"),
        (&taken, clock(), "already_registered"),
        (
            &nothing,
            Choices {
                name: Some("no spaces".to_owned()),
                ..clock()
            },
            "name_invalid",
        ),
        (
            &nothing,
            Choices {
                variant: Some("nothing".to_owned()),
                ..clock()
            },
            "variant_unknown",
        ),
        (
            &nothing,
            Choices {
                entry: "later".to_owned(),
                variant: Some("stack".to_owned()),
                ..clock()
            },
            "variant_planned",
        ),
        (&nothing, in_project(None), "project_needed"),
        (
            &nothing,
            in_project(Some("/home/ada/gone")),
            "folder_missing",
        ),
    ];
    for (arrange, choices, expected) in cases {
        let desk = Desk::new();
        arrange(&desk.world);
        let preview = desk.berth.plan_preview(again(&choices)).await.unwrap();
        let problem = preview.problem.map(|error| error.name());
        assert_eq!(problem.as_deref(), Some(expected));
        assert!(preview.plan.is_none() && preview.consent.is_none());
        let consent = "anything".to_owned();
        let started = desk.berth.install_start(InstallRequest {
            choices,
            consent,
            trust: None,
        });
        assert_eq!(started.await.unwrap_err().name(), expected);
    }
}

#[tokio::test]
async fn an_unknown_entry_is_no_preview() {
    let desk = Desk::new();
    let choices = Choices {
        entry: "nothing".to_owned(),
        ..Choices::default()
    };
    let unknown = ErrorCode::EntryUnknown {
        entry: "nothing".to_owned(),
    };
    assert_eq!(code(desk.berth.plan_preview(choices).await), unknown);
}

#[tokio::test]
async fn an_installed_name_is_a_conflict_that_replace_solves() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    let without_token = Choices {
        secrets: Default::default(),
        ..hub()
    };
    let preview = desk
        .berth
        .plan_preview(again(&without_token))
        .await
        .unwrap();
    assert_eq!(preview.problem.unwrap().name(), "name_taken");
    let conflict = preview.conflict.unwrap();
    assert!(conflict.installed);
    assert_eq!(conflict.kept_secrets, ["token"]);
    assert_eq!(conflict.registrations.len(), 1);

    let replacing = Choices {
        replace: true,
        ..again(&without_token)
    };
    let plan = desk.shown(&replacing).await.plan.unwrap();
    let keeps = |step: &Step| matches!(step, Step::KeepSecret { .. });
    assert!(plan.steps.iter().any(keeps), "{plan:#?}");
    desk.install_done(replacing).await;
    assert_eq!(
        desk.world.state().secrets.len(),
        1,
        "the old value has moved"
    );
}

#[tokio::test]
async fn a_secret_that_is_gone_from_the_vault_is_asked_for_again() {
    let desk = Desk::new();
    desk.install_done(hub()).await;
    desk.world.state().secrets.clear();
    let replacing = Choices {
        replace: true,
        secrets: Default::default(),
        ..hub()
    };
    let preview = desk.berth.plan_preview(replacing).await.unwrap();
    assert_eq!(preview.inputs.0["token"], InputProblem::Empty);
    assert!(preview.plan.is_none() && preview.consent.is_none());
    assert!(preview.conflict.unwrap().kept_secrets.is_empty());
}

#[tokio::test]
async fn a_foreign_registration_is_a_conflict_and_comes_back_when_the_replacement_fails() {
    let desk = Desk::new();
    foreign(&desk.world, "clock");
    let preview = desk.berth.plan_preview(clock()).await.unwrap();
    let conflict = preview.conflict.unwrap();
    assert!(!conflict.installed);
    assert!(!conflict.registrations[0].is_berths);

    let before = desk.world.snapshot();
    let script = berth_testkit::fake::ServerScript {
        start: Some(Error::new(ErrorCode::ServerExited { exit: Some(1) })),
        ..Default::default()
    };
    desk.world
        .state()
        .servers
        .insert("clock".to_owned(), script);
    let job = desk
        .install(Choices {
            replace: true,
            ..clock()
        })
        .await;
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(job.error.unwrap().name(), "server_exited");
    assert_eq!(desk.world.snapshot(), before);
}

#[tokio::test]
async fn projects_that_were_used_are_remembered_newest_first_and_once() {
    let desk = Desk::new();
    let place = |name: &str, project: &str| Choices {
        name: Some(name.to_owned()),
        ..in_project(Some(project))
    };
    desk.install_done(place("one", "/home/ada/project")).await;
    desk.install_done(place("two", "/home/ada/notes")).await;
    desk.install_done(place("three", "/home/ada/project")).await;
    let settings = desk.berth.settings_get(()).await.unwrap();
    let projects = ["/home/ada/project", "/home/ada/notes"];
    assert_eq!(settings.recent_projects, projects);
}

#[tokio::test]
async fn a_removal_deletes_what_was_shown_and_nothing_is_left() {
    let desk = Desk::new();
    let before = desk.world.snapshot();
    desk.install_done(clock()).await;
    desk.remove_done("clock", true).await;
    assert_eq!(desk.world.snapshot(), before);
}

#[tokio::test]
async fn a_removal_needs_something_to_remove_and_consent() {
    let desk = Desk::new();
    let request = RemoveRequest {
        name: "clock".to_owned(),
        delete_data: false,
    };
    let not_installed = ErrorCode::NotInstalled {
        name: "clock".to_owned(),
    };
    let preview = desk.berth.remove_preview(request.clone()).await;
    assert_eq!(code(preview), not_installed);
    desk.install_done(clock()).await;
    let start = |consent: &str| {
        let request = request.clone();
        let consent = consent.to_owned();
        desk.berth.remove_start(RemoveStart { request, consent })
    };
    assert_eq!(code(start("").await), ErrorCode::ConsentNeeded);
    assert_eq!(code(start("0123").await), ErrorCode::PlanChanged);
}
