//! The front end's tests.

use super::tally::Tally;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;
use serde_json::Value;

/// Runs `npm test` in ui/ with vitest's own report on the terminal and as JSON for the sum.
pub fn run(paths: &Paths, interrupt: &Interrupt) -> Result<Tally> {
    let report = paths.target.join("test-logs").join("vitest.json");
    if report.exists() {
        std::fs::remove_file(&report).doing(|| format!("removing {}", report.display()))?;
    }
    let ran = Cmd::npm()
        .args([
            "test",
            "--silent",
            "--",
            "--reporter=default",
            "--reporter=json",
        ])
        .arg(format!("--outputFile.json={}", report.display()))
        .dir(paths.ui())
        .run(interrupt);
    let text = std::fs::read_to_string(&report).unwrap_or_default();
    let tally = tally(&text, ran.is_ok());
    out::line(format!("{} passed, {} failed", tally.passed, tally.failed));
    Ok(tally)
}

/// Without a readable report, or with a bad exit that it does not explain, something failed.
fn tally(report: &str, ok: bool) -> Tally {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let number = |key: &str| report[key].as_u64();
    let mut tally = Tally {
        passed: number("numPassedTests").unwrap_or(0),
        failed: number("numFailedTests").unwrap_or(0),
        ignored: number("numPendingTests").unwrap_or(0) + number("numTodoTests").unwrap_or(0),
        failures: Vec::new(),
    };
    if tally.failed > 0 {
        tally.failures.push(format!("ui: {} failed", tally.failed));
    } else if !ok || number("numTotalTests").is_none() {
        tally.failed = 1;
        tally
            .failures
            .push("ui: vitest ended without saying that it passed".to_owned());
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::tally;

    #[test]
    fn counts_from_the_report() {
        let report =
            r#"{"numTotalTests":5,"numPassedTests":3,"numFailedTests":1,"numPendingTests":1}"#;
        let tally = tally(report, false);
        assert_eq!((tally.passed, tally.failed, tally.ignored), (3, 1, 1));
    }

    #[test]
    fn no_report_and_a_bad_exit_are_failures() {
        assert_eq!(tally("", true).failed, 1);
        assert_eq!(
            tally(r#"{"numTotalTests":1,"numPassedTests":1}"#, false).failed,
            1
        );
    }
}
