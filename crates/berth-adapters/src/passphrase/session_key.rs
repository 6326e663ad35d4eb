//! Keeping a key for the login session, readable by this user's processes: the Linux kernel's user
//! keyring. Nothing of it is on a disk, and it goes with the user's last process.
//!
//! macOS and Windows always have a keychain, so there the vault is not offered.

use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};

#[cfg(target_os = "linux")]
pub use self::kernel::{forget, get, put};
#[cfg(not(target_os = "linux"))]
pub use self::nowhere::{forget, get, put};

fn unavailable() -> Error {
    Error::new(ErrorCode::KeychainFailed {
        operation: "keep the encrypted vault unlocked on this system".to_owned(),
    })
}

#[cfg(target_os = "linux")]
mod kernel {
    use linux_keyutils::{KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};
    use zeroize::Zeroizing;

    use super::{Duration, Error, Result, unavailable};
    use crate::vault::sealed::{KEY_LENGTH, SealKey};

    /// Keeps a key under a name until nobody has used it for that long.
    pub fn put(name: &str, key: &SealKey, lifetime: Duration) -> Result<()> {
        let add = || {
            // Made in this process's own keyring, because only there everything may be done with
            // it, whatever the session is; then linked to where the others look. A key of the same
            // name there is displaced.
            let own = KeyRing::from_special_id(KeyRingIdentifier::Process, true)?;
            let users = KeyRing::from_special_id(KeyRingIdentifier::User, true)?;
            let made = own.add_key(name, key.as_slice())?;
            let users_may =
                Permission::VIEW | Permission::READ | Permission::SEARCH | Permission::SETATTR;
            made.set_perms(
                KeyPermissionsBuilder::builder()
                    .posessor(Permission::ALL)
                    .user(users_may)
                    .build(),
            )?;
            made.set_timeout(seconds(lifetime))?;
            users.link_key(made)?;
            own.unlink_key(made)
        };
        add().map_err(failed)
    }

    /// Reads a key, and starts its time anew.
    pub fn get(name: &str, lifetime: Duration) -> Result<Option<SealKey>> {
        let read = || {
            let users = KeyRing::from_special_id(KeyRingIdentifier::User, true)?;
            let found = users.search(name)?;
            let bytes = Zeroizing::new(found.read_to_vec()?);
            found.set_timeout(seconds(lifetime))?;
            Ok(bytes)
        };
        match read() {
            Ok(bytes) => {
                let key: Option<[u8; KEY_LENGTH]> = bytes.as_slice().try_into().ok();
                Ok(key.map(SealKey::new))
            }
            Err(error) if is_absent(error) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Takes a key away. Missing is fine.
    pub fn forget(name: &str) -> Result<()> {
        let take = || {
            let users = KeyRing::from_special_id(KeyRingIdentifier::User, true)?;
            let found = users.search(name)?;
            users.unlink_key(found)
        };
        match take() {
            Err(error) if !is_absent(error) => Err(failed(error)),
            _ => Ok(()),
        }
    }

    fn is_absent(error: KeyError) -> bool {
        matches!(
            error,
            KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked
        )
    }

    fn failed(error: KeyError) -> Error {
        unavailable().caused_by(&error)
    }

    fn seconds(lifetime: Duration) -> usize {
        usize::try_from(lifetime.as_secs()).unwrap_or(usize::MAX)
    }
}

#[cfg(not(target_os = "linux"))]
mod nowhere {
    use super::{Duration, Result, unavailable};
    use crate::vault::sealed::SealKey;

    /// There is no such place.
    pub fn put(_name: &str, _key: &SealKey, _lifetime: Duration) -> Result<()> {
        Err(unavailable())
    }

    /// There is no such place.
    pub fn get(_name: &str, _lifetime: Duration) -> Result<Option<SealKey>> {
        Ok(None)
    }

    /// There is no such place.
    pub fn forget(_name: &str) -> Result<()> {
        Ok(())
    }
}
