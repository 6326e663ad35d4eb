//! Source folders of projects: where they are found, and what their `.env` file has.

mod dotenv;
mod env;
mod find;
mod places;

pub use dotenv::{EnvFile, is_name};
pub use env::{EnvFound, EnvValue, look, path_in, take};
pub use find::{FoundSource, Search};
pub use places::{Place, around, usual};
