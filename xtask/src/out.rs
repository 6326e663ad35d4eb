//! The only place of this program that writes to the terminal.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fmt::Display;
use std::io::Write;

/// A stage begins: one line, set off from what tools print.
pub fn stage(text: impl Display) {
    println!("==> {text}");
}

/// A line within a stage.
pub fn line(text: impl Display) {
    println!("    {text}");
}

/// A line exactly as given, for output that others read (the closing sum, a table).
pub fn plain(text: impl Display) {
    println!("{text}");
}

/// What went wrong, on stderr.
pub fn problem(text: impl Display) {
    eprintln!("error: {text}");
}

/// Bytes of a tool's own output, unchanged.
pub fn raw(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    // A closed pipe (`| head`) is the reader's choice and no failure of the command.
    let _ = out.write_all(bytes);
    let _ = out.flush();
}
