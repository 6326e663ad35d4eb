//! The contract of [`Store`].

use berth_core::error::ErrorCode;
use berth_core::facts::VaultKind;
use berth_core::job::{JobState, StepState};
use berth_core::port::Store;
use berth_core::settings::{MachineNotes, Settings};

use crate::sample;

/// Runs the whole suite on a store that is new.
pub fn check(store: &dyn Store) {
    installations(store);
    generations(store);
    jobs(store);
    one_open_job_per_name(store);
    logs(store);
    cancel_requests(store);
    locks(store);
    settings(store);
}

fn installations(store: &dyn Store) {
    assert_eq!(store.installations().expect("read"), []);
    assert_eq!(store.installation("alpha").expect("read"), None);

    let beta = sample::installation("beta", "G1");
    let mut alpha = sample::installation("alpha", "G1");
    store.put_installation(&beta).expect("written");
    store.put_installation(&alpha).expect("written");
    assert_eq!(
        store.installations().expect("read"),
        [alpha.clone(), beta.clone()],
        "by name"
    );

    alpha.verified_at = Some("2026-02-03T04:05:06.789Z".to_owned());
    store.put_installation(&alpha).expect("written again");
    assert_eq!(store.installation("alpha").expect("read"), Some(alpha));

    store.delete_installation("alpha").expect("deleted");
    store.delete_installation("alpha").expect("missing is fine");
    assert_eq!(store.installations().expect("read"), [beta]);
    store.delete_installation("beta").expect("deleted");
}

fn generations(store: &dyn Store) {
    let (old, new) = (
        sample::installation("gamma", "G1"),
        sample::installation("gamma", "G2"),
    );
    store.put_installation(&old).expect("written");
    store.put_installation(&new).expect("written");
    assert_eq!(
        store.installation("gamma").expect("read"),
        Some(new.clone()),
        "the new one is current"
    );
    assert_eq!(
        store.installations().expect("read").len(),
        1,
        "and the only one that shows"
    );
    assert_eq!(
        store.generation("gamma", "G1").expect("read"),
        Some(old.clone()),
        "the old one is kept"
    );

    store.use_generation("gamma", "G1").expect("back");
    assert_eq!(store.installation("gamma").expect("read"), Some(old));
    assert_eq!(
        store
            .use_generation("gamma", "G9")
            .expect_err("unknown")
            .code,
        ErrorCode::NotInstalled {
            name: "gamma".to_owned()
        }
    );
    assert!(
        store.installation("gamma").expect("read").is_some(),
        "a failed change of generation changes nothing"
    );

    store.forget_generation("gamma", "G2").expect("forgotten");
    store
        .forget_generation("gamma", "G2")
        .expect("missing is fine");
    assert_eq!(store.generation("gamma", "G2").expect("read"), None);
    store.forget_generation("gamma", "G1").expect("forgotten");
    assert_eq!(
        store.installation("gamma").expect("read"),
        None,
        "the current one is gone: none is current"
    );
}

fn jobs(store: &dyn Store) {
    let mut first = sample::job("J1", "one");
    let second = sample::job("J2", "two");
    store.create_job(&first).expect("written");
    store.create_job(&second).expect("names side by side");
    assert_eq!(store.job("J1").expect("read"), Some(first.clone()));
    assert_eq!(store.job("J9").expect("read"), None);
    assert_eq!(
        store.jobs(10).expect("read"),
        [second.clone(), first.clone()],
        "newest first"
    );
    assert_eq!(
        store.jobs(1).expect("read"),
        std::slice::from_ref(&second),
        "at most"
    );

    first.state = JobState::Done;
    first.steps[0].state = StepState::Done;
    store.update_job(&first).expect("written");
    assert_eq!(store.job("J1").expect("read"), Some(first));
    assert_eq!(store.open_jobs().expect("read"), [second]);

    assert_eq!(
        store.delete_job("J2").expect_err("it is not over").name(),
        "job_running"
    );
    store.delete_job("J1").expect("deleted");
    assert_eq!(store.job("J1").expect("read"), None);
    let unknown = sample::job("J9", "nine");
    assert_eq!(
        store.update_job(&unknown).expect_err("unknown").name(),
        "job_unknown"
    );
    finish(store, "J2");
}

fn one_open_job_per_name(store: &dyn Store) {
    store
        .create_job(&sample::job("J3", "three"))
        .expect("written");
    assert_eq!(
        store
            .create_job(&sample::job("J4", "three"))
            .expect_err("one is open")
            .code,
        ErrorCode::JobRunning {
            name: "three".to_owned()
        }
    );
    assert_eq!(store.job("J4").expect("read"), None, "nothing was written");
    finish(store, "J3");
    store
        .create_job(&sample::job("J4", "three"))
        .expect("the first one is over");
    finish(store, "J4");
}

fn logs(store: &dyn Store) {
    store
        .create_job(&sample::job("J5", "five"))
        .expect("written");
    let lines = [sample::log_line("first"), sample::log_line("zweite – ü")];
    store.append_log("J5", &lines[..1]).expect("written");
    store.append_log("J5", &lines[1..]).expect("written");
    assert_eq!(store.log("J5").expect("read"), lines);
    assert_eq!(
        store
            .append_log("J99", &lines)
            .expect_err("there is no such job")
            .name(),
        "job_unknown"
    );
    finish(store, "J5");
    store.delete_job("J5").expect("deleted");
    assert_eq!(
        store.log("J5").expect("read"),
        [],
        "its log goes with the job"
    );
}

fn cancel_requests(store: &dyn Store) {
    store
        .create_job(&sample::job("J6", "six"))
        .expect("written");
    assert_eq!(store.cancel_requests().expect("read"), Vec::<String>::new());
    store.request_cancel("J6").expect("asked");
    assert_eq!(store.cancel_requests().expect("read"), ["J6"]);
    finish(store, "J6");
    assert_eq!(store.cancel_requests().expect("read"), Vec::<String>::new());
    store.request_cancel("J6").expect("fine when it is over");
    assert_eq!(store.cancel_requests().expect("read"), Vec::<String>::new());
}

fn locks(store: &dyn Store) {
    let guard = store.lock_job("J7").expect("asked").expect("free");
    assert!(
        store.lock_job("J7").expect("asked").is_none(),
        "held, also against this process"
    );
    assert!(
        store.lock_job("J8").expect("asked").is_some(),
        "others are free"
    );
    drop(guard);
    assert!(store.lock_job("J7").expect("asked").is_some(), "let go");
}

fn settings(store: &dyn Store) {
    assert_eq!(store.settings().expect("read"), Settings::default());
    assert_eq!(
        store.machine_notes().expect("read"),
        MachineNotes::default()
    );
    let settings = Settings {
        vault: Some(VaultKind::Keychain),
        recent_projects: vec!["/a b".to_owned()],
        recent_sources: vec!["/c".to_owned(), "/ä b".to_owned()],
        ..Settings::default()
    };
    let notes = MachineNotes {
        engine_endpoint: Some("unix:///run/docker.sock".to_owned()),
        engine_api: Some("1.41".to_owned()),
        session_bus: Some("unix:path=/run/user/1000/bus".to_owned()),
    };
    store.put_settings(&settings).expect("written");
    store.put_machine_notes(&notes).expect("written");
    assert_eq!(store.settings().expect("read"), settings);
    assert_eq!(store.machine_notes().expect("read"), notes);
}

fn finish(store: &dyn Store, id: &str) {
    let mut job = store.job(id).expect("read").expect("it is there");
    job.state = JobState::Done;
    store.update_job(&job).expect("written");
}
