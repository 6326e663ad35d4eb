//! `cargo xtask bench`: each budget measured side by side with what it is held against, in one run,
//! with everything built as it is shipped.

mod measures;
mod programs;
mod samples;
mod table;

use crate::build::Profile;
use crate::fail::{Doing, Failure, Result};
use crate::interrupt::Interrupt;
use crate::paths::Paths;
use crate::setup::{Need, setup};
use crate::{out, package};
use measures::{INSTALLER, MEASURES, Measure};
use samples::Samples;
use table::Table;

/// What to measure.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Only measures with one of these words in their name, such as `launcher` or `search`
    pub only: Vec<String>,
}

/// Takes the measures and prints the table; a budget that is not kept is a failure, and so is a
/// measure that could not be taken.
pub fn bench(paths: &Paths, interrupt: &Interrupt, options: &Options) -> Result<()> {
    setup(paths, interrupt, Need::Test)?;
    let chosen = |measure: &&Measure| {
        options.only.is_empty()
            || options
                .only
                .iter()
                .any(|o| measure.name.contains(o.as_str()))
    };
    let chosen: Vec<&Measure> = MEASURES.iter().filter(chosen).collect();
    let mut taken: Vec<(String, Samples)> = Vec::new();
    let mut failures = Vec::new();
    let mut keep = |failed: Result<()>| failures.extend(failed.err());
    if chosen.iter().any(|measure| measure.key == INSTALLER) {
        keep(
            installer(paths, interrupt).map(|samples| taken.push((INSTALLER.to_owned(), samples))),
        );
    }
    let keys: Vec<&str> = chosen.iter().map(|measure| measure.key).collect();
    let keys: Vec<&str> = keys.into_iter().filter(|key| *key != INSTALLER).collect();
    if !keys.is_empty() {
        keep(programs::run(paths, interrupt, &keys, &mut taken));
    }
    let mut table = Table::default();
    for measure in chosen {
        let of_it = taken.iter().find(|(key, _)| key == measure.key);
        match of_it.and_then(|(_, samples)| samples.row(measure)) {
            Some(row) => table.add(measure.name, measure.budget, row),
            None => failures.push(Failure(format!("not measured: {}", measure.name))),
        }
    }
    out::plain(table.shown());
    for failure in &failures {
        out::problem(failure);
    }
    table.verdict()?;
    match failures.into_iter().next() {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

/// Megabytes of the release .deb, built where it is not there.
fn installer(paths: &Paths, interrupt: &Interrupt) -> Result<Samples> {
    if package::deb(paths, Profile::Release).is_err() {
        package::package(paths, interrupt, Profile::Release)?;
    }
    let deb = package::deb(paths, Profile::Release)?;
    let bytes = std::fs::metadata(&deb)
        .doing(|| format!("reading {}", deb.display()))?
        .len();
    Ok(Samples {
        ours: vec![package::megabytes(bytes)],
        ..Samples::default()
    })
}
