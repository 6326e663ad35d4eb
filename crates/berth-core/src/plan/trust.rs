//! What is given away for good: agreed to by typing, not by a click.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Plan;
use crate::error::{Error, ErrorCode, Result};
use crate::server::{Launch, Mount};
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
}

impl Entrusted {
    /// What a launch gives.
    #[must_use]
    pub fn given(launch: &Launch) -> Vec<Self> {
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
