//! What every implementation of a port must do, as suites that run over the fake and the real one
//! alike. A suite panics with what was not as it should be.

pub mod build;
pub mod engine;
pub mod services;
pub mod sources;
pub mod store;
pub mod vault;
