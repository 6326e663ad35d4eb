//! The ground that tests stand on: real components, each of this run's own, started here and ended
//! here. Linux only; other platforms run the tests that need none of it.
//!
//! Everything of a run is in one folder in target/test-ground, but for sockets: their paths may
//! have 107 bytes at most, so they are in a short folder of the system's temporary one.

mod display;
mod engine;
mod images;
pub mod names;
mod part;
mod postgres;
mod registry;
mod room;
// The same code that tests use to start a keychain of their own; it needs only std.
#[allow(dead_code, reason = "tests use more of it than is used here")]
#[path = "../../../crates/berth-testkit/src/keychain.rs"]
mod keychain;

use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::{Interrupt, Watched, end_process};
use crate::out;
use crate::paths::Paths;
use crate::setup::{claude, newer_python, python, tauri_driver, uv};
use display::Display;
use engine::Engine;
use keychain::Keychain;
use registry::Registry;
use room::Room;
use std::ffi::OsString;

/// Every component, running. Dropping it ends them and removes what they kept.
pub struct Ground {
    env: Vec<(String, OsString)>,
    // Fields are dropped in this order: who uses another goes first.
    _display: Display,
    _watched: [Watched; 2],
    keychain: Keychain,
    _registry: Registry,
    _engine: Engine,
    room: Room,
}

impl Ground {
    /// Starts all components and puts the images into the registry.
    pub fn start(paths: &Paths, interrupt: &Interrupt) -> Result<Self> {
        if !cfg!(target_os = "linux") {
            return fail("the tests' components run on Linux only");
        }
        out::stage("starting the components of the tests");
        let room = Room::make(paths, interrupt)?;
        let engine = Engine::start(&room, interrupt)?;
        let registry = Registry::start(&room, interrupt)?;
        let images = images::make(paths, interrupt, &room, &engine, &registry)?;
        let keychain = Keychain::start().doing(|| "starting a keychain".to_owned())?;
        let watched = keychain
            .pids()
            .map(|id| interrupt.watch(move || end_process(id)));
        let display = Display::start(&room, interrupt)?;

        let mut env: Vec<(String, OsString)> = vec![
            (names::ROOT.into(), paths.root.clone().into()),
            (names::DOCKER_HOST.into(), engine.host().into()),
            (names::REGISTRY.into(), registry.address().into()),
            (names::CLAUDE.into(), claude::program(paths).into()),
            (
                names::NEWER_PYTHON.into(),
                newer_python::program(paths).into(),
            ),
            (names::UV.into(), uv::program(paths).into()),
            (
                names::TAURI_DRIVER.into(),
                tauri_driver::program(paths).into(),
            ),
            (names::WEBKIT_DRIVER.into(), webkit_driver()?),
            (names::DISPLAY.into(), display.name().into()),
            (names::BUS.into(), keychain.address().into()),
            (names::TMP.into(), room.scratch()?.into()),
        ];
        env.extend(
            images
                .into_iter()
                .map(|(name, image)| (name.to_owned(), image.into())),
        );
        // What a test forgets to set must not lead to the person's own home, keychain or engine.
        env.extend(room.own_home()?);
        env.push(("DBUS_SESSION_BUS_ADDRESS".into(), keychain.address().into()));
        env.push(("DOCKER_HOST".into(), engine.host().into()));
        env.push(("PATH".into(), python::path()?));
        out::line("all components are up");
        Ok(Self {
            env,
            _display: display,
            _watched: watched,
            keychain,
            _registry: registry,
            _engine: engine,
            room,
        })
    }

    /// One more address for the tests.
    pub fn tell(&mut self, name: &str, value: impl Into<OsString>) {
        self.env.push((name.to_owned(), value.into()));
    }

    /// The same command where it sees the components, and at /run/user/<uid> a folder with the private bus
    /// instead of the person's own: a launcher that has no DBUS_SESSION_BUS_ADDRESS looks there.
    pub fn inside(&self, cmd: Cmd) -> Cmd {
        self.room
            .inside(&self.env, &self.keychain.runtime_dir(), cmd)
    }

    /// Ends every component now.
    pub fn stop(self) {
        out::line("ending the components");
    }
}

/// Makes the base image's tar where it is not there yet; safe beside a running compiler.
pub fn base_image(paths: &Paths, interrupt: &Interrupt) -> Result<()> {
    images::base(paths, interrupt).map(drop)
}

fn webkit_driver() -> Result<OsString> {
    match crate::paths::on_path("WebKitWebDriver") {
        Some(program) => Ok(program.into()),
        None => {
            fail("WebKitWebDriver is missing (Debian: webkit2gtk-driver); run `cargo xtask setup`")
        }
    }
}
