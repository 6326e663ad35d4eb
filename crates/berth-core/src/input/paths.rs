//! Files and folders that a person lets a server use.
//!
//! What gives away more than a folder of work is not refused, but not agreed to by a click either: the
//! plan asks for it by name (see [`PrivatePlaces`]). Only Berth's own folder is nobody's to give.
//!
//! Paths are compared by their parts and not through the file system, so that the rules of every
//! platform are tested on every platform.

use crate::catalog::{Access, InputKind, Marker};
use crate::facts::Platform;
use crate::port::{Host, PathKind};

use super::{CheckContext, InputProblem, PathGrant};

/// Places of a home folder that hold credentials, or hand over the whole account.
const PRIVATE: [&str; 17] = [
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".password-store",
    ".netrc",
    ".claude",
    ".claude.json",
    ".config/gcloud",
    ".config/gh",
    ".local/share/keyrings",
    "Library/Keychains",
    "AppData/Roaming/Microsoft/Credentials",
    "AppData/Local/Microsoft/Credentials",
    "AppData/Local/Microsoft/Vault",
];

const UNIX: [&str; 9] = [
    "/etc",
    "/dev",
    "/proc",
    "/sys",
    "/run",
    "/var/run",
    "/boot",
    "/private/etc",
    "/private/var/run",
];

const WINDOWS: [&str; 1] = ["/Windows"];

/// Where this computer keeps what gives away more than a folder of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivatePlaces {
    /// Absolute path of the person's home folder.
    pub user_home: String,
    /// Absolute path of Berth's.
    pub berth_home: String,
    /// Whose rules paths follow.
    pub platform: Platform,
}

impl PrivatePlaces {
    /// Those of a host.
    #[must_use]
    pub fn of(host: &dyn Host) -> Self {
        Self {
            user_home: host.user_home(),
            berth_home: host.home(),
            platform: host.platform(),
        }
    }

    /// Whether an absolute path is, is inside of, or holds such a place. The person's home counts as
    /// one itself, but not what is inside of it.
    #[must_use]
    pub fn touches(&self, path: &str) -> bool {
        is_sensitive(path, &self.user_home, &self.berth_home, self.platform)
    }

    /// Whether an absolute path is Berth's own folder, or inside of it.
    fn is_berths(&self, path: &str) -> bool {
        let own = parts(&self.berth_home, self.platform);
        parts(path, self.platform).starts_with(&own)
    }
}

/// Which places a kind of input may not name at all.
#[derive(Clone, Copy)]
enum Refused {
    /// Berth's own: whoever writes there says what is started with which secrets.
    Berths,
    /// Everything private: what is built from a folder is built from all of it.
    Private,
}

/// Checks the grants of a file or folder input; gives them with canonical paths, each once.
pub(super) fn check(
    kind: &InputKind,
    grants: &[PathGrant],
    ctx: &CheckContext<'_>,
) -> Result<Vec<PathGrant>, InputProblem> {
    let (wanted, several) = match kind {
        InputKind::File { .. } => (PathKind::File, false),
        InputKind::Folder { multiple, .. } => (PathKind::Folder, *multiple),
        InputKind::Source { marker } => return source(marker, grants, ctx),
        _ => return Err(InputProblem::WrongType),
    };
    if grants.is_empty() {
        return Err(InputProblem::Empty);
    }
    if grants.len() > 1 && !several {
        return Err(InputProblem::WrongType);
    }
    let mut checked = Vec::with_capacity(grants.len());
    for grant in grants {
        let path = one(grant.path.trim(), wanted, Refused::Berths, ctx.host)?;
        if grant.access == Access::ReadOnly && !ctx.keeps_read_only {
            return Err(InputProblem::CannotBeReadOnly);
        }
        let grant = PathGrant {
            path,
            access: grant.access,
        };
        if !checked.contains(&grant) {
            checked.push(grant);
        }
    }
    Ok(checked)
}

/// Checks the one folder of a source input. It is granted for reading whatever was asked for, also
/// to a variant that cannot keep to that: a process that is built from the person's own source
/// runs with their rights anyway, and its plan says so.
fn source(
    marker: &Marker,
    grants: &[PathGrant],
    ctx: &CheckContext<'_>,
) -> Result<Vec<PathGrant>, InputProblem> {
    let grant = match grants {
        [] => return Err(InputProblem::Empty),
        [grant] => grant,
        _ => return Err(InputProblem::WrongType),
    };
    let path = one(
        grant.path.trim(),
        PathKind::Folder,
        Refused::Private,
        ctx.host,
    )?;
    let other = |found| InputProblem::NotASource {
        file: marker.file.clone(),
        name: marker.name.clone(),
        found,
    };
    match ctx.sources.project(&path, &marker.file) {
        Ok(Some(project)) if marker.is_named(project.name.as_deref()) => Ok(vec![PathGrant {
            path,
            access: Access::ReadOnly,
        }]),
        Ok(Some(project)) => Err(other(project.name)),
        Ok(None) | Err(_) => Err(other(None)),
    }
}

fn one(
    path: &str,
    wanted: PathKind,
    refused: Refused,
    host: &dyn Host,
) -> Result<String, InputProblem> {
    if path.is_empty() {
        return Err(InputProblem::Empty);
    }
    if path.chars().any(char::is_control) {
        return Err(InputProblem::Forbidden);
    }
    let platform = host.platform();
    if !is_absolute(path, platform) {
        return Err(InputProblem::NotAbsolute);
    }
    // The name first, so that a link is not followed for what is refused anyway; then where it
    // leads.
    refuse(path, refused, host)?;
    if host.path_kind(path) != wanted {
        return Err(InputProblem::NotThere);
    }
    let canonical = host.canonical(path).map_err(|_| InputProblem::NotThere)?;
    refuse(&canonical, refused, host)?;
    Ok(canonical)
}

/// Whether a path names a place by itself. Windows' device paths do not.
#[must_use]
pub fn is_absolute(path: &str, platform: Platform) -> bool {
    if platform != Platform::Windows {
        return path.starts_with('/');
    }
    let bytes = path.as_bytes();
    let drive = bytes.len() >= 3
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'\\' | b'/');
    let share = path.starts_with(r"\\") && !path.starts_with(r"\\.") && !path.starts_with(r"\\?");
    drive || share
}

fn refuse(path: &str, refused: Refused, host: &dyn Host) -> Result<(), InputProblem> {
    let places = PrivatePlaces::of(host);
    let is_refused = match refused {
        Refused::Berths => places.is_berths(path),
        Refused::Private => places.touches(path),
    };
    if is_refused {
        Err(InputProblem::Sensitive {
            path: path.to_owned(),
        })
    } else {
        Ok(())
    }
}

/// Whether a path is, is inside of, or holds a place that gives away more than a server should
/// get. The person's home counts as such a place itself, but not what is inside of it.
fn is_sensitive(path: &str, user_home: &str, berth_home: &str, platform: Platform) -> bool {
    let path = parts(path, platform);
    let home = parts(user_home, platform);
    let holds = |outer: &[String], inner: &[String]| inner.starts_with(outer);
    // This also takes in the root and the folder of all homes.
    if holds(&path, &home) {
        return true;
    }
    let inside_home = PRIVATE.iter().map(|place| {
        let mut whole = home.clone();
        whole.extend(parts(place, platform));
        whole
    });
    let of_system: &[&str] = match platform {
        Platform::Windows => &WINDOWS,
        Platform::Linux | Platform::MacOs => &UNIX,
    };
    let drive = home.first().cloned();
    let system = of_system.iter().map(|place| {
        let mut whole = parts(place, platform);
        if platform == Platform::Windows {
            whole.splice(0..0, drive.clone());
        }
        whole
    });
    inside_home
        .chain(system)
        .chain([parts(berth_home, platform)])
        .any(|place| holds(&place, &path) || holds(&path, &place))
        // A drive's root on Windows, whichever.
        || (platform == Platform::Windows && path.len() <= 1)
}

/// The names on a path, as far as they tell two places apart on this platform.
fn parts(path: &str, platform: Platform) -> Vec<String> {
    let path = match platform {
        Platform::Windows => path.strip_prefix(r"\\?\").unwrap_or(path),
        Platform::Linux | Platform::MacOs => path,
    };
    let mut parts: Vec<String> = Vec::new();
    let separators: &[char] = match platform {
        Platform::Windows => &['/', '\\'],
        Platform::Linux | Platform::MacOs => &['/'],
    };
    for part in path.split(separators) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(match platform {
                Platform::Linux => part.to_owned(),
                // Windows takes `Windows. ` for `Windows`.
                Platform::Windows => part.trim_end_matches(['.', ' ']).to_lowercase(),
                Platform::MacOs => part.to_lowercase(),
            }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_gives_away_too_much_on_unix() {
        let sensitive = |path| is_sensitive(path, "/home/ada", "/home/ada/.berth", Platform::Linux);
        for path in [
            "/",
            "/home",
            "/home/ada",
            "/home/ada/",
            "/home/ada/x/..",
            "/home/ada/./.ssh",
            "/home/ada/.ssh/keys",
            "/home/ada/.aws",
            "/home/ada/.kube/config",
            "/home/ada/.gnupg",
            "/home/ada/.config",
            "/home/ada/.local/share",
            "/home/ada/.claude.json",
            "/home/ada/.berth/data",
            "/etc",
            "/etc/ssl",
            "/var",
            "/var/run",
            "/var/run/docker.sock",
            "/run/user/1000",
            "/proc/1/root",
        ] {
            assert!(sensitive(path), "{path}");
        }
        for path in [
            "/home/ada/notes",
            "/home/ada/.sshd",
            "/home/ada/.config/app",
            "/home/bob/project",
            "/srv/data",
            "/var/lib/data",
            "/etcetera",
            "/home/ada/ETC",
        ] {
            assert!(!sensitive(path), "{path}");
        }
    }

    #[test]
    fn letter_case_hides_nothing_where_the_platform_ignores_it() {
        let sensitive =
            |path| is_sensitive(path, "/Users/ada", "/Users/ada/.berth", Platform::MacOs);
        assert!(sensitive("/users/ADA"));
        assert!(sensitive("/Users/ada/library/keychains/login.keychain-db"));
        assert!(sensitive("/private/var"));
        assert!(!sensitive("/private/var/folders/zz/T/project"));
        assert!(!sensitive("/Users/ada/Documents"));
    }

    #[test]
    fn refuses_what_gives_away_too_much_on_windows() {
        let sensitive = |path| {
            is_sensitive(
                path,
                r"C:\Users\Ada",
                r"C:\Users\Ada\AppData\Local\Berth",
                Platform::Windows,
            )
        };
        for path in [
            r"C:\",
            r"c:/",
            r"D:\",
            r"C:\Users",
            r"c:\users\ada",
            r"C:\Users\Ada\.SSH",
            r"C:\Users\Ada\AppData",
            r"\\?\C:\Users\Ada\.aws",
            r"C:\Windows\System32",
            r"C:\WINDOWS.\System32",
        ] {
            assert!(sensitive(path), "{path}");
        }
        for path in [r"C:\Users\Ada\Documents", r"D:\work", r"C:\Users\Bob\work"] {
            assert!(!sensitive(path), "{path}");
        }
    }

    #[test]
    fn absolute_is_what_names_a_place_by_itself() {
        for (path, platform, absolute) in [
            ("/a", Platform::Linux, true),
            ("a", Platform::Linux, false),
            ("~/a", Platform::MacOs, false),
            (r"C:\a", Platform::Linux, false),
            (r"C:\a", Platform::Windows, true),
            ("c:/a", Platform::Windows, true),
            ("C:a", Platform::Windows, false),
            (r"\a", Platform::Windows, false),
            ("/a", Platform::Windows, false),
            (r"\\server\share", Platform::Windows, true),
            (r"\\.\pipe\docker_engine", Platform::Windows, false),
        ] {
            assert_eq!(is_absolute(path, platform), absolute, "{path}");
        }
    }
}
