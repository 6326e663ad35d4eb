//! Why an installation failed.
//!
//! Neither pip nor uv has a machine-readable form for this (pip's `--report` is written on success
//! only; both exit with 1 for every reason), so their own words are the only carrier. The table is
//! small and its misses are harmless: then the error says that the tool failed, with its last lines.

use berth_core::error::ErrorCode;
use berth_core::plan::PythonTool;
use berth_core::plan::command::in_place;

use super::name_of;
use crate::process::Finished;

/// What pip 23-25 and uv 0.5-0.9 print when no such version exists.
const NOT_FOUND: [&str; 4] = [
    "No matching distribution found for",
    "was not found in the package registry",
    "there is no version of",
    "there are no versions of",
];
/// What they print when the index cannot be reached.
const UNREACHABLE: [&str; 7] = [
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Connection refused",
    "error sending request",
    "dns error",
    "Read timed out",
];

/// The code for a failed installation.
pub fn code(tool: PythonTool, requirements: &[String], done: &Finished) -> ErrorCode {
    let says = |needles: &[&str]| {
        done.tail
            .iter()
            .any(|line| needles.iter().any(|needle| line.contains(needle)))
    };
    // Without a network pip ends with "no matching distribution" as well, so this comes first.
    if says(&UNREACHABLE) {
        return ErrorCode::NetworkUnreachable {
            what: "The Python package index".to_owned(),
        };
    }
    let first = requirements.first().map(String::as_str).unwrap_or_default();
    // What a folder that is installed in place did not find is something that it depends on: its
    // name is in the last lines.
    if says(&NOT_FOUND) && in_place(first).is_none() {
        let (package, version) = first.split_once("==").unwrap_or((first, ""));
        return ErrorCode::PackageNotFound {
            package: package.to_owned(),
            version: version.to_owned(),
        };
    }
    ErrorCode::PackageFailed {
        tool: name_of(tool).to_owned(),
        exit: done.exit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use berth_core::plan::command::editable;

    fn failed(lines: &[&str]) -> Finished {
        Finished {
            exit: Some(1),
            tail: lines.iter().map(|line| (*line).to_owned()).collect(),
            stdout: String::new(),
        }
    }

    #[test]
    fn tells_a_missing_version_from_a_missing_network() {
        let wanted = ["six==99.0".to_owned()];
        let missing = failed(&["ERROR: No matching distribution found for six==99.0"]);
        assert_eq!(
            code(PythonTool::Pip, &wanted, &missing),
            ErrorCode::PackageNotFound {
                package: "six".into(),
                version: "99.0".into()
            }
        );
        let offline = failed(&[
            "WARNING: Retrying: Failed to establish a new connection: [Errno -2]",
            "ERROR: No matching distribution found for six==99.0",
        ]);
        assert!(matches!(
            code(PythonTool::Pip, &wanted, &offline),
            ErrorCode::NetworkUnreachable { .. }
        ));
        let in_place = [editable("/code/server", "")];
        assert!(matches!(
            code(PythonTool::Pip, &in_place, &missing),
            ErrorCode::PackageFailed { .. }
        ));
        assert_eq!(
            code(PythonTool::Uv, &wanted, &failed(&["error: build failed"])),
            ErrorCode::PackageFailed {
                tool: "uv".into(),
                exit: Some(1)
            }
        );
    }
}
