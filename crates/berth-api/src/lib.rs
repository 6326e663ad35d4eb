//! Everything that Berth can do, as a list of commands and events with their types.
//!
//! The window (through Tauri) and the command line call the same handlers on [`Berth`]. The list
//! in [`commands`] is the only one: the Tauri routes, the allow-list of the web view and the
//! TypeScript types are made from it.

pub mod commands;
pub mod desktop;
mod handlers;
pub mod shell;
pub mod types;
pub mod typescript;

pub use desktop::Desktop;
pub use handlers::{Berth, Subscription};
