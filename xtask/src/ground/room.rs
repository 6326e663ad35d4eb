//! The run's own folders, and the place where the tests run.

use super::engine;
use super::part::tied;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result};
use crate::interrupt::{Interrupt, Watched};
use crate::out;
use crate::paths::Paths;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Folders of this run, removed on drop.
pub struct Room {
    dir: PathBuf,
    short: PathBuf,
    _watched: Watched,
}

impl Room {
    /// Makes them, after removing what runs that were killed have left.
    pub fn make(paths: &Paths, interrupt: &Interrupt) -> Result<Self> {
        let all = paths.target.join("test-ground");
        sweep(&all);
        let dir = all.join(std::process::id().to_string());
        let short = short_of(std::process::id());
        for folder in [&dir, &short] {
            std::fs::create_dir_all(folder).doing(|| format!("making {}", folder.display()))?;
        }
        let gone = (dir.clone(), short.clone());
        let watched = interrupt.watch(move || {
            remove(&gone.0);
            remove(&gone.1);
        });
        Ok(Self {
            dir,
            short,
            _watched: watched,
        })
    }

    /// The run's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The run's folder for sockets, with a short path.
    pub fn short(&self) -> &Path {
        &self.short
    }

    /// A component's folder.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.dir.join(name);
        std::fs::create_dir_all(&folder).doing(|| format!("making {}", folder.display()))?;
        Ok(folder)
    }

    /// Where tests put their files.
    pub fn scratch(&self) -> Result<PathBuf> {
        self.folder("tmp")
    }

    /// The id of the group whose members may use the engine's socket: our own.
    pub fn group(&self) -> String {
        id("-g")
    }

    /// Variables that give a process a home of its own, while cargo and rustup keep theirs.
    pub fn own_home(&self) -> Result<Vec<(String, OsString)>> {
        let home = self.folder("home")?;
        let persons = std::env::var_os("HOME")
            .map(PathBuf::from)
            .unwrap_or_default();
        let keep = |name: &str, default: &str| {
            let value = std::env::var_os(name).unwrap_or_else(|| persons.join(default).into());
            (name.to_owned(), value)
        };
        let own = |name: &str, below: &str| (name.to_owned(), home.join(below).into_os_string());
        Ok(vec![
            keep("CARGO_HOME", ".cargo"),
            keep("RUSTUP_HOME", ".rustup"),
            ("HOME".to_owned(), home.clone().into()),
            own("XDG_DATA_HOME", ".local/share"),
            own("XDG_STATE_HOME", ".local/state"),
            own("XDG_CONFIG_HOME", ".config"),
            own("XDG_CACHE_HOME", ".cache"),
        ])
    }

    /// The same command in a mount namespace where /run/user/<uid> is `runtime`, with these
    /// variables, and as the same user.
    pub fn inside(&self, env: &[(String, OsString)], runtime: &Path, cmd: Cmd) -> Cmd {
        const ENTER: &str = r#"
            set -e
            uid=$1 gid=$2 runtime=$3; shift 3
            mkdir -p /run/user
            mount -t tmpfs -o mode=755 tmpfs /run/user
            mkdir "/run/user/$uid"
            mount --bind "$runtime" "/run/user/$uid"
            if [ "$uid" != 0 ]; then
                exec setpriv --reuid "$uid" --regid "$gid" --init-groups -- "$@"
            fi
            exec "$@""#;
        let (uid, gid) = (id("-u"), id("-g"));
        let cmd = env
            .iter()
            .fold(cmd, |cmd, (name, value)| cmd.env(name, value));
        let enter = [
            "--mount",
            "--propagation",
            "private",
            "--",
            "sh",
            "-c",
            ENTER,
            "sh",
            &uid,
            &gid,
        ];
        let mut args: Vec<&OsStr> = enter.iter().map(OsStr::new).collect();
        args.push(runtime.as_os_str());
        let cmd = cmd
            .env("XDG_RUNTIME_DIR", format!("/run/user/{uid}"))
            .env_as_args()
            .under("unshare", &args)
            .by_root();
        tied(cmd)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        remove(&self.dir);
        remove(&self.short);
    }
}

fn short_of(run: u32) -> PathBuf {
    std::env::temp_dir().join(format!("berth-ground-{run}"))
}

/// Runs that were killed outright: their engine has ended with them, folders, bridges and what the
/// kernel could not end for us have not. A folder's name has the pid of its run.
fn sweep(all: &Path) {
    let runs = names(all).into_iter().filter_map(|name| name.parse().ok());
    for run in runs.filter(|run: &u32| !is_alive(*run)) {
        out::line(format!("removing what the killed run {run} left"));
        end_users(&short_of(run));
        engine::delete(&format!("berth{run}"));
        remove(&all.join(run.to_string()));
        remove(&short_of(run));
    }
    let temporary = std::env::temp_dir();
    for name in names(&temporary) {
        let Some(rest) = name.strip_prefix("berth-keychain-") else {
            continue;
        };
        let owner = rest.split('-').next().and_then(|pid| pid.parse().ok());
        if owner.is_some_and(|owner| !is_alive(owner)) {
            end_users(&temporary.join(&name));
            remove(&temporary.join(&name));
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn is_alive(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Ends every process whose own command line names the folder: it was made by one run, for its
/// components alone.
fn end_users(folder: &Path) {
    let mark = format!("{}/", folder.display());
    for pid in names(Path::new("/proc"))
        .into_iter()
        .filter_map(|name| name.parse::<u32>().ok())
    {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&line).contains(&mark) {
            let _ = Cmd::new("kill")
                .args(["-TERM", &pid.to_string()])
                .by_root()
                .finish();
            crate::interrupt::await_end(pid);
        }
    }
}

/// Removes a run's folder. The engine's part of it belongs to root, and a mount that it left is
/// taken off first.
fn remove(folder: &Path) {
    if !folder.exists() {
        return;
    }
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    for mount in mounts
        .lines()
        .rev()
        .filter_map(|line| line.split(' ').nth(1))
    {
        if Path::new(mount).starts_with(folder) {
            let _ = Cmd::new("umount").args(["-l", mount]).by_root().finish();
        }
    }
    let removed = Cmd::new("rm")
        .args(["-rf", "--one-file-system", "--"])
        .arg(folder)
        .by_root();
    match removed.finish() {
        Ok(done) if done.ok => {}
        Ok(done) => out::line(format!(
            "could not remove {}: {}",
            folder.display(),
            done.stderr
        )),
        Err(error) => out::line(format!("could not remove {}: {error}", folder.display())),
    }
}

fn id(flag: &str) -> String {
    let done = Cmd::new("id").arg(flag).finish();
    done.map(|done| done.stdout.trim().to_owned())
        .unwrap_or_default()
}
