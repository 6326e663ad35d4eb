//! A person with a home of their own, installations in it, and the engine as it really is.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use berth_adapters::launcher::wire::{Client, Endpoint};
use berth_adapters::sqlite::SqliteStore;
use berth_core::port::{SessionLabels, Store};
use berth_core::server::{ContainerLaunch, Hardening, Installation, Launch, seal};
use berth_core::settings::{MachineNotes, Settings};
use berth_testkit::{ground, sample};
use serde_json::Value;
use tempfile::TempDir;

/// A person of this test's own. Their containers are removed with them.
pub struct Person {
    folder: TempDir,
    store: SqliteStore,
}

impl Person {
    /// Berth knows where the engine is, as it does after the app was started once.
    pub fn new() -> Self {
        let folder = tempfile::tempdir_in(ground::tmp()).expect("a folder");
        let store = SqliteStore::open(&berth_home(folder.path())).expect("a store");
        let person = Self { folder, store };
        person.remember(&ground::docker_host(), None);
        person
    }

    /// Their home folder.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Berth's home, in its usual place.
    pub fn berth_home(&self) -> PathBuf {
        berth_home(self.home())
    }

    pub fn store(&self) -> &SqliteStore {
        &self.store
    }

    /// What the app noted about the engine.
    pub fn remember(&self, endpoint: &str, api: Option<&str>) {
        let notes = MachineNotes {
            engine_endpoint: Some(endpoint.to_owned()),
            engine_api: api.map(str::to_owned),
            ..MachineNotes::default()
        };
        self.store.put_machine_notes(&notes).expect("written");
    }

    /// The engine that the person chose; no other is looked for.
    pub fn choose_engine(&self, endpoint: &str) {
        let settings = Settings {
            engine_endpoint: Some(endpoint.to_owned()),
            ..Settings::default()
        };
        self.store.put_settings(&settings).expect("written");
    }

    /// Installs what `launch` says, sealed.
    pub fn install(&self, name: &str, launch: Launch) -> Installation {
        let folder = self.berth_home().join("installations").join(name);
        std::fs::create_dir_all(&folder).expect("made");
        let installation = Installation {
            seal: seal(name, &launch, &[], &[], &[]).expect("sealed"),
            launch,
            folder: Some(folder.to_str().expect("text").to_owned()),
            ..sample::installation(name, "01G")
        };
        self.store.put_installation(&installation).expect("written");
        installation
    }

    /// Installs the fixture server's image with these arguments.
    pub fn install_image(&self, name: &str, args: &[&str]) -> Installation {
        self.install_container(name, |launch| {
            launch.args = args.iter().map(|&arg| arg.to_owned()).collect();
        })
    }

    /// Installs the fixture server's image with changes.
    pub fn install_container(
        &self,
        name: &str,
        change: impl FnOnce(&mut ContainerLaunch),
    ) -> Installation {
        let mut launch = ContainerLaunch {
            image: ground::image_server(),
            image_id: server_image().to_owned(),
            entrypoint: Vec::new(),
            args: Vec::new(),
            env: BTreeMap::new(),
            mounts: Vec::new(),
            http: None,
            hardening: Hardening::default(),
            stack: None,
        };
        change(&mut launch);
        self.install(name, Launch::Container(Box::new(launch)))
    }

    /// The registered command in a client's bare environment.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(ground::berth());
        command
            .args(["run", name])
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", "/usr/bin:/bin")
            .current_dir("/");
        command
    }

    /// Starts it.
    pub fn start(&self, name: &str) -> Session {
        self.start_with(name, &[])
    }

    /// Starts it with these variables beside.
    pub fn start_with(&self, name: &str, variables: &[(&str, &std::ffi::OsStr)]) -> Session {
        let mut child = self
            .command(name)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the launcher starts");
        Session {
            input: child.stdin.take(),
            output: child.stdout.take().map(BufReader::new),
            errors: child.stderr.take(),
            child,
        }
    }

    /// Starts it with an input that has ended, and waits.
    pub fn run(&self, name: &str) -> (ExitStatus, String, String) {
        let output = self
            .command(name)
            .stdin(Stdio::null())
            .output()
            .expect("the launcher starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (output.status, text(output.stdout), text(output.stderr))
    }

    /// What the engine has of this person, of an installation or of all: inspected.
    pub fn containers(&self) -> Vec<Value> {
        let home = format!("{}={}", SessionLabels::HOME, self.berth_home().display());
        let filters = serde_json::json!({ "label": [home] }).to_string();
        let list = engine(
            "GET",
            &format!("/containers/json?all=1&filters={}", escaped(&filters)),
        )
        .1;
        let list = list.as_array().expect("a list").clone();
        list.iter()
            .filter_map(|container| {
                let id = container["Id"].as_str().expect("an id");
                let (status, inspected) = engine("GET", &format!("/containers/{id}/json"));
                // It may have ended in between.
                (status == 200).then_some(inspected)
            })
            .collect()
    }

    /// The only container, once it runs.
    pub fn running_container(&self) -> Value {
        until("one container runs", || {
            let mut all = self.containers();
            assert!(all.len() < 2, "{all:#?}");
            all.pop()
                .filter(|container| container["State"]["Running"] == true)
        })
    }

    /// Waits until the engine has nothing of this person.
    pub fn until_no_container(&self) {
        until("no container is left", || {
            self.containers().is_empty().then_some(())
        });
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for container in self.containers() {
                let id = container["Id"].as_str().unwrap_or_default().to_owned();
                engine("DELETE", &format!("/containers/{id}?force=1"));
            }
        } else {
            assert_eq!(self.containers(), Vec::<Value>::new(), "left behind");
        }
    }
}

fn berth_home(home: &Path) -> PathBuf {
    if cfg!(target_os = "macos") {
        home.join("Library/Application Support/dev.berth.app")
    } else {
        home.join(".local/share/berth")
    }
}

/// A launcher that runs, ended with the test.
pub struct Session {
    child: Child,
    pub input: Option<ChildStdin>,
    pub output: Option<BufReader<ChildStdout>>,
    pub errors: Option<ChildStderr>,
}

impl Session {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks something and gives the answer.
    pub fn ask(&mut self, request: &Value) -> Value {
        let input = self.input.as_mut().expect("open");
        writeln!(input, "{request}").expect("written");
        let mut answer = String::new();
        let output = self.output.as_mut().expect("open");
        output.read_line(&mut answer).expect("an answer");
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer:?}"))
    }

    /// Until the server answers.
    pub fn until_up(&mut self) {
        let answer = self.ask(&serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}));
        assert_eq!(answer["id"], 1);
    }

    pub fn end_input(&mut self) {
        self.input = None;
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.id()).ok();
        let pid = pid.and_then(rustix::process::Pid::from_raw).expect("a pid");
        rustix::process::kill_process(pid, signal).expect("it runs");
    }

    /// Waits for its end; its exit status and what it wrote to its error stream.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let mut errors = String::new();
        if let Some(mut stream) = self.errors.take() {
            stream.read_to_string(&mut errors).expect("text");
        }
        (self.child.wait().expect("ends"), errors)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again. The limit is for a test that fails, not a measure.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < limit, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The identifier of the fixture server's image, pulled once.
pub fn server_image() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| pulled(&ground::image_server()))
}

/// Pulls an image; its identifier.
pub fn pulled(image: &str) -> String {
    let (name, tag) = image.rsplit_once(':').expect("a tag");
    let (status, said) = engine(
        "POST",
        &format!("/images/create?fromImage={name}&tag={tag}"),
    );
    assert_eq!(status, 200, "{said}");
    let (status, image) = engine("GET", &format!("/images/{image}/json"));
    assert_eq!(status, 200, "{image}");
    image["Id"].as_str().expect("an id").to_owned()
}

/// One request to the engine: status and JSON (null where the answer is none).
pub fn engine(method: &str, path: &str) -> (u16, Value) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let endpoint = Endpoint::parse(&ground::docker_host()).expect("an endpoint");
        let (client, mut line) = Client::open(endpoint, None).await.expect("an engine");
        let path = client.path(path);
        let answer = match method {
            "GET" => line.get(&path).await,
            "POST" => line.post(&path).await,
            "DELETE" => line.delete(&path).await,
            other => panic!("{other}"),
        }
        .expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("an answer");
        (status, serde_json::from_slice(&text).unwrap_or_default())
    })
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
