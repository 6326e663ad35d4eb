//! Built-in entries that are built from a source folder, over folders of the real projects' shape:
//! what they keep stays, whatever else changes.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

mod actions;
mod criteria;
mod dynamic;
mod elsewhere;
mod engine;
mod http;
mod jwt;
mod orchestration;
mod stack;
mod toolkit;
mod trust;
