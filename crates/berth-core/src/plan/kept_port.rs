//! The port of this computer at which a server that runs all the time is kept.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorCode, Result};
use crate::port::{Ports, ServiceState};
use crate::server::Installation;
use crate::stack::{Stack, containers};

/// Below what systems give to outgoing connections (from 32768 on Linux, 49152 elsewhere; RFC 6335,
/// section 6), so that none of them has it when the server comes back.
const FIRST: u16 = 20_000;
/// How many are tried.
const COUNT: u16 = 10_000;

/// The port that an installation has, or a free one. The search begins at a place that depends on the
/// name: removed and installed again, a server is where it was.
///
/// # Errors
/// `PortTaken` where none is free; what the store and the engine say.
pub(super) async fn keep(ports: &Ports, name: &str, old: Option<&Installation>) -> Result<u16> {
    let host = ports.host.as_ref();
    if let Some(port) = old.and_then(|old| old.launch.kept_port())
        && (host.port_is_free(port) || is_there(ports, name).await?)
    {
        return Ok(port);
    }
    // One that is stopped comes back.
    let promised: BTreeSet<u16> = ports
        .store
        .installations()?
        .iter()
        .filter(|other| other.name != name)
        .filter_map(|other| other.launch.kept_port())
        .collect();
    let hash = Sha256::digest(format!("{}\0{name}", host.home()).as_bytes());
    let begin = u16::from_be_bytes([hash[0], hash[1]]) % COUNT;
    (0..COUNT)
        .map(|step| FIRST + (begin + step) % COUNT)
        .find(|port| !promised.contains(port) && host.port_is_free(*port))
        .ok_or_else(|| Error::new(ErrorCode::PortTaken { port: FIRST }))
}

/// Whether what listens there is the server itself.
async fn is_there(ports: &Ports, name: &str) -> Result<bool> {
    let services = containers(ports.engine.as_ref(), &ports.host.home(), name).await?;
    let mut running = services
        .iter()
        .filter(|service| service.state != ServiceState::Stopped);
    Ok(running.any(|service| service.labels.service == Stack::SERVER))
}
