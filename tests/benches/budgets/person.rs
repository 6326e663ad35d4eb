//! A person with the fixture server installed, as a launcher finds them, and the same container
//! by the docker command.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use berth_adapters::sqlite::SqliteStore;
use berth_core::port::Store;
use berth_core::server::{ContainerLaunch, Hardening, Installation, Launch, seal};
use berth_core::settings::MachineNotes;
use berth_testkit::{ground, sample};
use tempfile::TempDir;

/// The request that opens every session.
pub const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;

/// The name of the installation.
const NAME: &str = "fixture";

/// A home folder of their own.
pub struct Person {
    home: TempDir,
    image: String,
}

impl Person {
    /// Installs the server; Berth knows the engine, as it does after the app was open once.
    pub fn new() -> Self {
        let home = tempfile::tempdir_in(ground::tmp()).expect("a folder");
        let image = pulled();
        let berth_home = home.path().join(".local/share/berth");
        let store = SqliteStore::open(&berth_home).expect("a store");
        let notes = MachineNotes {
            engine_endpoint: Some(ground::docker_host()),
            engine_api: Some(docker(&["version", "--format", "{{.Server.APIVersion}}"])),
            ..MachineNotes::default()
        };
        store.put_machine_notes(&notes).expect("written");
        let launch = Launch::Container(Box::new(ContainerLaunch {
            image: ground::image_server(),
            image_id: image.clone(),
            entrypoint: Vec::new(),
            args: Vec::new(),
            env: BTreeMap::new(),
            mounts: Vec::new(),
            http: None,
            hardening: Hardening::default(),
            stack: None,
        }));
        let installation = Installation {
            seal: seal(NAME, &launch, &[], &[], &[]).expect("sealed"),
            launch,
            ..sample::installation(NAME, "01G")
        };
        store.put_installation(&installation).expect("written");
        Self { home, image }
    }

    /// What clients start, with nothing but HOME and PATH.
    pub fn berth(&self) -> Session {
        let mut command = self.bare(ground::berth());
        command.args(["run", NAME]);
        Session::start(&mut command)
    }

    /// The same container by the docker command, with the same flags.
    pub fn docker(&self) -> Session {
        let mut command = self.bare("docker");
        command
            .env("DOCKER_HOST", ground::docker_host())
            .args(["run", "-i", "--rm"])
            .args(flags())
            .arg(&self.image);
        Session::start(&mut command)
    }

    /// A container that is made and not started: its identifier.
    pub fn made(&self) -> String {
        let flags = flags();
        let mut args = vec!["create", "-i", "--rm"];
        args.extend(flags.iter().map(String::as_str));
        args.push(&self.image);
        docker(&args)
    }

    fn bare(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .current_dir("/");
        command
    }
}

/// The launcher's default hardening in the docker command's words.
fn flags() -> Vec<String> {
    let Hardening {
        tmpfs_tmp,
        pids,
        memory_mib,
        cpus,
        ..
    } = Hardening::default();
    [
        "--read-only",
        "--init",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--network=bridge",
        "--log-driver=none",
        "--label=dev.berth.bench=1",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([
        format!("--tmpfs=/tmp:{tmpfs_tmp}"),
        format!("--pids-limit={pids}"),
        format!("--memory={memory_mib}m"),
        format!("--memory-swap={memory_mib}m"),
        format!("--cpus={cpus}"),
    ])
    .collect()
}

/// Runs a docker command against the run's engine; what it printed.
pub fn docker(args: &[&str]) -> String {
    let output = Command::new("docker")
        .env("DOCKER_HOST", ground::docker_host())
        .args(args)
        .output()
        .expect("docker starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker {args:?}: {errors}");
    String::from_utf8(output.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

/// The identifier of the fixture server's image, pulled.
fn pulled() -> String {
    let image = ground::image_server();
    docker(&["pull", "--quiet", &image]);
    docker(&["image", "inspect", "--format", "{{.Id}}", &image])
}

/// A started session, ended on drop as clients end one: by the end of its input.
pub struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    line: String,
}

impl Session {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().expect("a pipe")),
            child,
            line: String::new(),
        }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a line and waits for the answer's.
    pub fn ask(&mut self, request: &str) {
        let input = self.input.as_mut().expect("open");
        input.write_all(request.as_bytes()).expect("written");
        input.write_all(b"\n").expect("written");
        self.line.clear();
        self.output.read_line(&mut self.line).expect("an answer");
        assert!(self.line.contains("\"result\""), "{:?}", self.line);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
