//! The domain of Berth: catalog entries, inputs, facts, plans, jobs, installations and the
//! ports that the outside world must fulfil.
//!
//! Nothing in this crate knows Tauri, Docker, a keychain, SQL or the network. Everything that
//! touches the machine goes through a trait in [`port`], so every rule here is tested with fakes
//! and every adapter is tested against the same contract.

pub mod actions;
pub mod backup;
pub mod catalog;
pub mod client;
pub mod criteria;
pub mod doctor;
pub mod error;
pub mod export;
pub mod facts;
pub mod image;
pub mod input;
pub mod job;
pub mod logs;
pub mod plan;
pub mod port;
pub mod progress;
pub mod redact;
pub mod secret;
pub mod server;
pub mod settings;
pub mod source;
pub mod stack;
pub mod text;
