use async_trait::async_trait;

use crate::client::{LauncherCommand, Registration, Scope};
use crate::error::Result;
use crate::facts::{Platform, Program};

/// This machine: its files, its clock, its processes, and where Berth itself is.
#[async_trait]
pub trait Host: Send + Sync {
    /// Berth's home: absolute.
    fn home(&self) -> String;
    /// The person's home folder.
    fn user_home(&self) -> String;
    /// The command to register: the launcher's lasting absolute path for local and user scope,
    /// plain `berth` for project scope; with `--home` where Berth's home is not the usual one.
    fn launcher(&self, name: &str, scope: Scope) -> Result<LauncherCommand>;
    /// The same command by its absolute path, to start it ourselves.
    fn launcher_absolute(&self, name: &str) -> Result<LauncherCommand>;
    /// Makes sure that the lasting launcher is there and is this version's (a copy, replaced
    /// atomically, where the installed one has no fixed path).
    fn settle_launcher(&self) -> Result<()>;
    /// The launcher that `berth` on the PATH is, or `LauncherNotOnPath`.
    async fn launcher_on_path(&self) -> Result<Program>;
    /// git, or `GitMissing`.
    async fn probe_git(&self) -> Result<Program>;
    /// Where [`Host::link_launcher`] puts the link: absolute path.
    fn link_path(&self) -> String;
    /// Puts a link to the launcher into the person's own folder for programs; its path.
    fn link_launcher(&self) -> Result<String>;

    /// Whether a program of this name is on the PATH.
    fn finds(&self, program: &str) -> bool;
    /// What is at a path.
    fn path_kind(&self, path: &str) -> PathKind;
    /// The path without symbolic links and `..`; fails where it does not exist.
    fn canonical(&self, path: &str) -> Result<String>;
    /// Makes a private folder (0700) and its parents.
    fn create_folder(&self, path: &str) -> Result<()>;
    /// Deletes a folder below Berth's home and everything in it, then each folder above it that
    /// became empty, up to Berth's home itself (which stays). Missing is fine; anything that is
    /// not below Berth's home is refused.
    fn delete_folder(&self, path: &str) -> Result<()>;

    /// Writes a replaced registration to a private file (0600) below Berth's home; its path. The
    /// path depends on the job, the name and the place only: written again, it is replaced.
    fn backup_registration(&self, job: &str, registration: &Registration) -> Result<String>;
    /// Reads it back.
    fn read_backup(&self, path: &str) -> Result<Registration>;
    /// Deletes all backups of a job. Missing is fine.
    fn delete_backups(&self, job: &str) -> Result<()>;

    /// Whether nothing listens at a port of 127.0.0.1.
    fn port_is_free(&self, port: u16) -> bool;
    /// The operating system.
    fn platform(&self) -> Platform;
    /// User and group of this process, where the platform has such numbers.
    fn user_ids(&self) -> Option<(u32, u32)>;
    /// Now (RFC 3339, UTC, milliseconds).
    fn now(&self) -> String;
    /// A new ULID.
    fn new_id(&self) -> String;
    /// Fills with randomness that is good enough for secrets: the system's own.
    fn random(&self, bytes: &mut [u8]) -> Result<()>;
    /// This process.
    fn pid(&self) -> u32;
    /// Whether the process that a session label names (`pid:start-time:boot`) still lives.
    fn owner_lives(&self, owner: &str) -> bool;
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PathKind {
    Nothing,
    File,
    Folder,
    Other,
}
