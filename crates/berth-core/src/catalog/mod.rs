//! The catalog: what can be installed, as data.
//!
//! An entry is a YAML file (see `docs/entry-format.md`) that becomes an [`Entry`]. Catalog text
//! is untrusted: it is only ever shown as text or sanitised Markdown, and it can never widen what
//! the consent sheet shows.

mod action;
mod book;
mod built_in;
mod card;
mod check;
mod criteria;
mod entry;
mod explain;
mod help;
mod input;
mod load;
mod logs;
mod remote;
mod schema;
pub mod search;
mod stack;
pub mod template;
mod variant;

pub(crate) use check::{is_hidden, sign, whole};

pub use action::{ActSpec, ActionSpec};
pub use book::{Catalog, OwnFiles};
pub use card::{Card, Need};
pub use criteria::{CriterionCheck, CriterionSpec};
pub use entry::{Category, CredentialCheck, Entry, Permissions, Source, ToolSummary, Trust};
pub use explain::{ErrorSeen, Explained, PASTED_LIMIT, TroubleSeen};
pub use help::{HelpTopic, Prompt, Remedy, Trouble, UpdatePath};
pub use input::{Access, ChoiceOption, Generate, InputKind, InputSpec, Marker, When};
pub use load::{Loader, load};
pub use logs::{LogFormat, LogSpec};
pub use remote::{HttpSpec, RemoteSpec, is_safe_address};
pub use schema::{SCHEMA_PATH, entry_schema};
pub use stack::{HealthCheck, ServiceSpec, StackSpec};
pub use variant::{
    BuildSpec, ContainerSpec, MountSource, MountSpec, Network, NodeSpec, PythonSpec, Run, RunsIn,
    Variant,
};
