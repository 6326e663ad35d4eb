//! Which projects' `.mcp.json` Berth had made: when the last registration leaves such a file, the
//! file goes as well. One that was there before is never deleted.

use std::path::{Path, PathBuf};

use berth_core::error::Result;
use sha2::{Digest, Sha256};

use crate::private;

/// Remembers that a file is Berth's making.
pub fn remember(home: &Path, file: &Path) -> Result<()> {
    let mark = mark(home, file);
    if let Some(folder) = mark.parent() {
        private::create_folder(folder)?;
    }
    private::replace(&mark, file.to_string_lossy().as_bytes())
}

/// Whether a file is Berth's making.
pub fn is_remembered(home: &Path, file: &Path) -> bool {
    mark(home, file).is_file()
}

/// Forgets it.
pub fn forget(home: &Path, file: &Path) -> Result<()> {
    private::remove(&mark(home, file))
}

fn mark(home: &Path, file: &Path) -> PathBuf {
    let hash = Sha256::digest(file.to_string_lossy().as_bytes());
    let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    home.join("claude").join("made").join(name)
}
