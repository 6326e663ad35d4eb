//! Where things are, by platform. Pure: the platform is a parameter, so that every platform's
//! paths are tested everywhere.

use berth_core::facts::Platform;

/// The platform that this was built for.
#[must_use]
pub fn this_platform() -> Platform {
    if cfg!(target_os = "macos") {
        Platform::MacOs
    } else if cfg!(windows) {
        Platform::Windows
    } else {
        Platform::Linux
    }
}

/// Joins with the platform's own separator.
#[must_use]
pub fn join(platform: Platform, base: &str, parts: &[&str]) -> String {
    let separator = if platform == Platform::Windows {
        '\\'
    } else {
        '/'
    };
    let mut path = base.trim_end_matches(separator).to_owned();
    for part in parts {
        path.push(separator);
        path.push_str(part);
    }
    path
}

/// Whether a path is absolute on that platform. On Windows that needs a drive or a share: `\x`
/// depends on the current drive.
#[must_use]
pub fn is_absolute(platform: Platform, path: &str) -> bool {
    if platform != Platform::Windows {
        return path.starts_with('/');
    }
    let bytes = path.as_bytes();
    let drive = bytes.len() >= 3
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'\\' | b'/');
    drive || path.starts_with(r"\\")
}

/// Berth's home where nobody moved it.
///
/// `local_app_data` is the known folder of that name on Windows and not looked at elsewhere. On
/// Linux the folder follows from HOME alone and never from `XDG_DATA_HOME`: clients start the
/// launcher with few variables (often HOME and PATH only), so a home that depended on another one
/// would be a different home for the app than for the launcher.
#[must_use]
pub fn usual_home(platform: Platform, user_home: &str, local_app_data: &str) -> String {
    match platform {
        Platform::Linux => join(platform, user_home, &[".local", "share", "berth"]),
        Platform::MacOs => join(
            platform,
            user_home,
            &["Library", "Application Support", "dev.berth.app"],
        ),
        Platform::Windows => join(platform, local_app_data, &["Berth"]),
    }
}

/// File name of the launcher.
#[must_use]
pub fn launcher_file(platform: Platform) -> &'static str {
    if platform == Platform::Windows {
        "berth.exe"
    } else {
        "berth"
    }
}

/// The person's own folder for programs, the one that is on their PATH without their doing where
/// the platform has such a one.
#[must_use]
pub fn programs_folder(platform: Platform, user_home: &str, local_app_data: &str) -> String {
    match platform {
        Platform::Linux | Platform::MacOs => join(platform, user_home, &[".local", "bin"]),
        Platform::Windows => join(platform, local_app_data, &["Microsoft", "WindowsApps"]),
    }
}

/// Where the launcher that belongs to a running program is: the program itself if it is the
/// launcher, else the one beside it (the app's sidecar).
#[must_use]
pub fn own_launcher(platform: Platform, running: &str) -> String {
    let (folder, file) = match running.rsplit_once(separators(platform)) {
        Some((folder, file)) => (folder, file),
        None => ("", running),
    };
    if file == launcher_file(platform) {
        running.to_owned()
    } else {
        join(platform, folder, &[launcher_file(platform)])
    }
}

fn separators(platform: Platform) -> &'static [char] {
    if platform == Platform::Windows {
        &['\\', '/']
    } else {
        &['/']
    }
}

/// The path under which the launcher can be registered for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// It has a fixed path of its own, given by a package.
    Installed(String),
    /// A copy in Berth's home: an AppImage mounts elsewhere each time, macOS may run an app from
    /// a translocated path, on Windows a running program cannot be replaced by an update, and a
    /// build folder goes away.
    Copy(String),
}

impl Lasting {
    /// The path.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Installed(path) | Self::Copy(path) => path,
        }
    }
}

/// Where the Linux packages put the launcher.
pub const PACKAGED_LAUNCHER: &str = "/usr/bin/berth";

/// Decides under which path `launcher` (the one of this installation of Berth) is registered.
#[must_use]
pub fn lasting_launcher(platform: Platform, launcher: &str, home: &str) -> Lasting {
    if platform == Platform::Linux && launcher == PACKAGED_LAUNCHER {
        Lasting::Installed(launcher.to_owned())
    } else {
        Lasting::Copy(join(platform, home, &["bin", launcher_file(platform)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_of_each_platform() {
        let home = |platform, user: &str, local: &str| usual_home(platform, user, local);
        assert_eq!(
            home(Platform::Linux, "/home/ada", ""),
            "/home/ada/.local/share/berth"
        );
        assert_eq!(home(Platform::Linux, "/", ""), "/.local/share/berth");
        assert_eq!(
            home(Platform::MacOs, "/Users/ada", ""),
            "/Users/ada/Library/Application Support/dev.berth.app"
        );
        assert_eq!(
            home(Platform::Windows, r"C:\Users\ada", r"D:\Local"),
            r"D:\Local\Berth"
        );
    }

    #[test]
    fn absolute_means_the_same_in_every_folder() {
        for (platform, path, expected) in [
            (Platform::Linux, "/x", true),
            (Platform::Linux, "x", false),
            (Platform::MacOs, r"C:\x", false),
            (Platform::Windows, r"C:\x", true),
            (Platform::Windows, "C:/x", true),
            (Platform::Windows, "C:x", false),
            (Platform::Windows, r"\x", false),
            (Platform::Windows, r"\\server\share\x", true),
        ] {
            assert_eq!(is_absolute(platform, path), expected, "{platform:?} {path}");
        }
    }

    #[test]
    fn the_launcher_of_a_program_is_itself_or_beside_it() {
        for (platform, running, expected) in [
            (Platform::Linux, "/usr/bin/berth", "/usr/bin/berth"),
            (Platform::Linux, "/usr/bin/berth-app", "/usr/bin/berth"),
            (
                Platform::MacOs,
                "/Applications/Berth.app/Contents/MacOS/berth-app",
                "/Applications/Berth.app/Contents/MacOS/berth",
            ),
            (
                Platform::Windows,
                r"C:\Program Files\Berth\berth-app.exe",
                r"C:\Program Files\Berth\berth.exe",
            ),
            (Platform::Windows, r"C:\b\berth.exe", r"C:\b\berth.exe"),
        ] {
            assert_eq!(own_launcher(platform, running), expected);
        }
    }

    #[test]
    fn only_a_package_gives_the_launcher_a_path_that_lasts() {
        let home = "/home/ada/.local/share/berth";
        assert_eq!(
            lasting_launcher(Platform::Linux, "/usr/bin/berth", home),
            Lasting::Installed("/usr/bin/berth".to_owned())
        );
        for launcher in [
            "/tmp/.mount_Berth.Ab12Cd/usr/bin/berth",
            "/src/berth/target/debug/berth",
            "/home/ada/.local/share/berth/bin/berth",
        ] {
            assert_eq!(
                lasting_launcher(Platform::Linux, launcher, home),
                Lasting::Copy("/home/ada/.local/share/berth/bin/berth".to_owned()),
                "{launcher}"
            );
        }
        let support = "/Users/ada/Library/Application Support/dev.berth.app";
        for launcher in [
            "/private/var/folders/x/AppTranslocation/1F/d/Berth.app/Contents/MacOS/berth",
            "/Applications/Berth.app/Contents/MacOS/berth",
            "/usr/bin/berth",
        ] {
            assert_eq!(
                lasting_launcher(Platform::MacOs, launcher, support).path(),
                "/Users/ada/Library/Application Support/dev.berth.app/bin/berth"
            );
        }
        assert_eq!(
            lasting_launcher(
                Platform::Windows,
                r"C:\Program Files\Berth\berth.exe",
                r"C:\Users\ada\AppData\Local\Berth"
            )
            .path(),
            r"C:\Users\ada\AppData\Local\Berth\bin\berth.exe"
        );
    }

    #[test]
    fn programs_of_the_person() {
        assert_eq!(
            programs_folder(Platform::Linux, "/home/ada", ""),
            "/home/ada/.local/bin"
        );
        assert_eq!(
            programs_folder(Platform::Windows, "", r"C:\Users\ada\AppData\Local"),
            r"C:\Users\ada\AppData\Local\Microsoft\WindowsApps"
        );
    }
}
