//! What the tests that cross crates stand on: a person's machine in a folder, the real window, and
//! what is looked for on the whole computer.
//!
//! The tests themselves are in `tests/tests`. `cargo xtask test` starts the components and tells
//! their addresses (`berth_testkit::ground`, `tests/README.md`).

pub mod dialog;
pub mod http;
pub mod hub;
pub mod kaiten;
pub mod leak;
pub mod left;
pub mod project;
pub mod runner;
pub mod sandbox;
pub mod screen;
pub mod session;
pub mod slow;
pub mod source;
pub mod stack;
pub mod turn;
pub mod volume;
pub mod window;
