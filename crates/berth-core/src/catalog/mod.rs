//! The catalog: what can be installed, as data.
//!
//! An entry is a YAML file (see `docs/entry-format.md`) that becomes an [`Entry`]. Catalog text
//! is untrusted: it is only ever shown as text or sanitised Markdown, and it can never widen what
//! the consent sheet shows.

mod entry;
mod input;
mod schema;
mod variant;

pub use entry::{
    Category, CredentialCheck, Entry, HelpTopic, Permissions, Prompt, Source, ToolSummary, Trust,
};
pub use input::{Access, ChoiceOption, InputKind, InputSpec};
pub use schema::{SCHEMA_PATH, entry_schema};
pub use variant::{
    ContainerSpec, MountSource, MountSpec, Network, NodeSpec, PythonSpec, Run, RunsIn, Variant,
};
