use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use berth_core::client::Place;
use berth_core::error::Result;
use berth_core::facts::{
    EndpointSource, EngineFacts, EngineSocket, Platform, Program, VaultFacts, VaultKind,
};
use berth_core::image::ImageLayer;
use berth_core::plan::VaultItem;
use berth_core::port::{ImageInfo, Ports, ProbeAnswer, ServiceContainer, SessionContainer, Store};

use super::{
    FakeActor, FakeBackups, FakeClaude, FakeEngine, FakeHost, FakeInspector, FakeMcp, FakeNode,
    FakeProbe, FakePython, FakeSources, FakeStarter, FakeVault, Files, Kept, MemoryStore,
    ServerScript, StoreSnapshot,
};

/// A machine in memory. It has everything that Berth can use, and one person, Ada.
pub struct World {
    state: Mutex<State>,
    /// Berth's own data.
    pub store: Arc<MemoryStore>,
}

/// What the machine has. Tests change it directly.
pub struct State {
    /// Its files.
    pub files: Files,
    /// The engine, or why there is none.
    pub engine: Result<EngineFacts>,
    /// Images on the machine, by the reference they were got with.
    pub images: BTreeMap<String, ImageInfo>,
    /// What those that were built here are made of, by identifier.
    pub layers: BTreeMap<String, Vec<ImageLayer>>,
    /// Images that can be pulled, by repository and tag.
    pub registry: BTreeMap<String, ImageInfo>,
    /// Containers of sessions.
    pub containers: Vec<SessionContainer>,
    /// Containers of services.
    pub services: Vec<ServiceContainer>,
    /// The network that each is on, by its identifier.
    pub service_networks: BTreeMap<String, String>,
    /// What each has said.
    pub service_logs: BTreeMap<String, Vec<String>>,
    /// Networks that were made.
    pub networks: BTreeSet<String>,
    /// Services that never become well.
    pub broken_services: BTreeSet<String>,
    /// Volumes.
    pub volumes: BTreeSet<String>,
    /// What is in those that are not empty.
    pub contents: BTreeMap<String, String>,
    /// The vault, or why there is none.
    pub vault: Result<VaultFacts>,
    /// Its values.
    pub secrets: BTreeMap<VaultItem, String>,
    /// Claude Code's program and version, or why there is none.
    pub claude: Result<Program>,
    /// Whether Claude Desktop is there.
    pub desktop: bool,
    /// What is registered with it.
    pub registrations: BTreeMap<(Place, String), serde_json::Value>,
    /// Project servers that the person approved in Claude Code.
    pub approved: BTreeSet<(Place, String)>,
    /// uv.
    pub uv: Result<Program>,
    /// Python.
    pub python: Result<Program>,
    /// Node.js.
    pub node: Result<Program>,
    /// git.
    pub git: Result<Program>,
    /// Whether `berth` is on the PATH.
    pub launcher_on_path: bool,
    /// Ports of this computer that something listens at.
    pub ports_taken: BTreeSet<u16>,
    /// Packages that no registry has, as `name` or `name==version`.
    pub missing_packages: BTreeSet<String>,
    /// How servers behave, by the entry they come from; others have one tool and work.
    pub servers: BTreeMap<String, ServerScript>,
    /// What servers answer to whoever asks how they are, by address; others do not answer.
    pub answers: BTreeMap<String, ProbeAnswer>,
    /// What servers keep, by its path as they have it, where a criterion would say more of it than
    /// that all is well.
    pub kept: BTreeMap<String, Kept>,
    /// How programs of servers end and what they say, by name; others end with 0 and say nothing.
    pub programs: BTreeMap<String, (Option<i32>, Vec<String>)>,
    /// Programs of this computer that are not there; every other one is.
    pub missing_commands: BTreeSet<String>,
    /// The platform that the host says it is.
    pub platform: Platform,
    /// Owners of sessions that still live.
    pub living_owners: BTreeSet<String>,
    /// How often an image was built without what the engine remembers.
    pub built_afresh: u64,
    /// Counts up: the clock and identifiers are made from it.
    pub ticks: u64,
}

/// Everything of a world that a job may change and must leave as it should be. Jobs and logs are
/// not part of it, nor is the clock.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Snapshot {
    pub files: Files,
    pub images: BTreeMap<String, ImageInfo>,
    pub containers: Vec<SessionContainer>,
    pub services: Vec<ServiceContainer>,
    pub networks: BTreeSet<String>,
    pub volumes: BTreeSet<String>,
    pub contents: BTreeMap<String, String>,
    pub secrets: BTreeMap<VaultItem, String>,
    pub registrations: BTreeMap<(Place, String), serde_json::Value>,
    pub store: StoreSnapshot,
}

impl World {
    /// Where Berth's home is.
    pub const BERTH_HOME: &str = "/home/ada/.local/share/berth";
    /// Where the person's home is.
    pub const USER_HOME: &str = "/home/ada";
    /// The port of this computer that leads to a container.
    pub const PORT: u16 = 32768;
    /// The launcher.
    pub const LAUNCHER: &str = "/usr/bin/berth";

    /// A machine with everything on it and nothing installed.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let mut files = Files::default();
        files.create_folder(Self::BERTH_HOME);
        files.create_folder("/home/ada/project");
        files.create_folder("/home/ada/notes");
        files.write("/opt/node/bin/node", "node");
        files.write(Self::LAUNCHER, "berth");
        let state = State {
            files,
            engine: Ok(EngineFacts {
                product: "Docker".to_owned(),
                version: "28.2.0".to_owned(),
                api: "1.50".to_owned(),
                endpoint: "unix:///var/run/docker.sock".to_owned(),
                found_by: EndpointSource::Platform,
                platform: "linux/amd64".to_owned(),
                remote: false,
                rootful_here: true,
                socket: Some(EngineSocket {
                    path: "/var/run/docker.sock".to_owned(),
                    group: 998,
                }),
            }),
            images: BTreeMap::new(),
            layers: BTreeMap::new(),
            registry: BTreeMap::new(),
            containers: Vec::new(),
            services: Vec::new(),
            service_networks: BTreeMap::new(),
            service_logs: BTreeMap::new(),
            networks: BTreeSet::new(),
            broken_services: BTreeSet::new(),
            volumes: BTreeSet::new(),
            contents: BTreeMap::new(),
            vault: Ok(VaultFacts {
                kind: VaultKind::Keychain,
                product: "GNOME Keyring".to_owned(),
            }),
            secrets: BTreeMap::new(),
            claude: Ok(program("/usr/bin/claude", "2.1.329")),
            desktop: true,
            registrations: BTreeMap::new(),
            approved: BTreeSet::new(),
            uv: Ok(program("/usr/bin/uv", "0.9.2")),
            python: Ok(program("/usr/bin/python3", "3.11.7")),
            node: Ok(program("/opt/node/bin/node", "20.20.2")),
            git: Ok(program("/usr/bin/git", "2.39.5")),
            launcher_on_path: true,
            ports_taken: BTreeSet::new(),
            missing_packages: BTreeSet::new(),
            servers: BTreeMap::new(),
            answers: BTreeMap::new(),
            kept: BTreeMap::new(),
            programs: BTreeMap::new(),
            missing_commands: BTreeSet::new(),
            platform: Platform::Linux,
            living_owners: BTreeSet::new(),
            built_afresh: 0,
            ticks: 0,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            store: Arc::new(MemoryStore::default()),
        })
    }

    /// All ports over this world.
    #[must_use]
    pub fn ports(self: &Arc<Self>) -> Ports {
        Ports {
            engine: Arc::new(FakeEngine(self.clone())),
            backups: Arc::new(FakeBackups(self.clone())),
            vault: Arc::new(FakeVault(self.clone())),
            clients: Arc::new(FakeClaude(self.clone())),
            python: Arc::new(FakePython(self.clone())),
            node: Arc::new(FakeNode(self.clone())),
            mcp: Arc::new(FakeMcp(self.clone())),
            probe: Arc::new(FakeProbe(self.clone())),
            services: Arc::new(FakeStarter(self.clone())),
            inspector: Arc::new(FakeInspector(self.clone())),
            actor: Arc::new(FakeActor(self.clone())),
            store: self.store.clone() as Arc<dyn Store>,
            host: Arc::new(FakeHost(self.clone())),
            sources: Arc::new(FakeSources(self.clone())),
        }
    }

    /// What the machine has, to look at or to change. Do not keep it while ports are called.
    pub fn state(&self) -> MutexGuard<'_, State> {
        // A test that panicked while it held the guard has failed anyway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is now, to compare.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let state = self.state();
        Snapshot {
            files: state.files.clone(),
            images: state.images.clone(),
            containers: state.containers.clone(),
            services: state.services.clone(),
            networks: state.networks.clone(),
            volumes: state.volumes.clone(),
            contents: state.contents.clone(),
            secrets: state.secrets.clone(),
            registrations: state.registrations.clone(),
            store: self.store.snapshot(),
        }
    }
}

impl State {
    /// Puts an image into the registry; its identifier and digest are made from the reference.
    pub fn publish(&mut self, reference: &str) -> ImageInfo {
        let image = image(reference);
        self.registry.insert(reference.to_owned(), image.clone());
        image
    }

    /// Puts an image onto the machine that no registry knows.
    pub fn build(&mut self, reference: &str) -> ImageInfo {
        let image = ImageInfo {
            digest: None,
            ..image(reference)
        };
        self.images.insert(reference.to_owned(), image.clone());
        image
    }

    /// The names of an image: what it is known by, but for digests and its identifier.
    pub(super) fn names_of(&self, id: &str) -> Vec<String> {
        self.images
            .iter()
            .filter(|(name, image)| image.id == id && !name.contains('@') && *name != id)
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The next number of the clock.
    pub(super) fn tick(&mut self) -> u64 {
        self.ticks += 1;
        self.ticks
    }
}

pub(super) fn image(reference: &str) -> ImageInfo {
    // Any text of the right shape that differs for different references will do.
    let hex = |seed: u64| {
        let mut hash = seed;
        let words = (0..4).map(|word| {
            for byte in reference.bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            format!("{:016x}", hash.rotate_left(word))
        });
        words.collect::<String>()
    };
    ImageInfo {
        id: format!("sha256:{}", hex(1)),
        digest: Some(format!("sha256:{}", hex(2))),
        size: 50_000_000,
        created: Some("2026-01-01T00:00:00Z".to_owned()),
        user: String::new(),
        names: Vec::new(),
    }
}

fn program(path: &str, version: &str) -> Program {
    Program {
        path: path.to_owned(),
        version: version.to_owned(),
    }
}
