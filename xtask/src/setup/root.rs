//! Who we are.

/// Whether this process may install packages and start a container engine by itself.
#[cfg(unix)]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Windows has no root.
#[cfg(not(unix))]
pub fn is_root() -> bool {
    false
}

/// Whether sudo works without asking for a password.
pub fn sudo_works() -> bool {
    crate::cmd::Cmd::new("sudo")
        .args(["-n", "true"])
        .finish()
        .is_ok_and(|done| done.ok)
}
