//! The vault: which one holds the secrets, and the two that there are
//! ([`crate::keychain`], [`crate::passphrase`]).

pub mod derived;
mod keep;
pub mod sealed;
mod vaults;

pub use keep::{Keep, copy, read};
pub use vaults::{LaunchReader, Vaults};
