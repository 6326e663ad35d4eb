//! Records for tests: complete, valid, and small.

use std::collections::BTreeMap;

use berth_core::client::{LauncherCommand, Place};
use berth_core::job::{Job, JobState, LogLine, StepRecord};
use berth_core::plan::{Plan, Purpose, Step};
use berth_core::server::{Installation, Launch, Tool, seal};

/// An installed server that starts `/bin/true`.
#[must_use]
pub fn installation(name: &str, generation: &str) -> Installation {
    let launch = Launch::Process {
        program: "/bin/true".to_owned(),
        args: Vec::new(),
        env: BTreeMap::new(),
        path: Vec::new(),
        source: None,
        folder: "/".to_owned(),
    };
    Installation {
        name: name.to_owned(),
        generation: generation.to_owned(),
        entry: "sample".to_owned(),
        title: "Sample".to_owned(),
        variant: "python".to_owned(),
        variant_title: "Python package".to_owned(),
        pins: Vec::new(),
        seal: seal(name, &launch, &[], &[], &[]).expect("a launch has a JSON form"),
        launch,
        secrets: Vec::new(),
        criteria: Vec::new(),
        actions: Vec::new(),
        inputs: BTreeMap::new(),
        places: vec![Place::default()],
        folder: None,
        built: None,
        stopped: false,
        data: Vec::new(),
        tools: vec![Tool {
            name: "look".to_owned(),
            description: "Looks around – everywhere".to_owned(),
            schema: serde_json::json!({"type": "object"}),
        }],
        tools_hash: None,
        startup_seconds: 30,
        installed_at: "2026-01-02T03:04:05.678Z".to_owned(),
        verified_at: None,
        last_error: None,
        health: None,
        direct: Vec::new(),
    }
}

/// A job with one step, not begun.
#[must_use]
pub fn job(id: &str, name: &str) -> Job {
    Job {
        id: id.to_owned(),
        plan: Plan {
            purpose: Purpose::Install,
            name: name.to_owned(),
            entry: "sample".to_owned(),
            variant: "python".to_owned(),
            steps: vec![Step::Register {
                name: name.to_owned(),
                place: Place::default(),
                command: LauncherCommand {
                    program: "/usr/bin/berth".to_owned(),
                    args: vec!["run".to_owned(), name.to_owned()],
                    address: None,
                },
                replaces: None,
                file: None,
            }],
            warnings: Vec::new(),
            trust: Vec::new(),
        },
        state: JobState::Waiting,
        steps: vec![StepRecord::default()],
        error: None,
        leftovers: Vec::new(),
        created_at: "2026-01-02T03:04:05.678Z".to_owned(),
        ended_at: None,
        owner_pid: 4711,
    }
}

/// A line of the first step's log.
#[must_use]
pub fn log_line(text: &str) -> LogLine {
    LogLine {
        step: 0,
        at: "2026-01-02T03:04:05.678Z".to_owned(),
        text: text.to_owned(),
    }
}
