//! A whole machine in memory: every port over one [`World`] that can be looked at and compared.
//!
//! The fakes behave as the contracts of the ports say, and no better: a pull leaves an image, a
//! server that starts makes its volumes and its container, a folder that is deleted is gone. They
//! fail only where the world lacks something; to make any call fail, crash or be cancelled, wrap
//! the ports with [`crate::faulty`].

mod actor;
mod backups;
mod build;
mod claude;
mod engine;
mod files;
mod host;
mod inspector;
mod mcp;
mod runtimes;
mod services;
mod sources;
mod store;
mod vault;
mod world;

pub use actor::FakeActor;
pub use backups::FakeBackups;
pub use claude::FakeClaude;
pub use engine::FakeEngine;
pub use files::{Files, Node};
pub use host::FakeHost;
pub use inspector::{FakeInspector, Kept};
pub use mcp::{FakeMcp, FakeProbe, ServerScript};
pub use runtimes::{FakeNode, FakePython};
pub use services::FakeStarter;
pub use sources::FakeSources;
pub use store::{MemoryStore, StoreSnapshot};
pub use vault::FakeVault;
pub use world::{Snapshot, State, World};
