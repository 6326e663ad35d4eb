//! One installed server: where its connection to the clients is broken.
//!
//! What there is to know is gathered through the ports ([`gather`]); what it means is a pure function
//! of it ([`checks`]). The server is started only where nothing before says that it cannot be, and a
//! client is asked only where the server answers.

mod checks;
mod fixes;
mod gather;
mod ground;
mod hand;
mod place;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CheckStatus, Fix, Seen};
use crate::catalog::CredentialCheck;
use crate::client::Place;
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::port::Ports;
use crate::progress::Watch;
use crate::server::Installation;

/// What was seen of one server's connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Diagnosis {
    /// The installation.
    pub name: String,
    /// In the order of the way from a client to the server: each stands on those before it.
    pub checks: Vec<ServerCheck>,
    /// A command line for this computer's shell that starts the server as a client does, and sends
    /// it `initialize`. It holds no secret.
    pub by_hand: String,
}

/// One look at a server's connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ServerCheck {
    /// What was looked at.
    pub id: ServerCheckId,
    /// The place, where it is of one.
    pub place: Option<Place>,
    /// How it stands.
    pub status: CheckStatus,
    /// What was seen, where it is worth telling.
    pub seen: Vec<Seen>,
    /// What is wrong.
    pub error: Option<Error>,
    /// What can be done about it.
    pub fixes: Vec<Fix>,
}

/// What is looked at of a server, in this order. What does not belong to a server (an engine, where
/// it needs none) is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServerCheckId {
    /// The client's file: there, readable, valid.
    Config,
    /// What it has registered under the name: what Berth wrote.
    Registration,
    /// The program that is registered.
    Launcher,
    /// What Berth would start: what was agreed to.
    Record,
    /// The secrets that it needs: in the vault. Their values are not read.
    Secrets,
    /// The container engine.
    Engine,
    /// Its images.
    Images,
    /// The program and the folder of its environment.
    Environment,
    /// Files and folders of the person's that it was given.
    Folders,
    /// The services beside it.
    Services,
    /// Containers of sessions that run now; none is no fault.
    Sessions,
    /// It was started as a client starts it, and has listed its tools.
    Handshake,
    /// What the client itself says.
    Client,
}

/// Looks along a server's connection. It starts the server, as every client does, and keeps nothing
/// of what is seen. `facts` are of now; `credential_check` is the entry's.
///
/// # Errors
/// `Cancelled`, and where Berth does not know its own launcher. What is wrong with the server is in
/// the checks.
pub async fn diagnose_server(
    ports: &Ports,
    installation: &Installation,
    facts: &Facts,
    credential_check: Option<&CredentialCheck>,
    watch: &Watch,
) -> Result<Diagnosis> {
    let here = gather::here(ports, installation, facts);
    let mut seen = watch.until_cancelled(here).await?;
    let command = ports.host.launcher_absolute(&installation.name)?;
    let by_hand = hand::by_hand(&command, ports.host.platform());
    if checks::may_start(&checks::checks(installation, &seen)) {
        gather::answer(
            ports,
            installation,
            command,
            credential_check,
            &mut seen,
            watch,
        )
        .await?;
    }
    let open = checks::may_ask(&checks::checks(installation, &seen));
    gather::verdicts(ports, installation, &open, &mut seen, watch).await?;
    Ok(Diagnosis {
        name: installation.name.clone(),
        checks: checks::checks(installation, &seen),
        by_hand,
    })
}

/// A check that was looked at and is as it should be.
fn good(id: ServerCheckId, seen: Vec<Seen>) -> ServerCheck {
    ServerCheck {
        id,
        place: None,
        status: CheckStatus::Good,
        seen,
        error: None,
        fixes: Vec::new(),
    }
}

/// A check that was not looked at, because of one before it.
fn skipped(id: ServerCheckId) -> ServerCheck {
    ServerCheck {
        status: CheckStatus::Skipped,
        ..good(id, Vec::new())
    }
}

fn bad(id: ServerCheckId, error: Error, fixes: Vec<Fix>) -> ServerCheck {
    ServerCheck {
        status: CheckStatus::Bad,
        error: Some(error),
        fixes,
        ..good(id, Vec::new())
    }
}

fn limited(id: ServerCheckId, error: Error, fixes: Vec<Fix>) -> ServerCheck {
    ServerCheck {
        status: CheckStatus::Limited,
        ..bad(id, error, fixes)
    }
}
