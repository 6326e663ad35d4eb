//! Plans: what will be done, in order, before anything is done.
//!
//! A plan is made by a pure function of entry, choices and facts ([`install`], [`remove`]). What
//! the consent sheet shows are the previews of exactly these steps, and exactly these steps run.

mod action;
mod backup;
mod choices;
pub mod command;
mod connect;
mod direct;
mod fingerprint;
mod install;
mod kept_port;
mod node_build;
mod prepare;
pub mod preview;
mod project;
mod purpose;
mod references;
mod registered;
mod remove;
mod render;
mod trust;
mod variants;
mod vault;
mod warning;

pub use action::{obstacle, prepare_action};
pub use backup::{prepare_backup, prepare_restore};
pub use choices::{Choices, HereImage};
pub use connect::{prepare_connect, prepare_disconnect};
pub(crate) use direct::helper;
pub use fingerprint::fingerprint;
pub use install::{Surroundings, install};
pub use node_build::{NodeBuild, NodeManager};
pub use prepare::{here, prepare_install, prepare_remove, prepare_verify};
pub use preview::preview;
pub use project::environments;
pub use purpose::Purpose;
pub use references::exact_reference;
pub use remove::{remove, vault_items, verify};
pub use trust::Entrusted;
pub use variants::{VariantState, default_variant, variants};
pub use vault::VaultItem;
pub use warning::Warning;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::backup::Backup;
use crate::catalog::{CredentialCheck, Generate};
use crate::client::{DirectAddress, LauncherCommand, Place, RegistrationSummary};
use crate::port::VolumeAt;
use crate::server::{Act, BuiltImage, Criterion, DataPlace, Installation, SecretUse};
use crate::stack::Stack;

/// An ordered list of steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Plan {
    /// What it is for.
    pub purpose: Purpose,
    /// Name of the installation.
    pub name: String,
    /// The entry, for the window.
    pub entry: String,
    /// The variant, for the window.
    pub variant: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Things to know before agreeing.
    pub warnings: Vec<Warning>,
    /// What it gives that a click is not enough for, and that the installation does not have yet:
    /// it is agreed to by typing the installation's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trust: Vec<Entrusted>,
}

/// One step. Its fields are all it needs; what it finds out goes to its
/// [`crate::job::StepOutcome`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Makes the folder of the new generation.
    CreateFolder {
        /// Absolute path; it must not exist.
        path: String,
    },
    /// Makes sure that the folder for the installation's own data is there. It survives updates,
    /// so it may exist.
    DataFolder {
        /// Absolute path.
        path: String,
    },
    /// Pulls an image and pins its digest.
    PullImage {
        /// Repository and tag, or repository and digest.
        reference: String,
        /// Digest that the entry was reviewed with; another one is refused.
        digest: Option<String>,
    },
    /// Uses an image that is already on this computer, and pins its identifier.
    UseImage {
        /// Repository and tag.
        reference: String,
    },
    /// Builds an image from a source folder, gives it its name, and pins its identifier.
    BuildImage {
        /// Absolute path of the source folder.
        context: String,
        /// Path of the Dockerfile inside it.
        dockerfile: String,
        /// The stage to stop at; the last one where there is none.
        target: Option<String>,
        /// Build arguments.
        args: BTreeMap<String, String>,
        /// Repository and tag that it gets.
        tag: String,
        /// Whether nothing that the engine remembers is used.
        no_cache: bool,
        /// What has that name now; it stays, without it.
        here: Option<HereImage>,
    },
    /// Makes a virtual environment.
    CreateVenv {
        /// With which tool.
        tool: PythonTool,
        /// Absolute path of uv, or of the Python that makes the environment.
        program: String,
        /// Version of Python that is asked for: `>=3.11`.
        requires: String,
        /// Absolute path of the environment.
        venv: String,
    },
    /// Installs packages into that environment.
    InstallPython {
        /// With which tool.
        tool: PythonTool,
        /// Absolute path of uv; the environment's own Python is used otherwise.
        program: String,
        /// Absolute path of the environment.
        venv: String,
        /// Exact requirements: `mcp-server-time==2025.9.25`.
        requirements: Vec<String>,
        /// Absolute path of the console script that must be there afterwards.
        script: String,
    },
    /// Installs a package into a folder of its own.
    InstallNode {
        /// Absolute path of node; npm is beside it.
        program: String,
        /// Absolute path of the folder.
        folder: String,
        /// Name.
        package: String,
        /// Exact version.
        version: String,
        /// Absolute path of the executable that must be there afterwards.
        bin: String,
    },
    /// Builds a copy of a project's folder.
    BuildNode {
        /// How.
        build: Box<NodeBuild>,
    },
    /// Stores a secret that was given now. The value is not part of the plan.
    StoreSecret {
        /// The input's key.
        input: String,
        /// The vault item.
        item: VaultItem,
    },
    /// Makes a secret and stores it. Nobody sees the value.
    MakeSecret {
        /// The input's key.
        input: String,
        /// The vault item.
        item: VaultItem,
        /// How it is made.
        generate: Generate,
    },
    /// Copies a secret of the generation that is replaced.
    KeepSecret {
        /// The input's key.
        input: String,
        /// The old generation's item.
        from: VaultItem,
        /// The new generation's item.
        to: VaultItem,
    },
    /// Writes the installation, replacing the generation before it.
    WriteInstallation {
        /// The record. Its image identifier and digest are filled from the step that pinned
        /// them, its time and its seal then.
        installation: Box<Installation>,
        /// The generation that it replaces; another one there means that the plan is outdated.
        replaces: Option<String>,
    },
    /// Brings the services of an installation up, in their order, and waits until they are well.
    /// Those of another generation are stopped before: they have the same volumes.
    StartServices {
        /// The installation.
        name: String,
        /// Its new generation.
        generation: String,
        /// The services, as the record has them but for what is pinned.
        stack: Box<Stack>,
        /// The secrets that they get.
        secrets: Vec<SecretUse>,
        /// The launcher's command for the installation: it may read the vault.
        command: LauncherCommand,
        /// The generation whose services are started again when this is undone.
        restarts: Option<String>,
        /// Whether the services of the generation before are on the same network.
        joins: bool,
    },
    /// Takes the services of an installation away, and their network. Their volumes stay.
    RemoveServices {
        /// The installation.
        name: String,
        /// Only those of this generation.
        generation: Option<String>,
        /// The network; `None` where another generation's services are on it.
        network: Option<String>,
    },
    /// Registers with a client.
    Register {
        /// The name.
        name: String,
        /// Where.
        place: Place,
        /// What.
        command: LauncherCommand,
        /// What is registered there now and will be replaced. A foreign one that is not this one
        /// is never replaced.
        replaces: Option<RegistrationSummary>,
        /// Absolute path of the file, where Berth writes it itself (Claude Desktop's).
        #[serde(default)]
        file: Option<String>,
    },
    /// Takes a registration of Berth's out of a client; a foreign one stays.
    Unregister {
        /// The name.
        name: String,
        /// Where.
        place: Place,
        /// As for [`Step::Register`].
        #[serde(default)]
        file: Option<String>,
        /// The address that the client has there, if it has that.
        #[serde(default)]
        address: Option<DirectAddress>,
    },
    /// Writes down that an installed server is registered at one place more, or no longer.
    NotePlace {
        /// The name.
        name: String,
        /// Where.
        place: Place,
        /// Whether it is registered there from now on.
        there: bool,
        /// The address that the client gets there, if it gets that.
        #[serde(default)]
        address: Option<DirectAddress>,
    },
    /// Starts the registered command as a client would, and asks for its tools.
    Verify {
        /// The installation.
        name: String,
        /// What is started.
        command: LauncherCommand,
        /// Where Claude Code should report it as connected; `None` when only the handshake is
        /// asked for.
        place: Option<Place>,
        /// Seconds that the first answer may take.
        startup_seconds: u32,
        /// A call that proves the credentials.
        credential_check: Option<CredentialCheck>,
        /// What is looked at beside that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        criteria: Vec<Criterion>,
    },
    /// Does one step of an action, from the installation's record.
    Act {
        /// The installation.
        name: String,
        /// Its generation.
        generation: String,
        /// The action.
        action: String,
        /// What it does, for people.
        title: String,
        /// Number of the step in the action; the first is 0.
        number: usize,
        /// The step, as the record has it.
        act: Box<Act>,
        /// The launcher's command for the installation: it may read the vault.
        command: LauncherCommand,
    },
    /// Ends the sessions of an installation: containers that run for it.
    EndSessions {
        /// The installation.
        name: String,
    },
    /// Takes the installation's record away.
    DeleteInstallation {
        /// The name.
        name: String,
    },
    /// Takes the record of one generation away, after another one has replaced it.
    ForgetGeneration {
        /// The name.
        name: String,
        /// The generation.
        generation: String,
    },
    /// Takes away an image that Berth built, unless another installation uses it. What had its
    /// name before gets it back.
    RemoveImage {
        /// The image.
        image: BuiltImage,
    },
    /// Deletes vault items.
    DeleteSecrets {
        /// The items.
        items: Vec<VaultItem>,
    },
    /// Deletes a folder of Berth's own.
    DeleteFolder {
        /// Absolute path below Berth's home.
        path: String,
    },
    /// Makes sure that nothing uses the volumes. From here on no session begins until the job has
    /// put them right.
    CheckUnused {
        /// The installation.
        name: String,
        /// The volumes.
        volumes: Vec<String>,
    },
    /// Writes volumes into a new file.
    WriteBackup {
        /// Absolute path.
        file: String,
        /// What the file says of itself. Its identifier and its time are filled in then.
        backup: Backup,
        /// The volumes, in the backup's order.
        volumes: Vec<VolumeAt>,
    },
    /// Reads a whole backup, so that nothing is begun with one that is not whole.
    CheckBackup {
        /// Absolute path.
        file: String,
        /// What the file says of itself.
        backup: Backup,
    },
    /// Keeps a copy of a volume until the job has ended well. A volume that is not there has none.
    KeepVolume {
        /// The volume.
        volume: VolumeAt,
    },
    /// Replaces what a volume holds. The undo puts the copy back.
    RestoreVolume {
        /// Absolute path of the backup.
        file: String,
        /// The number of the volume in it; the first is 0.
        number: usize,
        /// The volume.
        volume: VolumeAt,
    },
    /// Deletes the copy of a volume.
    ForgetVolume {
        /// The volume that it is a copy of.
        volume: VolumeAt,
    },
    /// Deletes data of the installation: what is lost is named.
    DeleteData {
        /// What.
        data: DataPlace,
    },
}

/// What makes Python environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PythonTool {
    /// uv, which can also bring a Python.
    Uv,
    /// The `venv` module and pip.
    Pip,
}
