//! Programs of this computer that Berth looks for, and the link by which people find Berth's own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Program;

#[cfg(unix)]
use super::files::failed;

/// A program that only prints its version has this long; a stuck one must not hold a probe up.
const VERSION_LIMIT: Duration = Duration::from_secs(5);

/// Where programs are looked for: PATH, and on macOS also what `/etc/paths` gives every login
/// shell, because an app that was started from the Dock has a PATH without `/usr/local/bin`.
#[must_use]
pub fn search_path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !cfg!(target_os = "macos") {
        return path;
    }
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for folder in system_paths(Path::new("/etc")) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    std::env::join_paths(folders).unwrap_or(path)
}

/// The folders that `etc/paths` and the files of `etc/paths.d` name, one a line.
fn system_paths(etc: &Path) -> Vec<PathBuf> {
    let mut files = vec![etc.join("paths")];
    if let Ok(more) = std::fs::read_dir(etc.join("paths.d")) {
        let mut more: Vec<PathBuf> = more.flatten().map(|entry| entry.path()).collect();
        more.sort();
        files.extend(more);
    }
    files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .flat_map(|text| {
            text.lines()
                .map(str::trim)
                .filter(|line| line.starts_with('/'))
                .map(PathBuf::from)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The first program of this name on the PATH; its absolute path.
#[must_use]
pub fn find(name: &str) -> Option<PathBuf> {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    which::which_in(name, Some(search_path()), here).ok()
}

/// Runs `program --version` and gives what it prints on stdout.
async fn print_version(program: &Path) -> Option<String> {
    let output = tokio::process::Command::new(program)
        .arg("--version")
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(VERSION_LIMIT, output)
        .await
        .ok()?
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Takes the version out of `NAME 1.2.3 …`; `None` where the line is not of this form.
fn version_after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let version = text
        .lines()
        .next()?
        .strip_prefix(name)?
        .strip_prefix(' ')?
        .split_ascii_whitespace()
        .next()?;
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(version)
}

/// git, or `GitMissing`.
pub async fn git() -> Result<Program> {
    let missing = || Error::new(ErrorCode::GitMissing);
    let path = find("git").ok_or_else(missing)?;
    if cfg!(target_os = "macos") && path == Path::new("/usr/bin/git") {
        // Without the developer tools this one is a stub that opens a window to install them.
        let tools = tokio::process::Command::new("/usr/bin/xcode-select")
            .arg("-p")
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .status();
        match tokio::time::timeout(VERSION_LIMIT, tools).await {
            Ok(Ok(status)) if status.success() => {}
            _ => return Err(missing()),
        }
    }
    let text = print_version(&path).await.ok_or_else(missing)?;
    let version = version_after(&text, "git version").ok_or_else(missing)?;
    program(&path, version)
}

/// The launcher that `berth` on the PATH is, or `LauncherNotOnPath`. Another program of that name
/// is not Berth's: it does not print `berth` and a version.
pub async fn launcher_on_path() -> Result<Program> {
    let missing = || Error::new(ErrorCode::LauncherNotOnPath);
    let path = find("berth").ok_or_else(missing)?;
    let text = print_version(&path).await.ok_or_else(missing)?;
    let version = version_after(&text, "berth").ok_or_else(missing)?;
    program(&path, version)
}

fn program(path: &Path, version: &str) -> Result<Program> {
    Ok(Program {
        path: super::text(path)?,
        version: version.to_owned(),
    })
}

/// Puts a link to `launcher` into `folder`, in one go. A link of that name is replaced; anything
/// else of that name is somebody's program and stays.
#[cfg(unix)]
pub fn link(launcher: &Path, folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).map_err(failed("create", folder))?;
    let path = folder.join("berth");
    match std::fs::symlink_metadata(&path) {
        Ok(found) if !found.is_symlink() => {
            return Err(failed("link", &path)(
                std::io::ErrorKind::AlreadyExists.into(),
            ));
        }
        _ => {}
    }
    let fresh = folder.join(format!(".berth-{}", std::process::id()));
    let _ = std::fs::remove_file(&fresh);
    std::os::unix::fs::symlink(launcher, &fresh).map_err(failed("link", &path))?;
    std::fs::rename(&fresh, &path).map_err(|error| {
        let _ = std::fs::remove_file(&fresh);
        failed("link", &path)(error)
    })?;
    Ok(path)
}

/// Windows lets only some people make symbolic links, so this is a copy;
/// [`super::launcher::settle`] renews it.
#[cfg(windows)]
pub fn link(launcher: &Path, folder: &Path) -> Result<PathBuf> {
    let path = folder.join("berth.exe");
    super::launcher::replace(launcher, &path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_programs_print_them() {
        for (text, name, expected) in [
            ("git version 2.39.5\n", "git version", Some("2.39.5")),
            (
                "git version 2.39.5 (Apple Git-154)\n",
                "git version",
                Some("2.39.5"),
            ),
            ("berth 0.1.0\n", "berth", Some("0.1.0")),
            ("berth: a boat scheduler\n", "berth", None),
            ("berthing 1.0\n", "berth", None),
            ("", "berth", None),
        ] {
            assert_eq!(version_after(text, name), expected, "{text}");
        }
    }

    #[test]
    fn macos_tells_its_login_paths_in_files() {
        let etc = tempfile::tempdir().expect("a folder");
        std::fs::write(etc.path().join("paths"), "/usr/local/bin\n/usr/bin\n\n").expect("written");
        std::fs::create_dir(etc.path().join("paths.d")).expect("made");
        std::fs::write(etc.path().join("paths.d/10-x"), "/opt/x/bin").expect("written");
        assert_eq!(
            system_paths(etc.path()),
            ["/usr/local/bin", "/usr/bin", "/opt/x/bin"].map(PathBuf::from)
        );
        assert!(system_paths(&etc.path().join("absent")).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_renewed_and_a_program_stays() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("bin");
        let path = link(Path::new("/old/berth"), &folder).expect("linked");
        link(Path::new("/new/berth"), &folder).expect("linked again");
        assert_eq!(
            std::fs::read_link(&path).expect("a link"),
            Path::new("/new/berth")
        );
        std::fs::remove_file(&path).expect("removed");
        std::fs::write(&path, "somebody's").expect("written");
        link(Path::new("/new/berth"), &folder).expect_err("is not replaced");
        assert_eq!(std::fs::read(&path).expect("there"), b"somebody's");
        assert_eq!(std::fs::read_dir(&folder).expect("listed").count(), 1);
    }
}
