//! `berth`, started and read line by line.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::machine::{HUB, Machine};

pub const INSTALL: [&str; 6] = [
    "install",
    HUB,
    "--secret-env",
    "token=HUB_TOKEN",
    "--yes",
    "--json",
];
pub const RECONFIGURE: [&str; 5] = ["install", HUB, "--replace", "--yes", "--json"];
pub const REMOVE: [&str; 5] = ["remove", HUB, "--data", "--yes", "--json"];

/// The lines that a process prints, as they come.
pub struct Lines(mpsc::Receiver<String>);

impl Lines {
    pub fn of(child: &mut Child) -> Self {
        let (sender, receiver) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self(receiver)
    }

    /// One after the other, up to the end.
    pub fn iter(&self) -> mpsc::Iter<'_, String> {
        self.0.iter()
    }
}

/// Starts it.
pub fn start(machine: &Machine, args: &[&str]) -> (Child, Lines) {
    let mut child = machine
        .command(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = Lines::of(&mut child);
    (child, lines)
}

/// A whole run: how long it takes and how many lines it prints.
pub fn whole(machine: &Machine, args: &[&str]) -> (Duration, usize) {
    let began = Instant::now();
    let (mut child, lines) = start(machine, args);
    let printed: Vec<String> = lines.iter().collect();
    let status = child.wait().unwrap();
    assert!(status.success(), "{args:?}: {printed:#?}");
    (began.elapsed(), printed.len())
}
