//! The table of measures against their budgets.

use crate::fail::{Result, fail};

/// What a measure may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// At most this share of what it is held against.
    Ratio(f64),
    /// At most so much, in the row's unit.
    AtMost(f64),
}

/// One measure as taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What was measured of Berth.
    pub ours: f64,
    /// The same of what it is held against, where there is such a thing.
    pub theirs: Option<f64>,
    /// What both are counted in, such as `ms`.
    pub unit: &'static str,
    /// How many samples there are of Berth.
    pub runs: usize,
}

/// Rows with their budgets.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<(&'static str, Budget, Row)>,
}

impl Table {
    /// One more line.
    pub fn add(&mut self, name: &'static str, budget: Budget, row: Row) {
        self.rows.push((name, budget, row));
    }

    /// As Markdown.
    pub fn shown(&self) -> String {
        let mut text =
            "| what | Berth | against | ratio | budget | runs | kept |\n|---|---|---|---|---|---|---|\n"
                .to_owned();
        for (name, budget, row) in &self.rows {
            let unit = row.unit;
            let theirs = row
                .theirs
                .map_or("-".to_owned(), |theirs| format!("{theirs:.3} {unit}"));
            let ratio = ratio(row).map_or("-".to_owned(), |ratio| format!("{ratio:.3}"));
            let allowed = match budget {
                Budget::Ratio(ratio) => format!("≤ {ratio}"),
                Budget::AtMost(most) => format!("≤ {most} {unit}"),
            };
            let kept = if kept(*budget, row) { "yes" } else { "no" };
            text.push_str(&format!(
                "| {name} | {:.3} {unit} | {theirs} | {ratio} | {allowed} | {} | {kept} |\n",
                row.ours, row.runs
            ));
        }
        text
    }

    /// Whether every budget is kept, and anything was measured.
    pub fn verdict(&self) -> Result<()> {
        if self.rows.is_empty() {
            return fail("nothing was measured");
        }
        let broken = self
            .rows
            .iter()
            .filter(|(_, budget, row)| !kept(*budget, row));
        let broken: Vec<&str> = broken.map(|(name, ..)| *name).collect();
        if broken.is_empty() {
            Ok(())
        } else {
            fail(format!("over budget: {}", broken.join(", ")))
        }
    }
}

fn ratio(row: &Row) -> Option<f64> {
    row.theirs
        .filter(|theirs| *theirs > 0.0)
        .map(|theirs| row.ours / theirs)
}

/// A ratio that cannot be formed is not kept.
fn kept(budget: Budget, row: &Row) -> bool {
    match budget {
        Budget::Ratio(most) => ratio(row).is_some_and(|ratio| ratio <= most),
        Budget::AtMost(most) => row.ours <= most,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: f64, theirs: Option<f64>) -> Row {
        Row {
            ours,
            theirs,
            unit: "ms",
            runs: 5,
        }
    }

    #[test]
    fn a_budget_is_kept_up_to_its_edge() {
        assert!(kept(Budget::Ratio(1.0), &row(2.0, Some(2.0))));
        assert!(!kept(Budget::Ratio(1.0), &row(2.1, Some(2.0))));
        assert!(!kept(Budget::Ratio(1.0), &row(0.0, None)));
        assert!(kept(Budget::AtMost(5.0), &row(5.0, None)));
        assert!(!kept(Budget::AtMost(5.0), &row(f64::NAN, None)));
    }

    #[test]
    fn the_table_says_what_is_over_budget() {
        let mut table = Table::default();
        assert!(table.verdict().is_err());
        table.add("search", Budget::AtMost(5.0), row(1.5, None));
        table.add("launcher", Budget::Ratio(1.0), row(300.0, Some(200.0)));
        assert!(
            table
                .shown()
                .contains("| launcher | 300.000 ms | 200.000 ms | 1.500 | ≤ 1 | 5 | no |")
        );
        assert_eq!(
            table.verdict().expect_err("over budget").to_string(),
            "over budget: launcher"
        );
    }
}
