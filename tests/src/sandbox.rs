//! A person's machine in a folder: an own HOME, keychain and PATH; the engine, the registry and
//! Claude Code are the run's real ones.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use berth_testkit::ground;
use berth_testkit::keychain::Keychain;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Variables of this machine that let package clients reach their registries; without them pip
/// and npm fail for a reason that has nothing to do with the test.
const PASSED: [&str; 9] = [
    "LANG",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
    "PIP_INDEX_URL",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "npm_config_registry",
    "UV_INDEX_URL",
];

/// One person's machine. Everything in it is removed on drop.
#[derive(Debug)]
pub struct Sandbox {
    dir: TempDir,
    keychain: Keychain,
    /// What differs from the usual environment.
    set: Vec<(String, OsString)>,
}

/// What a program printed and how it ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Exit code; `None` when a signal ended it.
    pub exit: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// The output, where the program must succeed.
    ///
    /// # Panics
    /// When it did not.
    pub fn ok(self) -> Self {
        assert_eq!(
            self.exit,
            Some(0),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Standard output as one JSON value.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.stdout, self.stderr))
    }

    /// The last of several JSON lines.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn last_json(&self) -> Value {
        let line = self.stdout.lines().last().unwrap_or_default();
        serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.stdout, self.stderr))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            exit: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Sandbox {
    /// A new machine: `berth`, `claude` and `uv` on the PATH, an empty HOME, an unlocked keychain.
    ///
    /// # Panics
    /// When the components of the run are missing.
    #[must_use]
    pub fn new() -> Self {
        let sandbox = Self::without_uv();
        sandbox.add_uv();
        sandbox
    }

    /// One that has pip only, as Python brings it.
    ///
    /// # Panics
    /// When the components of the run are missing.
    #[must_use]
    pub fn without_uv() -> Self {
        let dir = TempDir::with_prefix_in("p", ground::tmp()).expect("a folder for the test");
        let sandbox = Self {
            dir,
            keychain: Keychain::start().expect("a keychain"),
            set: Vec::new(),
        };
        for folder in ["home", "bin", "project"] {
            fs::create_dir_all(sandbox.path(folder)).expect("a folder");
        }
        link(&ground::berth(), &sandbox.path("bin/berth"));
        link(&ground::claude(), &sandbox.path("bin/claude"));
        sandbox
    }

    /// Puts uv onto it.
    ///
    /// # Panics
    /// When it is there, or the run has none.
    pub fn add_uv(&self) {
        link(&ground::uv(), &self.path("bin/uv"));
    }

    /// Gives this machine's programs another value of a variable, for a machine that lacks
    /// something.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.set.push((name.to_owned(), value.into()));
    }

    /// A path in this machine's folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// HOME.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Berth's home, where it is without `BERTH_HOME`.
    #[must_use]
    pub fn berth_home(&self) -> PathBuf {
        self.home().join(".local/share/berth")
    }

    /// A project folder.
    #[must_use]
    pub fn project(&self) -> PathBuf {
        self.path("project")
    }

    /// The keychain.
    #[must_use]
    pub fn keychain(&self) -> &Keychain {
        &self.keychain
    }

    /// The whole environment of a program on this machine.
    #[must_use]
    pub fn env(&self) -> Vec<(String, OsString)> {
        let mut path = self.path("bin").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut env: Vec<(String, OsString)> = vec![
            ("HOME".into(), self.home().into()),
            ("PATH".into(), path),
            (
                "DBUS_SESSION_BUS_ADDRESS".into(),
                self.keychain.address().into(),
            ),
            ("XDG_RUNTIME_DIR".into(), self.keychain.runtime_dir().into()),
            ("DOCKER_HOST".into(), ground::docker_host().into()),
            ("DISPLAY".into(), ground::display().into()),
            // What was downloaded once in a run is there for all of it, and nobody changes it.
            ("UV_CACHE_DIR".into(), ground::tmp().join("uv").into()),
            ("UV_LINK_MODE".into(), "copy".into()),
        ];
        for name in PASSED {
            if let Some(value) = std::env::var_os(name) {
                env.push((name.into(), value));
            }
        }
        env.extend(self.set.iter().cloned());
        env
    }

    /// A program of this machine, with its environment and nothing else.
    #[must_use]
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .envs(self.env())
            .current_dir(self.project());
        command
    }

    /// Runs `berth` with these arguments.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn berth(&self, args: &[&str]) -> Ran {
        run(self.command(self.path("bin/berth")).args(args))
    }

    /// Runs the real Claude Code command line.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn claude(&self, args: &[&str]) -> Ran {
        run(self.command(self.path("bin/claude")).args(args))
    }

    /// Runs a `docker` command against the run's engine.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn docker(&self, args: &[&str]) -> Ran {
        run(self.command("docker").args(args))
    }

    /// What Claude Code writes down when a person trusts the project's folder and approves of a
    /// server of its `.mcp.json`.
    ///
    /// # Panics
    /// When its files cannot be read or written.
    pub fn approve(&self, name: &str) {
        let project = self.project();
        let file = self.home().join(".claude.json");
        let mut settings: Value =
            serde_json::from_slice(&fs::read(&file).expect("settings")).expect("they are JSON");
        let path = project.to_str().expect("text");
        settings["projects"][path]["hasTrustDialogAccepted"] = json!(true);
        fs::write(&file, settings.to_string()).expect("written");
        let folder = project.join(".claude");
        fs::create_dir_all(&folder).expect("a folder");
        let approved = json!({ "enabledMcpjsonServers": [name] });
        fs::write(folder.join("settings.local.json"), approved.to_string()).expect("written");
    }

    /// Puts an entry of the person's own into their catalog.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn add_entry(&self, id: &str, yaml: &str) {
        let folder = self.berth_home().join("catalog");
        fs::create_dir_all(&folder).expect("the catalog folder");
        fs::write(folder.join(format!("{id}.yaml")), yaml).expect("the entry");
    }

    /// Identifiers of the containers that this machine's launchers made, running or not.
    #[must_use]
    pub fn containers(&self) -> Vec<String> {
        let label = format!("label=dev.berth.home={}", self.berth_home().display());
        let ran = self
            .docker(&["ps", "--all", "--quiet", "--filter", &label])
            .ok();
        ran.stdout.lines().map(str::to_owned).collect()
    }

    /// Accounts of Berth's items in the keychain.
    #[must_use]
    pub fn keychain_items(&self) -> Vec<String> {
        let ran = run(self
            .command("secret-tool")
            .args(["search", "--all", "service", "berth"]));
        let text = format!("{}\n{}", ran.stdout, ran.stderr);
        let mut items: Vec<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix("attribute.username = "))
            .map(str::to_owned)
            .collect();
        items.sort();
        items
    }

    /// Files on this machine that hold a text, in whatever place of the file: HOME, Berth's home,
    /// the project and everything else but the keychain's own.
    #[must_use]
    pub fn files_with(&self, text: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        search(self.dir.path(), text.as_bytes(), &mut found);
        found
    }

    /// Every file below a folder with its bytes, to compare two moments.
    #[must_use]
    pub fn files_below(&self, folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(folder, &mut files);
        files.sort();
        files
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

/// Command lines of processes of this computer that hold a text.
///
/// # Panics
/// When /proc cannot be read.
#[must_use]
pub fn argv_with(text: &str) -> Vec<String> {
    fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .bytes()
                .all(|b| b.is_ascii_digit())
        })
        // A process may end while we look.
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "))
        .filter(|line| line.contains(text))
        .collect()
}

fn run(command: &mut Command) -> Ran {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
        .into()
}

fn link(target: &Path, link: &Path) {
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink(target, link);
    #[cfg(windows)]
    let made = std::os::windows::fs::symlink_file(target, link);
    made.expect("a link");
}

fn search(folder: &Path, text: &[u8], found: &mut Vec<PathBuf>) {
    let mut files = Vec::new();
    collect(folder, &mut files);
    for (path, bytes) in files {
        if bytes.windows(text.len()).any(|window| window == text) {
            found.push(path);
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            collect(&entry.path(), files);
        } else if kind.is_file()
            && let Ok(bytes) = fs::read(entry.path())
        {
            files.push((entry.path(), bytes));
        }
    }
}
