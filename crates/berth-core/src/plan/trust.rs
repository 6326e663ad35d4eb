//! What is given away for good: agreed to by typing, not by a click.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Plan;
use crate::catalog::Access;
use crate::error::{Error, ErrorCode, Result};
use crate::input::{InputValue, PrivatePlaces};
use crate::server::{Installation, Launch, Mount};
use crate::stack::Stack;

/// Something that lets a server do more than any confinement can take back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Entrusted {
    /// The container engine's socket. With it one can start a container that has every file of this
    /// computer, so whoever controls the server controls the computer.
    EngineSocket {
        /// The service that has it; the server itself where there is none.
        service: Option<String>,
        /// Where the socket is.
        socket: String,
    },
    /// A file or folder that gives away more than a folder of work: credentials, the whole home, what
    /// belongs to the system ([`PrivatePlaces`](crate::input::PrivatePlaces)).
    Files {
        /// Absolute path.
        path: String,
        /// Whether the server can change what is there.
        writable: bool,
    },
}

impl Entrusted {
    /// What an installation gives on this computer.
    #[must_use]
    pub fn given(installation: &Installation, private: &PrivatePlaces) -> Vec<Self> {
        let mut given = Self::sockets(&installation.launch);
        let grants = installation.inputs.values().flat_map(|value| match value {
            InputValue::Paths(grants) => grants.as_slice(),
            _ => &[],
        });
        let files = grants.filter(|grant| private.touches(&grant.path));
        given.extend(files.map(|grant| Self::Files {
            path: grant.path.clone(),
            writable: grant.access == Access::ReadWrite,
        }));
        given
    }

    /// Whether who has this has the other as well.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Files { path, writable },
                Self::Files {
                    path: other,
                    writable: writes,
                },
            ) => path == other && (*writable || !writes),
            _ => self == other,
        }
    }

    fn sockets(launch: &Launch) -> Vec<Self> {
        let Launch::Container(container) = launch else {
            return Vec::new();
        };
        let services = container.stack.iter().flat_map(|stack| &stack.services);
        // A server that stays is one of the services, and the same server.
        let services = services
            .filter(|service| service.name != Stack::SERVER)
            .map(|service| (Some(&service.name), &service.launch));
        let containers = std::iter::once((None, &**container)).chain(services);
        let sockets = containers.flat_map(|(service, launch)| {
            launch.mounts.iter().filter_map(move |mount| match mount {
                Mount::EngineSocket { source, .. } => Some(Self::EngineSocket {
                    service: service.cloned(),
                    socket: source.clone(),
                }),
                Mount::Bind { .. } | Mount::Volume { .. } => None,
            })
        });
        sockets.collect()
    }
}

impl Plan {
    /// Checks what was typed, where the plan needs that.
    ///
    /// # Errors
    /// `TrustNeeded`.
    pub fn check_trust(&self, typed: Option<&str>) -> Result<()> {
        let is_name = typed.is_some_and(|typed| typed.trim() == self.name);
        if self.trust.is_empty() || is_name {
            return Ok(());
        }
        Err(Error::new(ErrorCode::TrustNeeded {
            name: self.name.clone(),
        }))
    }
}
