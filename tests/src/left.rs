//! What Claude Code says of a server, and what an installation leaves behind.

use crate::sandbox::Sandbox;

/// Whether the real Claude Code connects to the server of this name.
///
/// # Panics
/// When its command line fails.
#[must_use]
pub fn is_connected(sandbox: &Sandbox, name: &str) -> bool {
    let listed = sandbox.claude(&["mcp", "list"]).ok();
    let prefix = format!("{name}:");
    listed
        .stdout
        .lines()
        .any(|line| line.starts_with(&prefix) && line.contains("Connected"))
}

/// Nothing is left of an installation that was removed or undone, on a machine that had no other:
/// no registration, no keychain item, no container, no folder, no record.
///
/// # Panics
/// When something is.
pub fn assert_nothing_left(sandbox: &Sandbox, name: &str) {
    let listed = sandbox.claude(&["mcp", "list"]).ok();
    assert!(
        !listed.stdout.contains(&format!("{name}:")),
        "{}",
        listed.stdout
    );
    assert_eq!(sandbox.keychain_items(), [""; 0]);
    assert_eq!(sandbox.containers(), [""; 0]);
    let folder = sandbox.berth_home().join("installations");
    let left: Vec<_> = sandbox
        .files_below(&folder)
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert!(left.is_empty() && !folder.join(name).exists(), "{left:?}");
    assert_eq!(sandbox.berth(&["list", "--json"]).ok().stdout, "[]\n");
}
