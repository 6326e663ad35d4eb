//! The addresses of the components that `cargo xtask test` starts.
//!
//! Every reader fails the test when its variable is missing: a component that is not there is a
//! failure, never a reason to skip.

use std::env::VarError;
use std::path::PathBuf;

/// What a variable holds.
///
/// # Panics
/// When it is missing or not UTF-8.
#[must_use]
fn variable(name: &str) -> String {
    match std::env::var(name) {
        Ok(value) => value,
        Err(VarError::NotPresent) => panic!(
            "{name} is not set: this test needs components that the project's test command \
             starts. Run it through `cargo xtask test`, or alone through \
             `cargo xtask ground -- cargo test …`"
        ),
        Err(error @ VarError::NotUnicode(_)) => panic!("{name}: {error}"),
    }
}

/// The checkout.
#[must_use]
pub fn root() -> PathBuf {
    variable("BERTH_TEST_ROOT").into()
}

/// The container engine's endpoint, `unix:///…`. It is this run's own: a test may stop and remove
/// what carries its own labels, and nothing else.
#[must_use]
pub fn docker_host() -> String {
    variable("BERTH_TEST_DOCKER_HOST")
}

/// The image registry, `127.0.0.1:port`, plain HTTP; push and pull as you like.
#[must_use]
pub fn registry() -> String {
    variable("BERTH_TEST_REGISTRY")
}

/// The real Claude Code CLI. Give it a HOME of the test's own.
#[must_use]
pub fn claude() -> PathBuf {
    variable("BERTH_TEST_CLAUDE").into()
}

/// A Python from 3.12 on, with its module for environments; this machine's own may be older.
#[must_use]
pub fn newer_python() -> PathBuf {
    variable("BERTH_TEST_NEWER_PYTHON").into()
}

/// uv; this machine need not have it.
#[must_use]
pub fn uv() -> PathBuf {
    variable("BERTH_TEST_UV").into()
}

/// The WebDriver server for the app; start it with `--native-driver` [`webkit_driver`].
#[must_use]
pub fn tauri_driver() -> PathBuf {
    variable("BERTH_TEST_TAURI_DRIVER").into()
}

/// WebKit's own WebDriver.
#[must_use]
pub fn webkit_driver() -> PathBuf {
    variable("BERTH_TEST_WEBKIT_DRIVER").into()
}

/// An X display, `:n`, 1600 x 1000; set it as DISPLAY for a program with a window.
#[must_use]
pub fn display() -> String {
    variable("BERTH_TEST_DISPLAY")
}

/// The session bus with the run's keychain, unlocked and shared by all tests: name your items
/// apart, or start a [`crate::keychain::Keychain`] of your own. The same bus is at
/// /run/user/<uid>/bus, where a process without DBUS_SESSION_BUS_ADDRESS looks.
#[must_use]
pub fn bus() -> String {
    variable("BERTH_TEST_BUS")
}

/// A folder for the tests' files, removed after the run; make a folder of your own in it.
#[must_use]
pub fn tmp() -> PathBuf {
    variable("BERTH_TEST_TMP").into()
}

/// Image in the registry: Debian 12 with Python, venv and pip.
#[must_use]
pub fn image_python() -> String {
    variable("BERTH_TEST_IMAGE_PYTHON")
}

/// Image in the registry: [`image_python`] with Node and npm.
#[must_use]
pub fn image_node() -> String {
    variable("BERTH_TEST_IMAGE_NODE")
}

/// Image in the registry: the fixture MCP server (tests/fixtures/mcp-server) and nothing else, in
/// five layers of which four have 3 MB.
#[must_use]
pub fn image_server() -> String {
    variable("BERTH_TEST_IMAGE_SERVER")
}

/// Image in the registry: PostgreSQL of this machine, of the official image's shape.
#[must_use]
pub fn image_postgres() -> String {
    variable("BERTH_TEST_IMAGE_POSTGRES")
}

/// The fixture MCP server as a program of this machine.
#[must_use]
pub fn server() -> PathBuf {
    variable("BERTH_TEST_SERVER").into()
}

/// The launcher and command line.
#[must_use]
pub fn berth() -> PathBuf {
    variable("BERTH_TEST_BERTH").into()
}

/// The app with its front end inside and the launcher beside it.
#[must_use]
pub fn app() -> PathBuf {
    variable("BERTH_TEST_APP").into()
}

/// The .deb made of both.
#[must_use]
pub fn deb() -> PathBuf {
    variable("BERTH_TEST_DEB").into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_missing_component_fails_with_what_to_do() {
        let panic = std::panic::catch_unwind(|| super::variable("BERTH_TEST_NOBODY_SETS_THIS"));
        let text = panic.expect_err("must not give a value");
        let text = text.downcast_ref::<String>().expect("a formatted message");
        assert!(text.contains("BERTH_TEST_NOBODY_SETS_THIS") && text.contains("cargo xtask test"));
    }
}
