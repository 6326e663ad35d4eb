//! `cargo xtask bench`: each budget measured side by side with what it is held against, in one run.

mod table;

use crate::build::Profile;
use crate::fail::{Doing, Result};
use crate::interrupt::Interrupt;
use crate::paths::Paths;
use crate::setup::{Need, setup};
use crate::{out, package};
use table::{Budget, Row, Table};

/// What to measure.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Only measures with one of these words in their name
    pub only: Vec<String>,
}

/// One measure: what it is called, what it may be, and how it is taken.
struct Measure {
    name: &'static str,
    budget: Budget,
    take: fn(&Paths, &Interrupt) -> Result<Row>,
}

/// Every measure, in the order of the table.
const MEASURES: &[Measure] = &[Measure {
    name: "installer download",
    budget: Budget::AtMost(10.0),
    take: installer,
}];

/// Takes the measures and prints the table; a budget that is not kept is a failure.
pub fn bench(paths: &Paths, interrupt: &Interrupt, options: &Options) -> Result<()> {
    setup(paths, interrupt, Need::Test)?;
    let chosen =
        |name: &str| options.only.is_empty() || options.only.iter().any(|o| name.contains(o));
    let mut table = Table::default();
    for measure in MEASURES.iter().filter(|measure| chosen(measure.name)) {
        out::stage(measure.name);
        table.add(
            measure.name,
            measure.budget,
            (measure.take)(paths, interrupt)?,
        );
    }
    out::plain(table.shown());
    table.verdict()
}

/// The release .deb, built where it is not there.
fn installer(paths: &Paths, interrupt: &Interrupt) -> Result<Row> {
    if package::deb(paths, Profile::Release).is_err() {
        package::package(paths, interrupt, Profile::Release)?;
    }
    let deb = package::deb(paths, Profile::Release)?;
    let bytes = std::fs::metadata(&deb)
        .doing(|| format!("reading {}", deb.display()))?
        .len();
    Ok(Row {
        ours: package::megabytes(bytes),
        theirs: None,
        unit: "MB",
        runs: 1,
    })
}
