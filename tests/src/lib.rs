//! What the tests that cross crates stand on: a person's machine in a folder, and the real window.
//!
//! The tests themselves are in `tests/tests`. `cargo xtask test` starts the components and tells
//! their addresses (`berth_testkit::ground`, `tests/README.md`).

pub mod sandbox;
pub mod window;
