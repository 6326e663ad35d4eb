//! An image registry on a free port of this machine, over plain HTTP: engines allow that for
//! 127.0.0.1 without being told.

use super::part::{Part, tied};
use super::room::Room;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::Interrupt;
use crate::{out, paths};
use std::net::{TcpListener, TcpStream};

/// A running registry with its images in the run's folder.
pub struct Registry {
    address: String,
    _part: Part,
}

impl Registry {
    /// Starts it and waits until it takes connections.
    pub fn start(room: &Room, interrupt: &Interrupt) -> Result<Self> {
        let Some(program) = paths::on_path("docker-registry") else {
            return fail("docker-registry is missing; run `cargo xtask setup`");
        };
        let address = free_address()?;
        let storage = room.folder("registry")?;
        let config = room.dir().join("registry.yml");
        let text = format!(
            "version: 0.1\nlog: {{level: warn}}\nstorage:\n  filesystem: {{rootdirectory: {storage:?}}}\n  \
             delete: {{enabled: true}}\nhttp: {{addr: {address:?}}}\n"
        );
        std::fs::write(&config, text).doing(|| format!("writing {}", config.display()))?;
        let cmd = tied(Cmd::new(program).arg("serve").arg(&config));
        let log = room.dir().join("registry.log");
        let mut part = Part::start("docker-registry", interrupt, &cmd, &log, None)?;
        part.until(|| TcpStream::connect(&address).ok())?;
        out::line(format!("image registry at {address}"));
        Ok(Self {
            address,
            _part: part,
        })
    }

    /// `127.0.0.1:port`.
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// A port that was free a moment ago; taken by another in between, the registry says so and ends.
fn free_address() -> Result<String> {
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).doing(|| "finding a free port".to_owned())?;
    let address = listener
        .local_addr()
        .doing(|| "finding a free port".to_owned())?;
    Ok(address.to_string())
}
