//! Writes what is generated from the Rust types: TypeScript for the window and the JSON Schema of
//! catalog entries. `cargo xtask gen` runs it with the repository's root as the only argument.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(root) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return fail("usage: gen ROOT");
    };
    match berth_api::typescript::write(&root.join("ui/src/bridge/generated")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(text: &str) -> ExitCode {
    use std::io::Write;
    // Nothing better to do than to exit non-zero where stderr is closed.
    let _ = writeln!(std::io::stderr(), "gen: {text}");
    ExitCode::FAILURE
}
