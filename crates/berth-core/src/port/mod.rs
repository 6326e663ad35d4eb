//! What the outside must fulfil. Adapters implement these over the real things, the testkit over
//! memory; one contract suite runs over both.

mod actor;
mod backups;
mod clients;
mod engine;
mod host;
mod inspector;
mod probe;
mod runtimes;
mod services;
mod session;
mod sources;
mod store;
mod vault;

pub use actor::{ActAsked, Actor};
pub use backups::{Backups, VolumeAt};
pub use clients::{ClientHealth, Clients};
pub use engine::{BuildRequest, Engine, ImageInfo, SessionContainer, SessionLabels};
pub use host::{Host, PathKind};
pub use inspector::Inspector;
pub use probe::{HealthProbe, PROBE_BYTES, ProbeAnswer};
pub use runtimes::{NodeRuntime, PythonRuntime};
pub use services::{
    LogWanted, ServiceContainer, ServiceEngine, ServiceLabels, ServiceRequest, ServiceStarter,
    ServiceState,
};
pub use session::{Held, McpSession, McpStarter, StartRequest, ToolResult};
pub use sources::{Project, Sources};
pub use store::{JobGuard, Store};
pub use vault::{SecretReader, Vault};

use std::sync::Arc;

/// All ports together, as the core is given them.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Ports {
    pub engine: Arc<dyn Engine>,
    pub backups: Arc<dyn Backups>,
    pub vault: Arc<dyn Vault>,
    pub clients: Arc<dyn Clients>,
    pub python: Arc<dyn PythonRuntime>,
    pub node: Arc<dyn NodeRuntime>,
    pub mcp: Arc<dyn McpStarter>,
    pub probe: Arc<dyn HealthProbe>,
    pub services: Arc<dyn ServiceStarter>,
    pub inspector: Arc<dyn Inspector>,
    pub actor: Arc<dyn Actor>,
    pub store: Arc<dyn Store>,
    pub host: Arc<dyn Host>,
    pub sources: Arc<dyn Sources>,
}
