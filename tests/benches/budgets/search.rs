//! From a keystroke to the result in the core, over 25,000 entries.

use std::path::Path;
use std::process::Command;

use berth_testkit::ground;

use crate::Samples;
use crate::entries;

/// Milliseconds of each keystroke, as the optimized program took them.
pub fn measure(program: &Path) -> Samples {
    let folder = tempfile::tempdir_in(ground::tmp()).expect("a folder");
    entries::write(folder.path());
    let output = Command::new(program)
        .arg(folder.path())
        .arg(entries::ENTRIES.to_string())
        .output()
        .expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).expect("text");
    Samples {
        ours: text
            .lines()
            .map(|line| line.parse().expect("a number"))
            .collect(),
        ..Samples::default()
    }
}
