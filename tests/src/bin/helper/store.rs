use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use berth_adapters::sqlite::SqliteStore;
use berth_core::port::Store;
use berth_testkit::sample;

use crate::say;

/// `HOME JOB`: takes the lock, says `held` or `taken`, and holds it until it is killed.
pub fn lock(arguments: &[&str]) -> ExitCode {
    let [home, job] = arguments else {
        return ExitCode::from(64);
    };
    let store = SqliteStore::open(Path::new(home)).expect("opened");
    match store.lock_job(job).expect("asked") {
        None => say("taken"),
        Some(_guard) => {
            say("held");
            std::thread::sleep(Duration::from_secs(600));
        }
    }
    ExitCode::SUCCESS
}

/// `HOME PREFIX COUNT`: writes that many installations, each name said once it is written.
pub fn write(arguments: &[&str]) -> ExitCode {
    let [home, prefix, count] = arguments else {
        return ExitCode::from(64);
    };
    let store = SqliteStore::open(Path::new(home)).expect("opened");
    for number in 0..count.parse::<u32>().expect("a number") {
        let name = format!("{prefix}-{number:06}");
        store
            .put_installation(&sample::installation(&name, "G1"))
            .expect("written");
        say(&name);
    }
    ExitCode::SUCCESS
}

/// `HOME`: writes until it fails, and says the error's code; then shows that reading still works.
pub fn fill(arguments: &[&str]) -> ExitCode {
    let [home] = arguments else {
        return ExitCode::from(64);
    };
    let store = SqliteStore::open(Path::new(home)).expect("opened");
    for number in 0..100_000 {
        let name = format!("fill-{number:06}");
        if let Err(error) = store.put_installation(&sample::installation(&name, "G1")) {
            say(&error.name());
            let read = store.installations().expect("reading works");
            say(&read.len().to_string());
            say(&number.to_string());
            return ExitCode::SUCCESS;
        }
    }
    ExitCode::FAILURE
}
