//! The outside of Berth: one module for each thing that the ports of `berth-core` are fulfilled
//! with.

pub mod actions;
pub mod backup;
pub mod claude;
pub mod compose;
pub mod criteria;
pub mod docker;
pub mod host;
pub mod keychain;
pub mod launcher;
pub mod mcp;
pub mod node;
pub mod passphrase;
pub mod private;
pub mod process;
pub mod python;
pub mod services;
pub mod sidecar;
pub mod sources;
pub mod sqlite;
pub mod vault;
