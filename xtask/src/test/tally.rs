//! Adding up what the suites say.

use crate::fail::{Result, fail};

/// Numbers of tests.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Tests that ran and passed.
    pub passed: u64,
    /// Tests that ran and failed; a suite that died without a result counts as one.
    pub failed: u64,
    /// Tests that are there and were told not to run.
    pub ignored: u64,
    /// A sentence for each suite that failed.
    pub failures: Vec<String>,
}

impl Tally {
    /// Adds another's numbers to these.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
        self.failures.extend(other.failures);
    }

    /// What one Rust test program said: it counts from its result lines, and its exit must agree.
    pub fn of_rust(suite: &str, output: &str, ok: bool) -> Self {
        let mut tally = Self::default();
        let mut results = 0;
        for line in output
            .lines()
            .filter_map(|line| line.strip_prefix("test result: "))
        {
            results += 1;
            let number = |word: &str| {
                let before = line
                    .split(&[';', '.'])
                    .find_map(|part| part.trim().strip_suffix(word));
                before
                    .and_then(|n| n.trim().parse::<u64>().ok())
                    .unwrap_or(0)
            };
            tally.passed += number(" passed");
            tally.failed += number(" failed");
            tally.ignored += number(" ignored");
        }
        if tally.failed > 0 {
            tally
                .failures
                .push(format!("{suite}: {} failed", tally.failed));
        } else if !ok || results == 0 {
            tally.failed = 1;
            tally
                .failures
                .push(format!("{suite}: ended without saying that it passed"));
        }
        tally
    }

    /// Whether this is a success: something ran, nothing failed, nothing was left out.
    pub fn verdict(&self) -> Result<()> {
        if self.failed > 0 {
            return fail(format!("{} failed", self.failed));
        }
        if self.ignored > 0 {
            return fail(format!(
                "{} tests are marked as ignored: run them or remove them",
                self.ignored
            ));
        }
        if self.passed == 0 {
            return fail("no test ran");
        }
        Ok(())
    }

    /// The closing line.
    pub fn sum(&self) -> String {
        format!("{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "running 2 tests\ntest a ... ok\n\ntest result: ok. 2 passed; 0 failed; \
                        1 ignored; 0 measured; 3 filtered out; finished in 0.00s\n";

    #[test]
    fn adds_every_result_line() {
        let tally = Tally::of_rust("s", &format!("{GOOD}{GOOD}"), true);
        assert_eq!((tally.passed, tally.failed, tally.ignored), (4, 0, 2));
        assert!(tally.failures.is_empty());
    }

    #[test]
    fn failures_are_counted_and_named() {
        let bad = "test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured";
        let tally = Tally::of_rust("core", bad, false);
        assert_eq!((tally.passed, tally.failed), (5, 2));
        assert_eq!(tally.failures, ["core: 2 failed"]);
        assert!(tally.verdict().is_err());
    }

    #[test]
    fn a_suite_that_dies_is_a_failure() {
        assert_eq!(Tally::of_rust("s", "running 3 tests\n", false).failed, 1);
        assert_eq!(Tally::of_rust("s", "", true).failed, 1);
        assert_eq!(
            Tally::of_rust("s", "test result: ok. 1 passed; 0 failed;", false).failed,
            1
        );
    }

    #[test]
    fn nothing_run_and_something_left_out_are_no_success() {
        assert!(Tally::default().verdict().is_err());
        assert!(
            Tally {
                passed: 1,
                ignored: 1,
                ..Tally::default()
            }
            .verdict()
            .is_err()
        );
        assert!(
            Tally {
                passed: 1,
                ..Tally::default()
            }
            .verdict()
            .is_ok()
        );
    }
}
