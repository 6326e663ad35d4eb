//! Source folders of projects: where they are found.

mod find;
mod places;

pub use find::{FoundSource, Search};
pub use places::{Place, around, usual};
