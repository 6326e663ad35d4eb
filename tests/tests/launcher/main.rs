//! `berth run` as clients start it: the real launcher, real containers, and an environment of HOME
//! and PATH alone.

#![cfg(unix)]

mod container;
mod ending;
mod failure;
mod hardening;
mod http;
mod port;
mod process;
mod support;
