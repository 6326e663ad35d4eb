//! Faults around any port, fake or real: at one call of a run, fail, cancel or crash, before the
//! call did its work or after.
//!
//! Every call of a port that can fail is counted. A test runs once without a fault, sees how many
//! calls there were, and then runs again for each of them with each [`Fault`].

mod calls;
mod mcp;
mod ports;
mod services;

pub use calls::{Crash, Fault, Faults, outcome};
pub use ports::wrap;
