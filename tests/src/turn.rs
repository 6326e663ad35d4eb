//! Taking turns on what the tests of a run share: an image has one name in its engine.

use std::fs::{self, File};

use berth_testkit::ground;

/// Something of the run's, alone or beside others, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _locked: File,
}

/// Waits until nobody has this, and has it alone. A test takes one thing only: two could wait for each
/// other.
///
/// # Panics
/// When no file can be made in the run's folder.
#[must_use]
pub fn alone(what: &str) -> Turn {
    let file = file(what);
    file.lock().expect("the run's folder can lock");
    Turn { _locked: file }
}

/// Waits until nobody has this alone, and keeps it as it is for as long as it is used.
///
/// # Panics
/// When no file can be made in the run's folder.
#[must_use]
pub fn beside(what: &str) -> Turn {
    let file = file(what);
    file.lock_shared().expect("the run's folder can lock");
    Turn { _locked: file }
}

/// A lock of a file is its opener's: it holds between tests of one program as between programs.
fn file(what: &str) -> File {
    let folder = ground::tmp().join("turns");
    fs::create_dir_all(&folder).expect("a folder");
    File::create(folder.join(what)).expect("a file to lock")
}
