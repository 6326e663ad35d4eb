//! One file for each command.

pub mod act;
pub mod backup;
pub mod call;
pub mod catalog;
pub mod choices;
pub mod connect;
pub mod diagnose;
pub mod doctor;
mod env;
pub mod explain;
pub mod export;
pub mod image;
pub mod install;
pub mod jobs;
mod kept;
pub mod list;
pub mod plan;
pub mod remove;
pub mod secret;
pub mod services;
pub mod show;
mod sources;
pub mod update;
pub mod vault;
pub mod verify;
