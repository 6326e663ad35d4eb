//! The command line as people and scripts meet it: real programs, whole outputs.

#![allow(clippy::unwrap_used, missing_docs)]

mod bare;
mod built;
mod cancel;
mod desktop;
mod diagnosis;
mod direct;
mod explain;
mod export;
mod health;
mod kitaru;
mod made;
mod packages;
mod people;
mod remote;
mod scopes;
mod secrets;
mod shown;
mod sources;
mod stack;
mod telling;
mod trust;
mod vault;
