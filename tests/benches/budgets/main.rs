//! Takes the measures of `cargo xtask bench`, in the components' surroundings, and prints one JSON
//! line for each: the samples of Berth, of what it is held against, and of what both are measured
//! from. What is made of them (medians, ratios, the table) is xtask's.
//!
//! Samples of both sides are taken in turn, so that what else the machine does meets both alike.

mod entries;
mod idle;
mod latency;
mod launcher;
mod person;
mod process;
mod search;
mod start;

use std::path::PathBuf;

use serde_json::json;

/// What xtask tells: the programs it built for this, and the measures that are wanted.
pub struct Wanted {
    /// The app that opens a window and nothing else.
    pub empty_window: PathBuf,
    /// The program that searches a folder of entries.
    pub search: PathBuf,
    /// Names of measures.
    pub measures: Vec<String>,
}

impl Wanted {
    /// `EMPTY-WINDOW SEARCH MEASURE…`.
    fn from_args() -> Self {
        let mut args = std::env::args_os().skip(1);
        let mut program = |what: &str| PathBuf::from(args.next().expect(what));
        Self {
            empty_window: program("the empty window's program"),
            search: program("the search's program"),
            measures: args.map(|arg| arg.into_string().expect("a name")).collect(),
        }
    }

    fn wants(&self, measure: &str) -> bool {
        self.measures.iter().any(|wanted| wanted == measure)
    }
}

/// What was taken of one measure, all in its unit.
#[derive(Default)]
pub struct Samples {
    /// Berth's.
    pub ours: Vec<f64>,
    /// Of what it is held against; empty where there is no such thing.
    pub theirs: Vec<f64>,
    /// Of what both have to bear anyway; empty where there is no such thing.
    pub without: Vec<f64>,
}

fn main() {
    let wanted = Wanted::from_args();
    if wanted.wants("start") {
        tell("start", &launcher::start());
    }
    if wanted.wants("memory") {
        tell("memory", &launcher::memory());
    }
    if wanted.wants("latency") {
        tell("latency", &latency::measure());
    }
    if wanted.wants("window") {
        tell("window", &start::measure(&wanted.empty_window));
    }
    if wanted.wants("idle") {
        tell("idle", &idle::measure());
    }
    if wanted.wants("search") {
        tell("search", &search::measure(&wanted.search));
    }
    if wanted.wants("app") || wanted.wants("all") {
        let (app, all) = start::memory();
        tell("app", &app);
        tell("all", &all);
    }
}

#[allow(clippy::print_stdout, reason = "this is what the program is for")]
fn tell(measure: &str, samples: &Samples) {
    let line = json!({
        "measure": measure,
        "ours": samples.ours,
        "theirs": samples.theirs,
        "without": samples.without,
    });
    println!("{line}");
}

/// A runtime for what drives the window.
pub fn waiting<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}
