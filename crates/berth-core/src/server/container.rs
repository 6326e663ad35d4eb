use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::HttpLaunch;
use crate::catalog::{Access, Network};
use crate::stack::Stack;

/// A container as it is started for a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ContainerLaunch {
    /// Repository and tag, for people.
    pub image: String,
    /// Identifier of the image that was pinned (`sha256:…`); this is what is started.
    pub image_id: String,
    /// Replaces the image's entry point, unless empty.
    pub entrypoint: Vec<String>,
    /// Arguments.
    pub args: Vec<String>,
    /// Environment without secrets.
    pub env: BTreeMap<String, String>,
    /// What of this computer is visible inside.
    pub mounts: Vec<Mount>,
    /// How it is reached, where it does not speak over its input and output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpLaunch>,
    /// How it is confined.
    pub hardening: Hardening,
    /// What has to run beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<Stack>,
}

/// Something of this computer that is visible inside a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Mount {
    Bind {
        source: String,
        target: String,
        access: Access,
    },
    Volume {
        name: String,
        target: String,
    },
    /// The container engine's socket, where the engine itself has it.
    EngineSocket {
        source: String,
        target: String,
    },
}

/// How a container is confined (FORMATS, "Containers"): the default of every field is the strict
/// one. There is no field for a TTY, privileged mode or the host's network or processes: they are
/// never given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Hardening {
    /// The root file system cannot be written.
    pub read_only_root: bool,
    /// Options of the tmpfs on `/tmp`.
    pub tmpfs_tmp: String,
    /// Processes cannot gain privileges (setuid and the like).
    pub no_new_privileges: bool,
    /// All capabilities are dropped.
    pub drop_all_capabilities: bool,
    /// An init process reaps and forwards signals.
    pub init: bool,
    /// Most processes.
    pub pids: u32,
    /// Most memory, in MiB.
    pub memory_mib: u32,
    /// Most CPUs.
    pub cpus: f64,
    /// Its network.
    pub network: Network,
    /// `uid` or `uid:gid`; `None` is the image's own user.
    pub user: Option<String>,
    /// Further folders in memory, with the options of `/tmp`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scratch: Vec<String>,
    /// Groups that its user is in beside its own: that of the engine's socket.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<u32>,
}

impl Default for Hardening {
    fn default() -> Self {
        Self {
            read_only_root: true,
            tmpfs_tmp: "rw,noexec,nosuid,size=64m".to_owned(),
            no_new_privileges: true,
            drop_all_capabilities: true,
            init: true,
            pids: 256,
            memory_mib: 2048,
            cpus: 1.0,
            network: Network::Bridge,
            user: None,
            scratch: Vec::new(),
            groups: Vec::new(),
        }
    }
}
