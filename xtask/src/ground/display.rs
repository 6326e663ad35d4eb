//! A display that nobody sees.

use super::part::{Part, tied};
use super::room::Room;
use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::Interrupt;
use crate::{out, paths};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// A running Xvfb.
pub struct Display {
    name: String,
    _part: Part,
}

impl Display {
    /// Starts it on a number that it finds free by itself.
    pub fn start(room: &Room, interrupt: &Interrupt) -> Result<Self> {
        let Some(program) = paths::on_path("Xvfb") else {
            return fail("Xvfb is missing (Debian: xvfb); run `cargo xtask setup`");
        };
        let cmd = tied(Cmd::new(program).args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1600x1000x24",
            "-nolisten",
            "tcp",
        ]));
        let log = room.dir().join("xvfb.log");
        let mut part = Part::start("Xvfb", interrupt, &cmd, &log, Some(Stdio::piped()))?;
        // It writes the number once it is ready; at the end of a failed start, nothing.
        let mut number = String::new();
        if let Some(stdout) = part.stdout() {
            BufReader::new(stdout)
                .read_line(&mut number)
                .doing(|| "asking Xvfb".to_owned())?;
        }
        let name = part.until(|| {
            let number = number.trim();
            (!number.is_empty()).then(|| format!(":{number}"))
        })?;
        out::line(format!("display {name}"));
        Ok(Self { name, _part: part })
    }

    /// `:n`.
    pub fn name(&self) -> &str {
        &self.name
    }
}
