//! `kill -9` of the app while it installs.

use std::time::{Duration, Instant};

use berth_adapters::sqlite::SqliteStore;
use berth_core::port::Store;
use berth_tests::window::Window;

use crate::command::{REMOVE, whole};
use crate::dice::Dice;
use crate::machine::{HUB, Machine};

/// Runs of the app that are killed.
const KILLS: usize = 8;

/// Fills the sheet in and agrees.
async fn begin(machine: &Machine, window: &Window) {
    window.type_into("search", HUB).await;
    // Not before the other cards are gone: the cards move, and a click would go astray.
    window.gone("install-time").await;
    window.click(&format!("install-{HUB}")).await;
    window.find("install-sheet").await;
    window.type_into("input-token", machine.token()).await;
    window.click("install-agree").await;
}

/// Kills the app itself, and nothing that it started.
fn kill(window: &Window) {
    let app = window.pids().into_iter().find(|pid| {
        std::fs::read_link(format!("/proc/{pid}/exe"))
            .is_ok_and(|program| program.ends_with("berth-app"))
    });
    let pid = i32::try_from(app.expect("the app runs")).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

/// Until the app that has just been started has dealt with what it found.
fn until_recovered(machine: &Machine, at: &str) {
    let limit = Instant::now() + Duration::from_secs(120);
    let store = SqliteStore::open(&machine.sandbox.berth_home()).unwrap();
    while !store.open_jobs().unwrap().is_empty() {
        assert!(Instant::now() < limit, "{at}: a job is open");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[tokio::test]
async fn a_killed_app_leaves_a_server_that_is_whole_or_none() {
    let mut dice = Dice::new();
    let machine = Machine::new("window");
    let before = machine.look();
    let began = Instant::now();
    whole(&machine, &crate::command::INSTALL);
    let took = began.elapsed();
    whole(&machine, &REMOVE);

    let mut last = None;
    for run in 0..KILLS {
        machine.forget_image();
        let window = Window::open(&machine.sandbox).await;
        if let Some(at) = last.take() {
            // This app finds what the one before it left.
            until_recovered(&machine, at);
        }
        begin(&machine, &window).await;
        let wait = dice.within(took);
        std::thread::sleep(wait);
        kill(&window);
        window.close().await;
        machine.revive_keychain();
        let at = format!("BERTH_TEST_SEED={}, run {run}, {wait:?}", dice.seed());
        if run % 2 == 1 {
            last = Some("the next app");
            let window = Window::open(&machine.sandbox).await;
            until_recovered(&machine, &at);
            window.close().await;
        }
        machine.look();
        machine.until_quiet(&at);
        if !machine.is_listed() {
            machine.assert_absent(&before, &at);
        } else {
            machine.assert_installed(&before, &at);
            whole(&machine, &REMOVE);
        }
    }
    let window = Window::open(&machine.sandbox).await;
    begin(&machine, &window).await;
    window.find("job-done").await;
    window.close().await;
    machine.assert_installed(&before, "after all of them");
    assert!(machine.sandbox.files_with(machine.token()).is_empty());
}
