//! A container engine of one test's own, which can be stopped and started as a computer is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use berth_testkit::ground;
use rustix::process::{Pid, Signal, getuid, kill_process};
use tempfile::TempDir;

/// How long an engine may take to answer, or to end.
const PATIENCE: Duration = Duration::from_secs(90);

/// A second engine beside that of the run.
pub struct OwnEngine {
    dir: TempDir,
    args: Vec<String>,
    child: Option<Child>,
}

impl OwnEngine {
    /// Starts it as the run's own was started, with a place of its own.
    pub fn start() -> Self {
        // Sockets have short paths.
        let dir = TempDir::with_prefix("berth-own-").unwrap();
        let mut engine = Self {
            args: args(dir.path()),
            dir,
            child: None,
        };
        engine.start_again();
        engine
    }

    /// Starts one that is reached over TLS as well, by those whom the authority of this folder knows.
    pub fn listening(address: &str, certificates: &Path) -> Self {
        let dir = TempDir::with_prefix("berth-own-").unwrap();
        let mut args = args(dir.path());
        args.extend([
            "--host".to_owned(),
            address.to_owned(),
            "--tlsverify".to_owned(),
        ]);
        for (option, file) in [
            ("--tlscacert", "ca.pem"),
            ("--tlscert", "cert.pem"),
            ("--tlskey", "key.pem"),
        ] {
            args.extend([
                option.to_owned(),
                certificates.join(file).display().to_string(),
            ]);
        }
        let mut engine = Self {
            args,
            dir,
            child: None,
        };
        engine.start_again();
        engine
    }

    /// Runs the docker command against it.
    pub fn docker(&self, args: &[&str]) {
        let mut command = Command::new("docker");
        let status = command.env("DOCKER_HOST", self.host()).args(args).status();
        assert!(status.unwrap().success(), "{args:?}");
    }

    /// Its endpoint.
    pub fn host(&self) -> String {
        format!("unix://{}", self.dir.path().join("docker.sock").display())
    }

    /// Ends it as a computer does that is shut down.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let pid = Pid::from_child(&child);
        if getuid().is_root() {
            kill_process(pid, Signal::TERM).unwrap();
        } else {
            let id = pid.as_raw_nonzero().to_string();
            let asked = Command::new("sudo")
                .args(["-n", "kill", "-TERM", &id])
                .status();
            assert!(asked.unwrap().success());
        }
        let asked = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(asked.elapsed() < PATIENCE, "{}", self.log());
            sleep(Duration::from_millis(50));
        }
    }

    /// Starts it again, over what it had.
    pub fn start_again(&mut self) {
        let log = File::create(self.dir.path().join("log")).unwrap();
        let mut argv = vec!["setpriv", "--pdeathsig", "TERM", "--"];
        if !getuid().is_root() {
            argv.splice(0..0, ["sudo", "-n"]);
        }
        let child = Command::new(argv[0])
            .args(&argv[1..])
            .args(&self.args)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        self.child = Some(child.unwrap());
        let started = Instant::now();
        while !self.answers() {
            assert!(started.elapsed() < PATIENCE, "{}", self.log());
            sleep(Duration::from_millis(50));
        }
    }

    fn answers(&self) -> bool {
        let mut asked = Command::new("docker");
        asked.env("DOCKER_HOST", self.host()).args(["version"]);
        asked.output().unwrap().status.success()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

impl Drop for OwnEngine {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.stop();
        }
        // Its data is root's.
        if !getuid().is_root() {
            let folder = self.dir.path();
            let _ = Command::new("sudo")
                .args(["-n", "rm", "-rf", "--one-file-system"])
                .arg(folder)
                .status();
        }
    }
}

/// How the run's own engine was started, for a place in `dir`. It has no default network: there is
/// one bridge for each engine, and stacks have networks of their own. Their addresses are not those
/// that the run's engine hands out meanwhile, which begins at the other end.
fn args(dir: &Path) -> Vec<String> {
    let socket = PathBuf::from(ground::docker_host().trim_start_matches("unix://"));
    let pid = fs::read_to_string(socket.with_file_name("docker.pid")).unwrap();
    let line = fs::read(format!("/proc/{}/cmdline", pid.trim())).unwrap();
    let line = String::from_utf8(line).unwrap();
    let mut args: Vec<String> = line.split_terminator('\0').map(str::to_owned).collect();
    let name = dir.file_name().unwrap().to_string_lossy().into_owned();
    let at = |file: &str| dir.join(file).display().to_string();
    for (option, value) in [
        ("--host", format!("unix://{}", at("docker.sock"))),
        ("--data-root", at("data")),
        ("--exec-root", at("exec")),
        ("--pidfile", at("pid")),
        ("--bridge", "none".to_owned()),
        ("--containerd-namespace", name.clone()),
        ("--containerd-plugins-namespace", format!("{name}-plugins")),
    ] {
        let place = args.iter().position(|arg| arg == option).unwrap();
        args[place + 1] = value;
    }
    let pool = |arg: &&mut String| arg.starts_with("base=10.");
    let pool = args.iter_mut().find(pool).unwrap();
    *pool = pool.replace(".128.0/17", ".224.0/19");
    assert!(pool.contains(".224.0/19"), "{pool}");
    args
}
