//! Every handler over a machine in memory: what it gives, and what it fails with.

#![allow(clippy::unwrap_used, missing_docs)]

mod actions;
mod app;
mod backups;
mod catalog;
mod desk;
mod diagnose;
mod events;
mod explain;
mod facts;
mod image;
mod install;
mod jobs;
mod logs;
mod secrecy;
mod secrets;
mod servers;
mod sources;
mod startup;
mod trust;
