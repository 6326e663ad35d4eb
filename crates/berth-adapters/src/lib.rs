//! The outside of Berth: one module for each thing that the ports of `berth-core` are fulfilled
//! with.

pub mod private;
pub mod sqlite;
