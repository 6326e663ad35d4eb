//! Stopping in the middle: by a signal, from another process, and for good.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use berth_tests::sandbox::{Ran, Sandbox};
use serde_json::Value;

use crate::people::assert_nothing_left;

/// An installation of `time` that has begun to install its package.
struct Midway {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    job: String,
}

impl Midway {
    fn reach(sandbox: &Sandbox) -> Self {
        let mut child = sandbox
            .command(sandbox.path("bin/berth"))
            .args(["install", "time", "--variant", "python", "--yes", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut job = String::new();
        for line in &mut lines {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            match event["event"].as_str().unwrap() {
                "started" => event["job"].as_str().unwrap().clone_into(&mut job),
                "step" if event["title"].as_str().unwrap().starts_with("Install ") => break,
                "failed" | "done" => panic!("{event}"),
                _ => {}
            }
        }
        Self { child, lines, job }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = std::process::Command::new("kill")
            .args([signal, &pid])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end; the exit code and the last line.
    fn end(mut self) -> (Option<i32>, Value) {
        let last = self.lines.map_while(Result::ok).last();
        let status = self.child.wait().unwrap();
        let last = last.map_or(Value::Null, |line| serde_json::from_str(&line).unwrap());
        (status.code(), last)
    }
}

fn assert_cancelled(sandbox: &Sandbox, midway: Midway) {
    let job = midway.job.clone();
    let (exit, last) = midway.end();
    assert_eq!(exit, Some(5), "{last}");
    assert_eq!(last["event"], "failed");
    assert_eq!(last["error"]["code"], "cancelled");
    let page = sandbox.berth(&["jobs", "show", &job, "--json"]).ok().json();
    assert_eq!(page["job"]["state"], "cancelled");
    assert_nothing_left(sandbox, "time");
}

#[test]
fn the_first_signal_cancels_and_undoes() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let sandbox = Sandbox::new();
        let midway = Midway::reach(&sandbox);
        midway.signal(signal);
        assert_cancelled(&sandbox, midway);
    }
}

#[test]
fn another_process_cancels_a_job() {
    let sandbox = Sandbox::new();
    let midway = Midway::reach(&sandbox);
    let busy = sandbox.berth(&["install", "time", "--variant", "python", "--yes"]);
    assert_eq!(busy.exit, Some(7), "{busy:?}");
    let asked = sandbox
        .berth(&["jobs", "cancel", &midway.job, "--json"])
        .ok();
    assert_eq!(asked.json()["cancel"], "asked");
    assert_cancelled(&sandbox, midway);
}

#[test]
fn what_a_killed_process_left_is_undone_at_the_next_start() {
    let sandbox = Sandbox::new();
    let midway = Midway::reach(&sandbox);
    midway.signal("-KILL");
    let job = midway.job.clone();
    let (exit, _) = midway.end();
    assert_eq!(exit, None, "a signal ended it");
    let ran: Ran = sandbox.berth(&["list"]).ok();
    let expected = format!("`berth jobs show {job}`");
    assert!(ran.stderr.contains(&expected), "{}", ran.stderr);
    let page = sandbox.berth(&["jobs", "show", &job, "--json"]).ok().json();
    assert_eq!(page["job"]["state"], "failed");
    assert_eq!(page["job"]["error"]["code"], "interrupted");
    assert_nothing_left(&sandbox, "time");
}
