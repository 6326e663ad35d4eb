//! This machine: [`LocalHost`].

pub mod files;
pub mod launcher;
pub mod owner;
pub mod paths;
pub mod programs;
pub mod system;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use async_trait::async_trait;
use berth_core::client::{LauncherCommand, Registration, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{Platform, Program};
use berth_core::port::{Host, PathKind};

use files::failed;
use paths::Lasting;
use system::ThisProcess;

/// Variable that moves all of Berth's own state.
pub const HOME_VARIABLE: &str = "BERTH_HOME";

/// [`Host`] over the machine that this runs on.
pub struct LocalHost {
    platform: Platform,
    user_home: String,
    home: String,
    usual_home: String,
    programs: String,
    launcher: String,
    process: OnceLock<ThisProcess>,
}

impl LocalHost {
    /// Berth's home is `home` (from `--home`), else `BERTH_HOME`, else the platform's usual place
    /// (see [`paths::usual_home`]). Nothing is made.
    pub fn new(home: Option<&str>) -> Result<Self> {
        let platform = paths::this_platform();
        let not_found = |what: &str| {
            Error::new(ErrorCode::FileFailed {
                operation: "find".to_owned(),
                path: what.to_owned(),
            })
        };
        let user_home = std::env::home_dir()
            .filter(|path| path.is_absolute())
            .ok_or_else(|| not_found("the home folder"))?;
        let user_home = text(&user_home)?;
        let local_app_data = if platform == Platform::Windows {
            let folder = dirs::data_local_dir().ok_or_else(|| not_found("LocalAppData"))?;
            text(&folder)?
        } else {
            String::new()
        };
        let usual_home = paths::usual_home(platform, &user_home, &local_app_data);
        let from_environment = || std::env::var_os(HOME_VARIABLE).filter(|home| !home.is_empty());
        let home = match home.map(Into::into).or_else(from_environment) {
            Some(home) => {
                let home = PathBuf::from(home);
                text(&std::path::absolute(&home).map_err(failed("find", &home))?)?
            }
            None => usual_home.clone(),
        };
        let running = running_program()?;
        Ok(Self {
            platform,
            programs: paths::programs_folder(platform, &user_home, &local_app_data),
            launcher: paths::own_launcher(platform, &text(&running)?),
            user_home,
            // With a separator at its end it would be another home.
            home: without_end(platform, &home),
            usual_home,
            process: OnceLock::new(),
        })
    }

    /// The launcher of this installation of Berth is that one, not the one that is found by the
    /// running program's place. For programs of the project that are neither `berth` nor the app.
    #[must_use]
    pub fn with_launcher(mut self, launcher: &Path) -> Self {
        self.launcher = launcher.display().to_string();
        self
    }

    /// The label of this process as the owner of a session: `pid:start-time:boot`.
    #[must_use]
    pub fn owner(&self) -> &str {
        self.process().label()
    }

    fn process(&self) -> &ThisProcess {
        self.process.get_or_init(ThisProcess::look)
    }

    fn lasting(&self) -> Lasting {
        paths::lasting_launcher(self.platform, &self.launcher, &self.home)
    }

    fn command(&self, program: String, name: &str) -> LauncherCommand {
        let mut args = Vec::new();
        if self.home != self.usual_home {
            args.extend(["--home".to_owned(), self.home.clone()]);
        }
        args.extend(["run".to_owned(), name.to_owned()]);
        LauncherCommand {
            program,
            args,
            address: None,
        }
    }

    /// Tells [`Self::settle_launcher`] that the person has a copy in their folder for programs.
    fn linked_mark(&self) -> PathBuf {
        Path::new(&self.home).join("bin").join("linked")
    }
}

/// A path as text. Berth stores paths as text and hands them to clients in JSON.
fn text(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        failed("use", path)(std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            "it is not UTF-8",
        ))
    })
}

fn without_end(platform: Platform, path: &str) -> String {
    let separator = if platform == Platform::Windows {
        '\\'
    } else {
        '/'
    };
    let trimmed = path.trim_end_matches(separator);
    if trimmed.is_empty() { path } else { trimmed }.to_owned()
}

/// The program of this process, links resolved.
fn running_program() -> Result<PathBuf> {
    let running = std::env::current_exe().map_err(failed("find", Path::new("berth")))?;
    if cfg!(windows) {
        // Resolving would give the `\\?\` form, which not every program takes.
        return Ok(running);
    }
    if let Ok(resolved) = running.canonicalize() {
        return Ok(resolved);
    }
    // Linux marks a program whose file was replaced while it runs (an update); the path is that
    // of the new one then.
    let text = running.to_string_lossy();
    Ok(text
        .strip_suffix(" (deleted)")
        .map_or_else(|| running.clone(), PathBuf::from))
}

#[async_trait]
impl Host for LocalHost {
    fn home(&self) -> String {
        self.home.clone()
    }

    fn user_home(&self) -> String {
        self.user_home.clone()
    }

    fn launcher(&self, name: &str, scope: Scope) -> Result<LauncherCommand> {
        match scope {
            Scope::Project => Ok(self.command("berth".to_owned(), name)),
            Scope::Local | Scope::User => self.launcher_absolute(name),
        }
    }

    fn launcher_absolute(&self, name: &str) -> Result<LauncherCommand> {
        Ok(self.command(self.lasting().path().to_owned(), name))
    }

    fn settle_launcher(&self) -> Result<()> {
        let lasting = self.lasting();
        let own = Path::new(&self.launcher);
        match &lasting {
            Lasting::Installed(path) => {
                std::fs::metadata(path).map_err(failed("find", Path::new(path)))?;
            }
            Lasting::Copy(path) => launcher::settle(own, Path::new(path))?,
        }
        if cfg!(windows) && self.linked_mark().exists() {
            let linked = Path::new(&self.programs).join(paths::launcher_file(self.platform));
            launcher::settle(Path::new(lasting.path()), &linked)?;
        }
        Ok(())
    }

    async fn launcher_on_path(&self) -> Result<Program> {
        programs::launcher_on_path().await
    }

    async fn probe_git(&self) -> Result<Program> {
        programs::git().await
    }

    fn port_is_free(&self, port: u16) -> bool {
        std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).is_ok()
    }

    fn link_path(&self) -> String {
        paths::join(
            self.platform,
            &self.programs,
            &[paths::launcher_file(self.platform)],
        )
    }

    fn link_launcher(&self) -> Result<String> {
        self.settle_launcher()?;
        let lasting = self.lasting();
        let linked = programs::link(Path::new(lasting.path()), Path::new(&self.programs))?;
        if cfg!(windows) {
            crate::private::replace(&self.linked_mark(), b"")?;
        }
        text(&linked)
    }

    fn finds(&self, program: &str) -> bool {
        programs::find(program).is_some()
    }

    fn path_kind(&self, path: &str) -> PathKind {
        files::kind(Path::new(path))
    }

    fn canonical(&self, path: &str) -> Result<String> {
        let path = Path::new(path);
        let found = path.canonicalize().map_err(failed("find", path))?;
        let found = text(&found)?;
        // A path with a drive needs no `\\?\`, and some programs do not take it.
        Ok(match found.strip_prefix(r"\\?\") {
            Some(plain)
                if self.platform == Platform::Windows && plain.as_bytes().get(1) == Some(&b':') =>
            {
                plain.to_owned()
            }
            _ => found,
        })
    }

    fn create_folder(&self, path: &str) -> Result<()> {
        crate::private::create_folder(Path::new(path))
    }

    fn delete_folder(&self, path: &str) -> Result<()> {
        // What a killed Berth left running in it would make it again.
        crate::process::end_left(Path::new(path));
        files::delete_folder(Path::new(&self.home), Path::new(path))
    }

    fn backup_registration(&self, job: &str, registration: &Registration) -> Result<String> {
        text(&files::write_backup(
            Path::new(&self.home),
            job,
            registration,
        )?)
    }

    fn read_backup(&self, path: &str) -> Result<Registration> {
        files::read_backup(Path::new(&self.home), Path::new(path))
    }

    fn delete_backups(&self, job: &str) -> Result<()> {
        files::delete_backups(Path::new(&self.home), job)
    }

    fn platform(&self) -> Platform {
        self.platform
    }

    #[cfg(unix)]
    fn user_ids(&self) -> Option<(u32, u32)> {
        Some((
            rustix::process::getuid().as_raw(),
            rustix::process::getgid().as_raw(),
        ))
    }

    #[cfg(not(unix))]
    fn user_ids(&self) -> Option<(u32, u32)> {
        None
    }

    fn now(&self) -> String {
        use time::macros::format_description;
        let form = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        // Formatting a date of this calendar into text cannot fail; the clock may be anything.
        time::OffsetDateTime::now_utc()
            .format(&form)
            .unwrap_or_default()
    }

    fn new_id(&self) -> String {
        ulid::Ulid::generate().to_string()
    }

    fn random(&self, bytes: &mut [u8]) -> Result<()> {
        crate::vault::sealed::fill_random(bytes)
    }

    fn pid(&self) -> u32 {
        std::process::id()
    }

    fn owner_lives(&self, owner: &str) -> bool {
        self.process().owner_lives(owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(home: &Path) -> LocalHost {
        LocalHost::new(Some(home.to_str().expect("UTF-8"))).expect("a host")
    }

    #[test]
    fn a_moved_home_is_named_in_the_command() {
        let place = tempfile::tempdir().expect("a folder");
        let home = place.path().join("berth");
        let host = host(&home.join(""));
        let home = home.to_str().expect("UTF-8");
        assert_eq!(host.home(), home);
        let command = host.launcher("time", Scope::User).expect("a command");
        assert_eq!(command.args, ["--home", home, "run", "time"]);
        assert!(command.program.starts_with(home));
        let shared = host.launcher("time", Scope::Project).expect("a command");
        assert_eq!(shared.program, "berth");
    }

    #[test]
    fn the_usual_home_is_not_named() {
        let usual = LocalHost::new(None).expect("a host").usual_home;
        let host = LocalHost::new(Some(&usual)).expect("a host");
        let command = host.launcher("time", Scope::User).expect("a command");
        assert_eq!(command.args, ["run", "time"]);
    }

    #[test]
    fn nothing_is_made_by_looking() {
        let place = tempfile::tempdir().expect("a folder");
        let home = place.path().join("berth");
        let host = host(&home);
        host.launcher_absolute("x").expect("a command");
        assert_eq!(host.path_kind(&host.home()), PathKind::Nothing);
    }

    #[test]
    fn its_own_process_lives() {
        let host = LocalHost::new(None).expect("a host");
        assert!(host.owner_lives(host.owner()));
        assert!(host.owner().starts_with(&format!("{}:", host.pid())));
    }

    #[test]
    fn the_lasting_launcher_is_settled() {
        let place = tempfile::tempdir().expect("a folder");
        let own = place
            .path()
            .join(paths::launcher_file(paths::this_platform()));
        std::fs::write(&own, "launcher").expect("written");
        let host = host(&place.path().join("home")).with_launcher(&own);
        host.settle_launcher().expect("settled");
        let command = host.launcher_absolute("x").expect("a command");
        assert_eq!(std::fs::read(command.program).expect("there"), b"launcher");
    }

    #[test]
    fn times_have_milliseconds_and_sort() {
        let host = LocalHost::new(None).expect("a host");
        let now = host.now();
        assert_eq!(now.len(), "2026-01-02T03:04:05.678Z".len(), "{now}");
        assert!(now.ends_with('Z') && now <= host.now());
        assert_eq!(host.new_id().len(), 26);
        assert_ne!(host.new_id(), host.new_id());
    }
}
