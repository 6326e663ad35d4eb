//! What is measured, and what it may be.

use super::table::Budget;

/// One line of the table.
#[derive(Debug)]
pub struct Measure {
    /// For people.
    pub name: &'static str,
    /// What the measuring program calls it.
    pub key: &'static str,
    /// What it may be.
    pub budget: Budget,
    /// What it is counted in.
    pub unit: &'static str,
    /// What is made of the samples.
    pub of: Statistic,
}

/// One number out of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// The one in the middle.
    Median,
    /// The one that 99 of 100 do not exceed.
    P99,
    /// The largest.
    Largest,
    /// The median less that of what both sides have to bear anyway.
    Added,
}

/// The measure that is taken here and not by the measuring program.
pub const INSTALLER: &str = "installer";

/// Every measure, in the order of the table.
pub const MEASURES: &[Measure] = &[
    Measure {
        name: "launcher: start to the first answer, against `docker run`",
        key: "start",
        budget: Budget::Ratio(1.0),
        unit: "ms",
        of: Statistic::Median,
    },
    Measure {
        name: "launcher: memory per session (PSS), beside `docker run`",
        key: "memory",
        budget: Budget::AtMost(8.0),
        unit: "MiB",
        of: Statistic::Median,
    },
    Measure {
        name: "launcher: added to a message's round trip, beside `docker run`",
        key: "latency",
        budget: Budget::AtMost(0.2),
        unit: "ms",
        of: Statistic::Added,
    },
    Measure {
        name: "window: start to catalog painted, against an empty window",
        key: "window",
        budget: Budget::Ratio(1.3),
        unit: "ms",
        of: Statistic::Median,
    },
    Measure {
        name: "window: idle processor, busiest screen of seven",
        key: "idle",
        budget: Budget::AtMost(0.5),
        unit: "%",
        of: Statistic::Largest,
    },
    Measure {
        name: "search: keystroke to result in 25,000 entries, 99th percentile",
        key: "search",
        budget: Budget::AtMost(5.0),
        unit: "ms",
        of: Statistic::P99,
    },
    Measure {
        name: "memory: app process with 25,000 entries (PSS)",
        key: "app",
        budget: Budget::AtMost(100.0),
        unit: "MiB",
        of: Statistic::Median,
    },
    Measure {
        name: "memory: all of the app's processes with 25,000 entries (PSS)",
        key: "all",
        budget: Budget::AtMost(300.0),
        unit: "MiB",
        of: Statistic::Median,
    },
    Measure {
        name: "installer download (.deb)",
        key: INSTALLER,
        budget: Budget::AtMost(10.0),
        unit: "MB",
        of: Statistic::Median,
    },
];
