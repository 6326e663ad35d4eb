//! Finding the session bus. Clients start a launcher with a bare environment: the address is
//! missing then, but the bus is where it was.

use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::str::FromStr;

use zbus::Address;
use zbus::address::Transport;
use zbus::address::transport::UnixSocket;

/// Addresses to try, the likeliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates(Vec<String>);

impl Candidates {
    /// From this process's environment, what was noted, and the user's runtime folder.
    pub fn here(noted: Option<&str>) -> Self {
        let variable = |name| std::env::var(name).ok();
        Self::from(
            variable("DBUS_SESSION_BUS_ADDRESS").as_deref(),
            noted,
            variable("XDG_RUNTIME_DIR").as_deref(),
            rustix::process::getuid().as_raw(),
        )
    }

    fn from(given: Option<&str>, noted: Option<&str>, runtime: Option<&str>, uid: u32) -> Self {
        let mut all: Vec<String> = Vec::new();
        let usual = format!("unix:path=/run/user/{uid}/bus");
        let in_runtime = runtime.map(|folder| format!("unix:path={folder}/bus"));
        // What the environment says is trusted as it is. The others are taken only where the
        // socket is this user's own: an old address can be in a folder that everybody may write,
        // and whoever answers there would be given secrets.
        all.extend(
            given
                .filter(|address| !address.is_empty())
                .map(str::to_owned),
        );
        for address in [noted.map(str::to_owned), in_runtime, Some(usual)]
            .into_iter()
            .flatten()
        {
            if !all.contains(&address) && is_own_socket(&address, uid) {
                all.push(address);
            }
        }
        Self(all)
    }

    /// This one and no other.
    #[cfg(test)]
    pub fn only(address: &str) -> Self {
        Self(vec![address.to_owned()])
    }

    /// The addresses.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

fn is_own_socket(address: &str, uid: u32) -> bool {
    let Ok(address) = Address::from_str(address) else {
        return false;
    };
    let Transport::Unix(unix) = address.transport() else {
        return false;
    };
    let UnixSocket::File(path) = unix.path() else {
        return false;
    };
    std::fs::metadata(path).is_ok_and(|found| found.file_type().is_socket() && found.uid() == uid)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn tries_the_given_one_the_noted_one_and_the_usual_ones() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().to_str().expect("UTF-8");
        let uid = rustix::process::getuid().as_raw();
        let noted_path = place.path().join("noted-bus");
        let noted = format!("unix:path={folder}/noted-bus");
        let runtime = format!("unix:path={folder}/bus");
        let from = |given, noted: Option<&str>| {
            let all = Candidates::from(given, noted, Some(folder), uid);
            all.iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(
            !from(None, Some(&noted)).contains(&noted),
            "nothing is there"
        );
        let _noted = UnixListener::bind(&noted_path).expect("bound");
        let _bus = UnixListener::bind(place.path().join("bus")).expect("bound");
        let found = from(Some("unix:abstract=x"), Some(&noted));
        assert_eq!(
            found[..3],
            ["unix:abstract=x".to_owned(), noted.clone(), runtime.clone()]
        );
        let found = from(Some(""), Some(&runtime));
        assert_eq!(found[0], runtime);
        assert_eq!(
            found.iter().filter(|address| **address == runtime).count(),
            1
        );
        let others = Candidates::from(None, Some(&noted), Some(folder), uid + 1);
        assert_eq!(others.iter().count(), 0, "somebody else's sockets");
    }

    #[test]
    fn an_old_note_that_is_no_socket_of_a_file_is_not_used() {
        for noted in [
            "unix:abstract=/tmp/dbus-x",
            "tcp:host=127.0.0.1,port=1",
            "x",
        ] {
            let found = Candidates::from(None, Some(noted), None, 4_000_000_000);
            assert_eq!(found, Candidates(Vec::new()), "{noted}");
        }
    }
}
