//! Writes what is generated from the Rust types: TypeScript for the window, the list of commands
//! for the shell around it, and the JSON Schema of catalog entries. `cargo xtask gen` runs it with
//! the repository's root as the only argument.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use berth_api::{shell, typescript};
use berth_core::catalog::{SCHEMA_PATH, entry_schema};

fn main() -> ExitCode {
    let Some(root) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return fail("usage: gen ROOT");
    };
    let files = [
        (
            Path::new("ui/src/bridge/generated").join(typescript::FILE),
            typescript::module(),
        ),
        (PathBuf::from(shell::COMMANDS_FILE), shell::commands()),
        (PathBuf::from(shell::CAPABILITY_FILE), shell::capability()),
        (
            PathBuf::from(SCHEMA_PATH),
            format!("{:#}\n", entry_schema()),
        ),
    ];
    for (file, text) in files {
        if let Err(error) = write(&root.join(&file), &text) {
            return fail(&format!("{}: {error}", file.display()));
        }
    }
    ExitCode::SUCCESS
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // An unchanged file keeps its time, so that nothing is built again for it.
    if std::fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    std::fs::write(path, text)
}

fn fail(text: &str) -> ExitCode {
    use std::io::Write;
    // Nothing better to do than to exit non-zero where stderr is closed.
    let _ = writeln!(std::io::stderr(), "gen: {text}");
    ExitCode::FAILURE
}
