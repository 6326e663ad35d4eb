//! Running tools: lines to the watch, ended with everything they started, never through a shell.

mod child;
mod find;

pub use child::{Finished, Group, run};
pub use find::{find_program, version_of};
