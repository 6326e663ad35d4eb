//! Running tools: lines to the watch, ended with everything they started, never through a shell.

mod child;
mod find;
mod left;

pub use child::{Finished, Group, run, run_in};
pub use find::{find_program, version_of};
pub use left::end as end_left;
