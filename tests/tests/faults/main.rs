//! What is left when anything stops in the middle: with the real engine, registry, keychain,
//! Claude Code, command line and app.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

mod built;
mod cancel;
mod command;
mod dice;
mod failure;
mod image;
mod kill;
mod machine;
mod packages;
mod python;
mod session;
mod stack;
mod window;
