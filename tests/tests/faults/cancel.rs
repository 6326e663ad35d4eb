//! Stopped at each step in turn, by a signal and from another process.

use std::process::Child;

use serde_json::Value;

use crate::command::{INSTALL, Lines, RECONFIGURE, REMOVE, start, whole};
use crate::machine::Machine;

/// A run that has begun a step.
struct Begun {
    child: Child,
    lines: Lines,
    job: String,
    steps: usize,
}

/// Starts it and waits until it has begun this step of its plan.
fn begun(machine: &Machine, args: &[&str], step: usize) -> Begun {
    let (child, lines) = start(machine, args);
    let (mut job, mut steps) = (String::new(), 0);
    for line in lines.iter() {
        let event: Value = serde_json::from_str(&line).unwrap();
        match event["event"].as_str().unwrap() {
            "plan" => steps = event["preview"]["plan"]["steps"].as_array().unwrap().len(),
            "started" => event["job"].as_str().unwrap().clone_into(&mut job),
            "step" if event["step"] == step && event["state"] == "running" => break,
            "failed" | "done" => panic!("step {step} did not begin: {event}"),
            _ => {}
        }
    }
    Begun {
        child,
        lines,
        job,
        steps,
    }
}

impl Begun {
    fn interrupt(&self) {
        let pid = i32::try_from(self.child.id()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    }

    /// Waits for the end; the exit code and the last line.
    fn end(mut self) -> (Option<i32>, Value) {
        let last = self
            .lines
            .iter()
            .last()
            .unwrap_or_else(|| "null".to_owned());
        let status = self.child.wait().unwrap();
        (status.code(), serde_json::from_str(&last).unwrap())
    }

    fn assert_cancelled(self, at: &str) {
        let (exit, last) = self.end();
        assert_eq!(exit, Some(5), "{at}: {last}");
        assert_eq!(last["error"]["code"], "cancelled", "{at}: {last}");
    }
}

/// How many steps a plan has up to its verification, which is the last that can be cancelled.
fn until_verified(machine: &Machine, args: &[&str]) -> usize {
    let (mut child, lines) = start(machine, args);
    let plan = lines.iter().next().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let steps = plan["preview"]["plan"]["steps"].as_array().unwrap();
    1 + steps
        .iter()
        .position(|step| step["step"] == "verify")
        .unwrap()
}

#[test]
fn a_job_that_is_cancelled_at_any_step_leaves_what_was_there() {
    let machine = Machine::new("cancel");
    let before = machine.look();
    let count = until_verified(&machine, &INSTALL);
    assert!(count >= 5, "{count}");
    machine.look();

    for step in 0..count {
        let at = format!("install, step {step}");
        let run = begun(&machine, &INSTALL, step);
        run.interrupt();
        run.assert_cancelled(&at);
        machine.assert_absent(&before, &at);
        machine.until_quiet(&at);
        assert!(!machine.has_image(), "{at}: what was pulled is there");
    }
    for step in [0, count - 2, count - 1] {
        let at = format!("install, step {step}, by another process");
        let run = begun(&machine, &INSTALL, step);
        machine.berth(&["jobs", "cancel", &run.job, "--json"]).ok();
        run.assert_cancelled(&at);
        machine.assert_absent(&before, &at);
    }
    // Twice: it leaves at once, and the next start undoes it.
    let run = begun(&machine, &INSTALL, count - 1);
    run.interrupt();
    run.interrupt();
    run.assert_cancelled("twice");
    machine.look();
    machine.until_quiet("twice");
    machine.assert_absent(&before, "twice");

    whole(&machine, &INSTALL);
    let installed = machine.look();
    let count = until_verified(&machine, &RECONFIGURE);
    for step in 0..count {
        let at = format!("reconfigure, step {step}");
        let run = begun(&machine, &RECONFIGURE, step);
        run.interrupt();
        run.assert_cancelled(&at);
        assert_eq!(machine.look(), installed, "{at}");
        machine.assert_others(&at);
    }
    machine.assert_installed(&before, "reconfigured in vain");
    after_the_point_of_no_return(&machine, count);
    machine.assert_absent(&before, "removed");
}

/// What was verified is cleaned up to the end, and a removal is finished, whoever cancels.
fn after_the_point_of_no_return(machine: &Machine, verified: usize) {
    let run = begun(machine, &RECONFIGURE, verified);
    assert!(run.steps > verified);
    run.interrupt();
    let (exit, last) = run.end();
    assert_eq!((exit, &last["event"]), (Some(0), &"done".into()), "{last}");

    let run = begun(machine, &REMOVE, 0);
    run.interrupt();
    let (exit, last) = run.end();
    assert_eq!((exit, &last["event"]), (Some(0), &"done".into()), "{last}");
}
