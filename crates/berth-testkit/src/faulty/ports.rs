//! The ports with faults around them, one like the other.

use std::sync::Arc;

use async_trait::async_trait;
use berth_core::client::{ClientState, LauncherCommand, Place, Registration, Scope};
use berth_core::error::Result;
use berth_core::facts::{EngineFacts, Platform, Program, VaultFacts};
use berth_core::image::{Dependency, ImageLayer, Sent};
use berth_core::job::{Job, LogLine};
use berth_core::plan::{NodeBuild, PythonTool, VaultItem};
use berth_core::port::{
    BuildRequest, ClientHealth, Clients, Engine, Host, ImageInfo, JobGuard, NodeRuntime, PathKind,
    Ports, Project, PythonRuntime, SessionContainer, Sources, Store, Vault,
};
use berth_core::progress::Watch;
use berth_core::secret::Secret;
use berth_core::server::Installation;
use berth_core::settings::{MachineNotes, Settings};

use super::Faults;

mod backups;

/// A port and the faults around it.
pub(super) struct Faulty<P: ?Sized> {
    pub(super) port: Arc<P>,
    pub(super) faults: Faults,
}

/// The same ports, with these faults.
#[must_use]
pub fn wrap(ports: &Ports, faults: &Faults) -> Ports {
    fn around<P: ?Sized>(port: &Arc<P>, faults: &Faults) -> Arc<Faulty<P>> {
        Arc::new(Faulty {
            port: port.clone(),
            faults: faults.clone(),
        })
    }
    Ports {
        engine: around(&ports.engine, faults),
        backups: around(&ports.backups, faults),
        vault: around(&ports.vault, faults),
        clients: around(&ports.clients, faults),
        python: around(&ports.python, faults),
        node: around(&ports.node, faults),
        mcp: around(&ports.mcp, faults),
        // What nobody answers has no error.
        probe: ports.probe.clone(),
        services: around(&ports.services, faults),
        inspector: around(&ports.inspector, faults),
        actor: around(&ports.actor, faults),
        store: around(&ports.store, faults),
        host: around(&ports.host, faults),
        sources: around(&ports.sources, faults),
    }
}

/// Writes a method that does nothing but call the port's, with the faults around it. Those that
/// wait are written out below: async_trait does not see into a macro.
macro_rules! faulty {
    ($area:literal, $name:ident($($arg:ident: $ty:ty),*) -> $out:ty) => {
        fn $name(&self, $($arg: $ty),*) -> Result<$out> {
            let name = concat!($area, ".", stringify!($name));
            self.faults.around(name, || self.port.$name($($arg),*))
        }
    };
}

#[async_trait]
impl Engine for Faulty<dyn Engine> {
    async fn probe(&self) -> Result<EngineFacts> {
        let work = self.port.probe();
        self.faults.around_async("engine.probe", work).await
    }

    async fn image(&self, reference: &str) -> Result<Option<ImageInfo>> {
        let work = self.port.image(reference);
        self.faults.around_async("engine.image", work).await
    }

    async fn image_layers(&self, reference: &str) -> Result<Vec<ImageLayer>> {
        let work = self.port.image_layers(reference);
        self.faults.around_async("engine.image_layers", work).await
    }

    async fn pull(&self, reference: &str, watch: &Watch) -> Result<ImageInfo> {
        let work = self.port.pull(reference, watch);
        self.faults.around_async("engine.pull", work).await
    }

    async fn build(&self, request: &BuildRequest, watch: &Watch) -> Result<ImageInfo> {
        let work = self.port.build(request, watch);
        self.faults.around_async("engine.build", work).await
    }

    async fn tag_image(&self, id: &str, reference: &str) -> Result<()> {
        let work = self.port.tag_image(id, reference);
        self.faults.around_async("engine.tag_image", work).await
    }

    async fn remove_image(&self, reference: &str) -> Result<()> {
        let work = self.port.remove_image(reference);
        self.faults.around_async("engine.remove_image", work).await
    }

    async fn session_containers(&self, name: Option<&str>) -> Result<Vec<SessionContainer>> {
        let work = self.port.session_containers(name);
        self.faults
            .around_async("engine.session_containers", work)
            .await
    }

    async fn remove_container(&self, id: &str) -> Result<()> {
        let work = self.port.remove_container(id);
        self.faults
            .around_async("engine.remove_container", work)
            .await
    }

    async fn remove_volume(&self, name: &str) -> Result<()> {
        let work = self.port.remove_volume(name);
        self.faults.around_async("engine.remove_volume", work).await
    }

    async fn volume_exists(&self, name: &str) -> Result<bool> {
        let work = self.port.volume_exists(name);
        self.faults.around_async("engine.volume_exists", work).await
    }

    async fn volume_in_use(&self, name: &str) -> Result<bool> {
        let work = self.port.volume_in_use(name);
        self.faults.around_async("engine.volume_in_use", work).await
    }
}

#[async_trait]
impl Vault for Faulty<dyn Vault> {
    async fn probe(&self) -> Result<VaultFacts> {
        let work = self.port.probe();
        self.faults.around_async("vault.probe", work).await
    }

    async fn set(&self, item: &VaultItem, value: &Secret) -> Result<()> {
        let work = self.port.set(item, value);
        self.faults.around_async("vault.set", work).await
    }

    async fn contains(&self, item: &VaultItem) -> Result<bool> {
        let work = self.port.contains(item);
        self.faults.around_async("vault.contains", work).await
    }

    async fn copy(&self, from: &VaultItem, to: &VaultItem) -> Result<()> {
        let work = self.port.copy(from, to);
        self.faults.around_async("vault.copy", work).await
    }

    async fn delete(&self, item: &VaultItem) -> Result<()> {
        let work = self.port.delete(item);
        self.faults.around_async("vault.delete", work).await
    }

    async fn create_passphrase_vault(&self, passphrase: &Secret) -> Result<()> {
        let work = self.port.create_passphrase_vault(passphrase);
        self.faults
            .around_async("vault.create_passphrase_vault", work)
            .await
    }

    async fn unlock(&self, passphrase: &Secret) -> Result<()> {
        let work = self.port.unlock(passphrase);
        self.faults.around_async("vault.unlock", work).await
    }
}

#[async_trait]
impl Clients for Faulty<dyn Clients> {
    async fn probe(&self, projects: &[String]) -> Result<ClientState> {
        let work = self.port.probe(projects);
        self.faults.around_async("claude.probe", work).await
    }

    async fn probe_desktop(&self) -> Result<ClientState> {
        let work = self.port.probe_desktop();
        self.faults.around_async("claude.probe_desktop", work).await
    }

    fn desktop_file(&self) -> Result<String> {
        self.port.desktop_file()
    }

    async fn registration(&self, name: &str, place: &Place) -> Result<Option<Registration>> {
        let work = self.port.registration(name, place);
        self.faults.around_async("claude.registration", work).await
    }

    async fn register(&self, name: &str, place: &Place, command: &LauncherCommand) -> Result<()> {
        let work = self.port.register(name, place, command);
        self.faults.around_async("claude.register", work).await
    }

    async fn unregister(&self, name: &str, place: &Place) -> Result<()> {
        let work = self.port.unregister(name, place);
        self.faults.around_async("claude.unregister", work).await
    }

    async fn restore(&self, registration: &Registration) -> Result<()> {
        let work = self.port.restore(registration);
        self.faults.around_async("claude.restore", work).await
    }

    async fn health(&self, name: &str, place: &Place) -> Result<ClientHealth> {
        let work = self.port.health(name, place);
        self.faults.around_async("claude.health", work).await
    }
}

#[async_trait]
impl PythonRuntime for Faulty<dyn PythonRuntime> {
    async fn probe_uv(&self) -> Result<Program> {
        let work = self.port.probe_uv();
        self.faults.around_async("python.probe_uv", work).await
    }

    async fn probe_python(&self) -> Result<Program> {
        let work = self.port.probe_python();
        self.faults.around_async("python.probe_python", work).await
    }

    async fn create_venv(
        &self,
        tool: PythonTool,
        program: &str,
        requires: &str,
        venv: &str,
        watch: &Watch,
    ) -> Result<()> {
        let work = self.port.create_venv(tool, program, requires, venv, watch);
        self.faults.around_async("python.create_venv", work).await
    }

    async fn install(
        &self,
        tool: PythonTool,
        program: &str,
        venv: &str,
        requirements: &[String],
        script: &str,
        watch: &Watch,
    ) -> Result<()> {
        let work = self
            .port
            .install(tool, program, venv, requirements, script, watch);
        self.faults.around_async("python.install", work).await
    }
}

#[async_trait]
impl NodeRuntime for Faulty<dyn NodeRuntime> {
    async fn probe(&self) -> Result<Program> {
        let work = self.port.probe();
        self.faults.around_async("node.probe", work).await
    }

    async fn install(
        &self,
        program: &str,
        folder: &str,
        package: &str,
        version: &str,
        bin: &str,
        watch: &Watch,
    ) -> Result<()> {
        let work = self
            .port
            .install(program, folder, package, version, bin, watch);
        self.faults.around_async("node.install", work).await
    }

    async fn build(&self, build: &NodeBuild, watch: &Watch) -> Result<()> {
        let work = self.port.build(build, watch);
        self.faults.around_async("node.build", work).await
    }
}

impl Store for Faulty<dyn Store> {
    faulty!("store", installations() -> Vec<Installation>);
    faulty!("store", installation(name: &str) -> Option<Installation>);
    faulty!("store", generation(name: &str, generation: &str) -> Option<Installation>);
    faulty!("store", put_installation(installation: &Installation) -> ());
    faulty!("store", use_generation(name: &str, generation: &str) -> ());
    faulty!("store", forget_generation(name: &str, generation: &str) -> ());
    faulty!("store", delete_installation(name: &str) -> ());
    faulty!("store", create_job(job: &Job) -> ());
    faulty!("store", update_job(job: &Job) -> ());
    faulty!("store", job(id: &str) -> Option<Job>);
    faulty!("store", jobs(limit: u32) -> Vec<Job>);
    faulty!("store", open_jobs() -> Vec<Job>);
    faulty!("store", delete_job(id: &str) -> ());
    faulty!("store", append_log(job: &str, lines: &[LogLine]) -> ());
    faulty!("store", log(job: &str) -> Vec<LogLine>);
    faulty!("store", lock_job(id: &str) -> Option<JobGuard>);
    faulty!("store", await_launches() -> ());
    faulty!("store", request_cancel(id: &str) -> ());
    faulty!("store", cancel_requests() -> Vec<String>);
    faulty!("store", settings() -> Settings);
    faulty!("store", put_settings(settings: &Settings) -> ());
    faulty!("store", machine_notes() -> MachineNotes);
    faulty!("store", put_machine_notes(notes: &MachineNotes) -> ());
    faulty!("store", change_counter() -> u64);
}
#[async_trait]
impl Host for Faulty<dyn Host> {
    // What cannot fail has no faults.
    fn home(&self) -> String {
        self.port.home()
    }
    fn user_home(&self) -> String {
        self.port.user_home()
    }
    fn link_path(&self) -> String {
        self.port.link_path()
    }
    fn finds(&self, program: &str) -> bool {
        self.port.finds(program)
    }
    fn path_kind(&self, path: &str) -> PathKind {
        self.port.path_kind(path)
    }
    fn port_is_free(&self, port: u16) -> bool {
        self.port.port_is_free(port)
    }
    fn platform(&self) -> Platform {
        self.port.platform()
    }
    fn user_ids(&self) -> Option<(u32, u32)> {
        self.port.user_ids()
    }
    fn now(&self) -> String {
        self.port.now()
    }
    fn new_id(&self) -> String {
        self.port.new_id()
    }
    fn random(&self, bytes: &mut [u8]) -> Result<()> {
        self.port.random(bytes)
    }
    fn pid(&self) -> u32 {
        self.port.pid()
    }
    fn owner_lives(&self, owner: &str) -> bool {
        self.port.owner_lives(owner)
    }

    async fn launcher_on_path(&self) -> Result<Program> {
        let work = self.port.launcher_on_path();
        self.faults
            .around_async("host.launcher_on_path", work)
            .await
    }
    async fn probe_git(&self) -> Result<Program> {
        let work = self.port.probe_git();
        self.faults.around_async("host.probe_git", work).await
    }

    faulty!("host", launcher(name: &str, scope: Scope) -> LauncherCommand);
    faulty!("host", launcher_absolute(name: &str) -> LauncherCommand);
    faulty!("host", settle_launcher() -> ());
    faulty!("host", link_launcher() -> String);
    faulty!("host", canonical(path: &str) -> String);
    faulty!("host", create_folder(path: &str) -> ());
    faulty!("host", delete_folder(path: &str) -> ());
    faulty!("host", backup_registration(job: &str, registration: &Registration) -> String);
    faulty!("host", read_backup(path: &str) -> Registration);
    faulty!("host", delete_backups(job: &str) -> ());
}

impl Sources for Faulty<dyn Sources> {
    faulty!("sources", project(folder: &str, file: &str) -> Option<Project>);
    faulty!("sources", folders(folder: &str, limit: usize) -> Vec<String>);
    faulty!("sources", sent(build: &BuildRequest) -> Sent);
    faulty!("sources", dependencies(folder: &str) -> Vec<Dependency>);
    faulty!("sources", env_file(folder: &str) -> Option<Secret>);
}
