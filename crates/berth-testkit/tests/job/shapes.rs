//! The shapes of plans: every kind of variant, scope and purpose that differs in its steps.

use std::sync::{Arc, LazyLock};

use berth_core::catalog::{Catalog, Entry, Trust};
use berth_core::client::{Place, Scope};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Facts;
use berth_core::input::SecretValues;
use berth_core::plan::{
    Choices, Plan, prepare_action, prepare_backup, prepare_connect, prepare_disconnect,
    prepare_install, prepare_remove, prepare_restore, prepare_verify,
};
use berth_core::port::{Ports, Store};
use berth_testkit::fake::World;

use super::around::surround;
pub use super::around::{SOURCE, write_source};
use super::backup;
pub use super::before::install;
use super::before::{connect, connect_to, done, stop};
pub use super::choices::{
    BUILT, choices, dev, image, in_place, node_source, python, remote, runner, token,
};

/// Secrets that are given; a search for them must find them nowhere but in the vault.
pub const OLD_TOKEN: &str = "tok_old_5f1d0c9a";
pub const NEW_TOKEN: &str = "tok_new_77b2e4d1";

/// One entry with a variant of every kind, so that a reconfiguration can go from any to any.
const DEMO: &str = include_str!("demo.yaml");

/// The entry of all shapes. Reading it compiles the schema, and these tests need it thousands of
/// times.
pub fn entry() -> &'static Entry {
    static ENTRY: LazyLock<Entry> = LazyLock::new(|| {
        let catalog = Catalog::from_files([("demo.yaml", DEMO)], Trust::Community);
        assert_eq!(catalog.reports(), []);
        (*catalog.entry("demo").expect("it is there")).clone()
    });
    &ENTRY
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    InstallPython,
    InstallPythonWithPip,
    InstallInPlace,
    InstallNodeSource,
    ReconfigureNodeSource,
    InstallInPlaceWithPip,
    InstallNodeWithData,
    InstallNodeOverKeptData,
    InstallPulledImage,
    InstallLocalImage,
    InstallOverForeign,
    InstallInProject,
    InstallBuilt,
    InstallBuiltOverTheirs,
    InstallUsingTheirs,
    ReconfigureBuilt,
    ReconfigureBuiltToPython,
    ReconfigureInPlace,
    ReconfigureInPlaceToBuilt,
    RemoveInPlace,
    RemoveBuilt,
    RemoveBuiltOverTheirs,
    ReconfigureImageToPython,
    ReconfigureKeepingSecret,
    ReconfigureToAnotherScope,
    ReconfigureNodeKeepsData,
    RemoveImageWithData,
    RemoveNodeKeepingData,
    RemovePythonWithSecret,
    InstallInDesktop,
    Connect,
    ConnectOverForeign,
    ConnectProject,
    Disconnect,
    ReconfigureConnected,
    RemoveConnected,
    InstallStack,
    InstallStackOverKeptData,
    InstallShared,
    ReconfigureStackToShared,
    ReconfigureShared,
    ReconfigureStack,
    ReconfigureStoppedStack,
    ReconfigureStackToImage,
    ReconfigureImageToStack,
    RemoveStackKeepingData,
    RemoveStackWithData,
    InstallDirect,
    ReconfigureDirectToBridge,
    ReconfigureBridgeToDirect,
    RemoveDirect,
    ConnectDirect,
    DisconnectDirect,
    ReconfigureEntrusting,
    Verify,
    Backup,
    Restore,
    RestoreLostVolume,
    Act,
    ActOnStack,
    ActInFolder,
}

impl Shape {
    pub const ALL: [Self; 61] = [
        Self::InstallPython,
        Self::InstallPythonWithPip,
        Self::InstallInPlace,
        Self::InstallNodeSource,
        Self::ReconfigureNodeSource,
        Self::InstallInPlaceWithPip,
        Self::InstallNodeWithData,
        Self::InstallNodeOverKeptData,
        Self::InstallPulledImage,
        Self::InstallLocalImage,
        Self::InstallOverForeign,
        Self::InstallInProject,
        Self::InstallBuilt,
        Self::InstallBuiltOverTheirs,
        Self::InstallUsingTheirs,
        Self::ReconfigureBuilt,
        Self::ReconfigureBuiltToPython,
        Self::ReconfigureInPlace,
        Self::ReconfigureInPlaceToBuilt,
        Self::RemoveInPlace,
        Self::RemoveBuilt,
        Self::RemoveBuiltOverTheirs,
        Self::ReconfigureImageToPython,
        Self::ReconfigureKeepingSecret,
        Self::ReconfigureToAnotherScope,
        Self::ReconfigureNodeKeepsData,
        Self::RemoveImageWithData,
        Self::RemoveNodeKeepingData,
        Self::RemovePythonWithSecret,
        Self::InstallInDesktop,
        Self::Connect,
        Self::ConnectOverForeign,
        Self::ConnectProject,
        Self::Disconnect,
        Self::ReconfigureConnected,
        Self::RemoveConnected,
        Self::InstallStack,
        Self::InstallStackOverKeptData,
        Self::InstallShared,
        Self::ReconfigureStackToShared,
        Self::ReconfigureShared,
        Self::ReconfigureStack,
        Self::ReconfigureStoppedStack,
        Self::ReconfigureStackToImage,
        Self::ReconfigureImageToStack,
        Self::RemoveStackKeepingData,
        Self::RemoveStackWithData,
        Self::InstallDirect,
        Self::ReconfigureDirectToBridge,
        Self::ReconfigureBridgeToDirect,
        Self::RemoveDirect,
        Self::ConnectDirect,
        Self::DisconnectDirect,
        Self::ReconfigureEntrusting,
        Self::Verify,
        Self::Backup,
        Self::Restore,
        Self::RestoreLostVolume,
        Self::Act,
        Self::ActOnStack,
        Self::ActInFolder,
    ];

    /// A machine on which the shape begins, with other things on it that nothing may touch, the
    /// plan, and the secrets that come with the request.
    pub async fn prepare(self) -> (Arc<World>, Plan, SecretValues) {
        let world = World::new();
        surround(&world);
        match self {
            Self::InstallPythonWithPip | Self::InstallInPlaceWithPip => {
                world.state().uv = Err(Error::new(ErrorCode::PythonMissing {
                    needed: "uv".to_owned(),
                }));
            }
            Self::InstallLocalImage => {
                world.state().build("demo/server:1.0");
            }
            Self::InstallNodeOverKeptData => {
                let kept = format!("{}/data/demo/memory.json", World::BERTH_HOME);
                world.state().files.write(&kept, "what it remembers");
            }
            Self::InstallOverForeign => {
                let raw = serde_json::json!({
                    "command": "npx", "args": ["-y", "demo"], "env": { "KEY": "somebody's" }, "x": 1
                });
                world
                    .state()
                    .registrations
                    .insert((Place::default(), "demo".to_owned()), raw);
            }
            Self::InstallBuiltOverTheirs | Self::InstallUsingTheirs => {
                world.state().build(BUILT);
            }
            Self::ReconfigureBuilt
            | Self::ReconfigureBuiltToPython
            | Self::RemoveBuilt
            | Self::RemoveBuiltOverTheirs => {
                if matches!(
                    self,
                    Self::ReconfigureBuiltToPython | Self::RemoveBuiltOverTheirs
                ) {
                    world.state().build(BUILT);
                }
                install(&world, dev(), OLD_TOKEN).await;
                let source = format!("{SOURCE}/src/server.py");
                world.state().files.write(&source, "changed since");
            }
            Self::InstallStackOverKeptData => {
                install(&world, choices("stack"), OLD_TOKEN).await;
                let plan = prepare_remove(&world.ports(), "demo", false).await;
                done(&world, plan.expect("a plan"), SecretValues::new()).await;
            }
            Self::ReconfigureShared => {
                install(&world, choices("shared"), OLD_TOKEN).await;
                // What listens at its port is the server itself.
                let installed = world.store.installation("demo").expect("read");
                let port = installed.and_then(|old| old.launch.kept_port());
                world.state().ports_taken.extend(port);
            }
            Self::ReconfigureStack
            | Self::ReconfigureStoppedStack
            | Self::ReconfigureStackToShared
            | Self::ReconfigureStackToImage
            | Self::ActOnStack
            | Self::RemoveStackKeepingData
            | Self::RemoveStackWithData => {
                install(&world, choices("stack"), OLD_TOKEN).await;
                if self == Self::ReconfigureStoppedStack {
                    stop(&world);
                }
            }
            Self::ReconfigureImageToPython
            | Self::ReconfigureKeepingSecret
            | Self::ReconfigureToAnotherScope
            | Self::ReconfigureImageToStack
            | Self::RemoveImageWithData => {
                install(&world, image(Some(OLD_TOKEN)), OLD_TOKEN).await;
            }
            Self::ReconfigureNodeKeepsData
            | Self::RemoveNodeKeepingData
            | Self::Connect
            | Self::ConnectProject
            | Self::Verify => {
                install(&world, choices("node"), OLD_TOKEN).await;
            }
            Self::ConnectOverForeign => {
                install(&world, choices("node"), OLD_TOKEN).await;
                let raw = serde_json::json!({ "command": "npx", "args": ["demo"], "y": [1] });
                let key = (Place::claude_desktop(), "demo".to_owned());
                world.state().registrations.insert(key, raw);
            }
            Self::Disconnect | Self::ReconfigureConnected | Self::RemoveConnected => {
                install(&world, choices("node"), OLD_TOKEN).await;
                connect(&world).await;
            }
            Self::ReconfigureDirectToBridge | Self::RemoveDirect => {
                install(&world, remote(true), OLD_TOKEN).await;
            }
            Self::ReconfigureBridgeToDirect | Self::ConnectDirect => {
                install(&world, remote(false), OLD_TOKEN).await;
            }
            Self::DisconnectDirect => {
                install(&world, remote(false), OLD_TOKEN).await;
                connect_to(&world, &in_project(), true).await;
            }
            Self::ReconfigureEntrusting => install(&world, runner(false), OLD_TOKEN).await,
            Self::RemovePythonWithSecret => {
                install(&world, python(), OLD_TOKEN).await;
            }
            Self::ReconfigureInPlace
            | Self::ReconfigureInPlaceToBuilt
            | Self::RemoveInPlace
            | Self::ActInFolder => {
                install(&world, in_place(), OLD_TOKEN).await;
            }
            Self::ReconfigureNodeSource => {
                install(&world, node_source(), OLD_TOKEN).await;
            }
            Self::Backup | Self::Act => backup::keeping(&world).await,
            Self::Restore | Self::RestoreLostVolume => {
                backup::backed_up(&world, self == Self::RestoreLostVolume).await;
            }
            Self::InstallPython
            | Self::InstallDirect
            | Self::InstallInDesktop
            | Self::InstallInPlace
            | Self::InstallNodeSource
            | Self::InstallNodeWithData
            | Self::InstallPulledImage
            | Self::InstallStack
            | Self::InstallShared
            | Self::InstallBuilt
            | Self::InstallInProject => {}
        }
        let ports = world.ports();
        let (plan, secrets) = match self {
            Self::RemoveImageWithData | Self::RemoveStackWithData => (
                prepare_remove(&ports, "demo", true).await,
                SecretValues::new(),
            ),
            Self::Connect
            | Self::ConnectOverForeign
            | Self::ConnectProject
            | Self::ConnectDirect => {
                let place = self.other_place();
                let (facts, direct) = (Facts::default(), self == Self::ConnectDirect);
                let plan = prepare_connect(&ports, "demo", &place, true, direct, &facts).await;
                (plan, SecretValues::new())
            }
            Self::Disconnect | Self::DisconnectDirect => (
                prepare_disconnect(&ports, "demo", &self.other_place()),
                SecretValues::new(),
            ),
            Self::RemoveNodeKeepingData
            | Self::RemoveConnected
            | Self::RemoveDirect
            | Self::RemovePythonWithSecret
            | Self::RemoveInPlace
            | Self::RemoveBuilt
            | Self::RemoveStackKeepingData
            | Self::RemoveBuiltOverTheirs => (
                prepare_remove(&ports, "demo", false).await,
                SecretValues::new(),
            ),
            Self::Act => acting(&ports, "renew"),
            Self::ActOnStack => acting(&ports, "metrics"),
            Self::ActInFolder => acting(&ports, "test"),
            Self::Backup => (
                prepare_backup(&ports, "demo", backup::FILE).await,
                backup::passphrase(),
            ),
            Self::Restore | Self::RestoreLostVolume => (
                prepare_restore(&ports, "demo", backup::FILE).await,
                backup::passphrase(),
            ),
            Self::Verify => (
                prepare_verify(&ports, "demo", Some(entry())).await,
                SecretValues::new(),
            ),
            _ => {
                let choices = self.choices();
                let secrets = choices.secrets.clone();
                let plan = prepare_install(&ports, entry(), &choices, &Facts::default()).await;
                (plan, secrets)
            }
        };
        let plan = plan.unwrap_or_else(|error| panic!("{self:?}: {error:?}"));
        (world, plan, secrets)
    }

    /// The place that is connected, or no longer.
    pub fn other_place(self) -> Place {
        match self {
            Self::ConnectProject | Self::ConnectDirect | Self::DisconnectDirect => in_project(),
            _ => Place::claude_desktop(),
        }
    }

    fn choices(self) -> Choices {
        let mut choices = match self {
            Self::InstallPython
            | Self::InstallPythonWithPip
            | Self::InstallInProject
            | Self::InstallInDesktop => python(),
            Self::ReconfigureImageToPython | Self::ReconfigureBuiltToPython => python(),
            Self::InstallInPlace | Self::InstallInPlaceWithPip | Self::ReconfigureInPlace => {
                in_place()
            }
            Self::InstallNodeSource | Self::ReconfigureNodeSource => node_source(),
            Self::InstallBuilt | Self::InstallBuiltOverTheirs | Self::ReconfigureBuilt => dev(),
            Self::ReconfigureInPlaceToBuilt => dev(),
            Self::InstallUsingTheirs => Choices {
                use_image: true,
                ..dev()
            },
            Self::InstallNodeWithData
            | Self::InstallNodeOverKeptData
            | Self::ReconfigureNodeKeepsData
            | Self::ReconfigureConnected
            | Self::InstallOverForeign => choices("node"),
            Self::InstallStack
            | Self::InstallStackOverKeptData
            | Self::ReconfigureStack
            | Self::ReconfigureStoppedStack
            | Self::ReconfigureImageToStack => choices("stack"),
            Self::InstallShared | Self::ReconfigureStackToShared | Self::ReconfigureShared => {
                choices("shared")
            }
            Self::ReconfigureKeepingSecret | Self::ReconfigureToAnotherScope => image(None),
            Self::InstallDirect | Self::ReconfigureBridgeToDirect => remote(true),
            Self::ReconfigureDirectToBridge => remote(false),
            Self::ReconfigureEntrusting => runner(true),
            _ => image(Some(NEW_TOKEN)),
        };
        choices.replace = matches!(
            self,
            Self::InstallOverForeign
                | Self::ReconfigureImageToPython
                | Self::ReconfigureBuilt
                | Self::ReconfigureBuiltToPython
                | Self::ReconfigureInPlace
                | Self::ReconfigureNodeSource
                | Self::ReconfigureInPlaceToBuilt
                | Self::ReconfigureKeepingSecret
                | Self::ReconfigureToAnotherScope
                | Self::ReconfigureNodeKeepsData
                | Self::ReconfigureConnected
                | Self::ReconfigureStack
                | Self::ReconfigureShared
                | Self::ReconfigureStackToShared
                | Self::ReconfigureStoppedStack
                | Self::ReconfigureStackToImage
                | Self::ReconfigureImageToStack
                | Self::ReconfigureDirectToBridge
                | Self::ReconfigureBridgeToDirect
                | Self::ReconfigureEntrusting
        );
        if matches!(
            self,
            Self::InstallInProject | Self::ReconfigureToAnotherScope
        ) {
            choices.place = in_project();
        }
        if self == Self::InstallInDesktop {
            choices.place = Place::claude_desktop();
        }
        choices
    }
}

fn acting(ports: &Ports, action: &str) -> (Result<Plan>, SecretValues) {
    (prepare_action(ports, "demo", action), SecretValues::new())
}

fn in_project() -> Place {
    Place::claude_code(Scope::Project, Some("/home/ada/project".to_owned()))
}
