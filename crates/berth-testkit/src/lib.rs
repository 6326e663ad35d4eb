//! berth-testkit
pub mod ground;
pub mod keychain;
pub mod token;
