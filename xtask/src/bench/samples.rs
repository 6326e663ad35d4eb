//! What the measuring program gave, and the one number made of it.

use super::measures::{Measure, Statistic};
use super::table::Row;
use serde_json::Value;

/// Samples of one measure, all in its unit.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Samples {
    /// Berth's.
    pub ours: Vec<f64>,
    /// Of what it is held against; empty where there is no such thing.
    pub theirs: Vec<f64>,
    /// Of what both have to bear anyway; empty where there is no such thing.
    pub without: Vec<f64>,
}

impl Samples {
    /// A line of the measuring program: which measure, and its samples. Another line is nothing.
    pub fn read(line: &str) -> Option<(String, Self)> {
        let value: Value = serde_json::from_str(line).ok()?;
        let list = |name: &str| -> Option<Vec<f64>> {
            value[name].as_array()?.iter().map(Value::as_f64).collect()
        };
        let samples = Self {
            ours: list("ours")?,
            theirs: list("theirs")?,
            without: list("without")?,
        };
        Some((value["measure"].as_str()?.to_owned(), samples))
    }

    /// The line of the table; none without samples.
    pub fn row(&self, measure: &Measure) -> Option<Row> {
        let one = |samples: &[f64]| match measure.of {
            Statistic::Median => quantile(samples, 0.5),
            Statistic::P99 => quantile(samples, 0.99),
            Statistic::Largest => quantile(samples, 1.0),
            Statistic::Added => Some(quantile(samples, 0.5)? - quantile(&self.without, 0.5)?),
        };
        Some(Row {
            ours: one(&self.ours)?,
            theirs: one(&self.theirs),
            unit: measure.unit,
            runs: self.ours.len(),
        })
    }
}

/// The smallest sample that at least this share of all does not exceed; for the middle of an even
/// number of samples, the mean of the two there.
fn quantile(samples: &[f64], share: f64) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    if share == 0.5 && count > 0 && count.is_multiple_of(2) {
        return Some(f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]));
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a count of samples is a small number from 0 on"
    )]
    let rank = (count as f64 * share).ceil() as usize;
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::table::Budget;

    #[test]
    fn quantiles_are_samples_and_the_middle_of_two_is_their_mean() {
        let samples = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(quantile(&samples, 0.5), Some(3.0));
        assert_eq!(quantile(&samples[..4], 0.5), Some(3.0));
        assert_eq!(quantile(&samples, 1.0), Some(5.0));
        assert_eq!(quantile(&[], 0.5), None);
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(quantile(&hundred, 0.99), Some(99.0));
        assert_eq!(quantile(&samples, 0.99), Some(5.0));
    }

    fn measure(of: Statistic) -> Measure {
        Measure {
            name: "it",
            key: "it",
            budget: Budget::AtMost(1.0),
            unit: "ms",
            of,
        }
    }

    #[test]
    fn what_both_bear_is_taken_off_both() {
        let samples = Samples {
            ours: vec![1.5, 1.5, 9.0],
            theirs: vec![2.0],
            without: vec![1.0, 1.0],
        };
        let row = samples.row(&measure(Statistic::Added)).expect("a row");
        assert_eq!((row.ours, row.theirs, row.runs), (0.5, Some(1.0), 3));
        let row = samples.row(&measure(Statistic::Largest)).expect("a row");
        assert_eq!((row.ours, row.theirs), (9.0, Some(2.0)));
        // Without it, nothing can be said of what is added.
        let bare = Samples {
            without: Vec::new(),
            ..samples
        };
        assert_eq!(bare.row(&measure(Statistic::Added)), None);
        assert_eq!(Samples::default().row(&measure(Statistic::Median)), None);
    }

    #[test]
    fn lines_of_the_measuring_program_are_read_and_others_are_not() {
        let line = r#"{"measure":"start","ours":[1,2.5],"theirs":[3],"without":[]}"#;
        let (name, samples) = Samples::read(line).expect("a measure");
        assert_eq!(name, "start");
        assert_eq!(samples.ours, [1.0, 2.5]);
        assert_eq!(samples.theirs, [3.0]);
        for line in [
            "",
            "ready",
            r#"{"measure":"start","ours":["x"],"theirs":[],"without":[]}"#,
        ] {
            assert_eq!(Samples::read(line), None, "{line}");
        }
    }
}
