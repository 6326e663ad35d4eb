//! A real keychain of a test's own: a session bus and an unlocked gnome-keyring in a private home.
//!
//! Needs nothing but the standard library, because the project's commands build it too.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A running session bus with a secret service on it. Both are ended by pid on drop, and their
/// folder is removed.
#[derive(Debug)]
pub struct Keychain {
    // The service goes before the bus that it is on.
    service: Mutex<Ended>,
    bus: Ended,
    address: String,
    dir: Removed,
}

impl Keychain {
    /// Starts both and waits until the service has its name on the bus: about 0.1 s.
    ///
    /// # Errors
    /// dbus-daemon or gnome-keyring-daemon is not installed, or does not come up within 20 s.
    pub fn start() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // Directly in the temporary folder: the socket's path may have 107 bytes at most.
        let name = format!("berth-keychain-{}-{number}", std::process::id());
        let dir = Removed(std::env::temp_dir().join(name));
        if dir.0.exists() {
            fs::remove_dir_all(&dir.0)?;
        }
        for folder in ["home", "run"] {
            fs::create_dir_all(dir.0.join(folder))?;
        }
        private(&dir.0.join("run"))?;
        let (bus, address) = start_bus(&dir.0)?;
        let mut service = start_service(&dir.0, &address)?;
        await_name(&address, &mut service.0)?;
        Ok(Self {
            service: Mutex::new(service),
            bus,
            address,
            dir,
        })
    }

    /// The bus, as DBUS_SESSION_BUS_ADDRESS wants it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The folder that stands for /run/user/<uid>: the bus's socket is in it, as `bus`.
    #[must_use]
    pub fn runtime_dir(&self) -> PathBuf {
        self.dir.0.join("run")
    }

    /// The private home that the service keeps its items in.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.dir.0.join("home")
    }

    /// The process ids of the service and the bus.
    #[must_use]
    pub fn pids(&self) -> [u32; 2] {
        [self.service().0.id(), self.bus.0.id()]
    }

    /// Starts the service again where it has ended, as a desktop's bus does; whether it had.
    /// gnome-keyring traps now and then when its client is killed in the middle of a call. What it
    /// keeps is on disk.
    ///
    /// # Errors
    /// It does not come up again.
    pub fn revive(&self) -> io::Result<bool> {
        let mut service = self.service();
        if service.0.try_wait()?.is_none() {
            return Ok(false);
        }
        *service = start_service(&self.dir.0, &self.address)?;
        await_name(&self.address, &mut service.0)?;
        Ok(true)
    }

    fn service(&self) -> MutexGuard<'_, Ended> {
        // A process's handle is whole whatever happened to who held it.
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Variables with which a process finds this keychain and has this home.
    #[must_use]
    pub fn env(&self) -> Vec<(String, OsString)> {
        let mut env = own_home(&self.dir.0);
        env.push((
            "DBUS_SESSION_BUS_ADDRESS".to_owned(),
            self.address.clone().into(),
        ));
        env
    }
}

/// The standard folders, all in `dir`.
fn own_home(dir: &Path) -> Vec<(String, OsString)> {
    let home = dir.join("home");
    let below = |name: &str, folder: PathBuf| (name.to_owned(), folder.into_os_string());
    vec![
        below("HOME", home.clone()),
        below("XDG_RUNTIME_DIR", dir.join("run")),
        below("XDG_DATA_HOME", home.join(".local/share")),
        below("XDG_STATE_HOME", home.join(".local/state")),
        below("XDG_CONFIG_HOME", home.join(".config")),
        below("XDG_CACHE_HOME", home.join(".cache")),
    ]
}

fn start_bus(dir: &Path) -> io::Result<(Ended, String)> {
    // A configuration of its own, for two reasons: the standard one lets the bus start a second,
    // locked keyring for whoever asks too early, and it complains about limits when not at login.
    let config = dir.join("bus.conf");
    let address = format!("unix:path={}", dir.join("run/bus").display());
    fs::write(
        &config,
        format!(
            "<busconfig><type>session</type><listen>{address}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
             <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n"
        ),
    )?;
    let mut child = Ended(
        Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--nopidfile", "--nosyslog", "--print-address"])
            .envs(own_home(dir))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| named("dbus-daemon", &e))?,
    );
    let mut line = String::new();
    if let Some(stdout) = child.0.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    if line.trim().is_empty() {
        return Err(io::Error::other("dbus-daemon ended without an address"));
    }
    Ok((child, address))
}

fn start_service(dir: &Path, address: &str) -> io::Result<Ended> {
    let mut child = Ended(
        Command::new("gnome-keyring-daemon")
            .args([
                "--foreground",
                "--unlock",
                "--components=secrets",
                "--control-directory",
            ])
            .arg(dir.join("run/keyring"))
            .envs(own_home(dir))
            .env("DBUS_SESSION_BUS_ADDRESS", address)
            // With a display it would ask there; a test has nobody to answer.
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| named("gnome-keyring-daemon", &e))?,
    );
    // The password of a keyring that exists for this test only; the end of input ends it.
    if let Some(mut stdin) = child.0.stdin.take() {
        stdin.write_all(b"test")?;
    }
    Ok(child)
}

/// Waits until the service owns its name. Calling the service itself would not tell: the bus
/// answers for a name that is not there.
fn await_name(address: &str, service: &mut Child) -> io::Result<()> {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) {
        let asked = Command::new("dbus-send")
            .args([
                "--session",
                "--print-reply=literal",
                "--dest=org.freedesktop.DBus",
                "/",
            ])
            .args([
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ])
            .env("DBUS_SESSION_BUS_ADDRESS", address)
            .output()
            .map_err(|e| named("dbus-send", &e))?;
        if String::from_utf8_lossy(&asked.stdout).contains("true") {
            return Ok(());
        }
        if let Some(status) = service.try_wait()? {
            return Err(io::Error::other(format!(
                "gnome-keyring-daemon ended with {status}"
            )));
        }
        sleep(Duration::from_millis(10));
    }
    Err(io::Error::other(
        "gnome-keyring-daemon is not on its bus after 20 s",
    ))
}

fn named(program: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("starting {program}: {error}"))
}

#[cfg(unix)]
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// A process that ends with its owner.
#[derive(Debug)]
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Neither has anything to save, and one that has ended already is what we want.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder that goes with its owner.
#[derive(Debug)]
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm no later run: the next one clears its own name.
        let _ = fs::remove_dir_all(&self.0);
    }
}
