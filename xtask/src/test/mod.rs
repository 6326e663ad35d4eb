//! `cargo xtask test`: everything, against real components, summed up in one line.

mod run;
mod suites;
mod tally;
mod vitest;

use crate::build::{self, Profile};
use crate::fail::{Result, fail};
use crate::ground::{self, Ground, names};
use crate::interrupt::Interrupt;
use crate::paths::Paths;
use crate::setup::{Need, setup};
use crate::{out, package};
use std::path::PathBuf;
use tally::Tally;

/// What to run of it all.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Only suites with one of these words in their name, such as `berth-core`, `e2e` or `ui`
    pub only: Vec<String>,
    /// Arguments for the Rust test programs, such as a test's name
    #[arg(last = true)]
    pub args: Vec<String>,
}

/// Sets up, builds, starts the components, runs the suites, ends the components, and says the sum.
pub fn test(paths: &Paths, interrupt: &Interrupt, options: &Options) -> Result<()> {
    setup(paths, interrupt, Need::Test)?;
    let tally = if cfg!(target_os = "linux") {
        with_components(paths, interrupt, options)?
    } else {
        without_components(paths, interrupt, options)?
    };
    for failure in &tally.failures {
        out::problem(failure);
    }
    let verdict = tally.verdict();
    out::plain(tally.sum());
    verdict
}

fn with_components(paths: &Paths, interrupt: &Interrupt, options: &Options) -> Result<Tally> {
    // The base image comes over the network while the compiler has the processor.
    let base = std::thread::spawn({
        let (paths, interrupt) = (paths.clone(), interrupt.clone());
        move || ground::base_image(&paths, &interrupt)
    });
    let built = build(paths, interrupt);
    match base.join() {
        Ok(made) => made?,
        Err(_) => return fail("making the base image panicked"),
    }
    let (suites, told) = built?;
    let mut ground = Ground::start(paths, interrupt)?;
    for (name, path) in told {
        ground.tell(name, path);
    }
    let mut tally = Tally::default();
    let chosen =
        |name: &str| options.only.is_empty() || options.only.iter().any(|o| name.contains(o));
    out::stage("Rust tests");
    let runner = run::Runner {
        paths,
        interrupt,
        ground: Some(&ground),
        args: &options.args,
    };
    for suite in suites.iter().filter(|suite| chosen(&suite.name)) {
        tally.add(runner.suite(suite)?);
    }
    if chosen("doc") {
        tally.add(runner.docs()?);
    }
    ground.stop();
    if chosen("ui") {
        out::stage("front-end tests");
        tally.add(vitest::run(paths, interrupt)?);
    }
    Ok(tally)
}

/// What clippy has to say of everything; the tests are compiled then.
pub fn clippy(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    if build::clippy().is_none() {
        return fail("clippy is missing; run `rustup component add clippy`");
    }
    match suites::compile(paths, interrupt, &[])?.warnings {
        0 => Ok(()),
        warnings => fail(format!("clippy warned: {warnings}")),
    }
}

type Told = Vec<(&'static str, PathBuf)>;

/// What the tests start: the launcher, the app with its front end, its installer.
fn build(paths: &Paths, interrupt: &Interrupt) -> Result<(Vec<suites::Suite>, Told)> {
    out::stage("building");
    let suites = suites::compile(paths, interrupt, &[])?.suites;
    let app = build::app_for_tests(paths, interrupt, &["deb"])?;
    let deb = package::deb(paths, Profile::Debug)?;
    Ok((
        suites,
        vec![
            (names::BERTH, paths.debug("berth")),
            (names::APP, app),
            (names::DEB, deb),
        ],
    ))
}

/// macOS and Windows: the suites that need no component. The rest is said to be left out.
fn without_components(paths: &Paths, interrupt: &Interrupt, options: &Options) -> Result<Tally> {
    out::stage("building");
    out::line("tests across crates need components that run on Linux only: left out here");
    let suites = suites::compile(
        paths,
        interrupt,
        &["--exclude", "berth-tests", "--exclude", "xtask"],
    )?
    .suites;
    let mut tally = Tally::default();
    let runner = run::Runner {
        paths,
        interrupt,
        ground: None,
        args: &options.args,
    };
    for suite in &suites {
        tally.add(runner.suite(suite)?);
    }
    tally.add(vitest::run(paths, interrupt)?);
    Ok(tally)
}
