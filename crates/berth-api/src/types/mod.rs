//! Requests, responses and events. All of them are exported to TypeScript.

mod app;
mod backup;
mod catalog;
mod event;
mod explain;
mod export;
mod install;
mod logs;
mod secret;
mod server;
mod source;

pub use app::{
    AppInfo, ClientRow, FactsRefresh, LauncherLinked, LinkRequest, PickRequest, Picked,
    SupportReport,
};
pub use backup::{BackupRequest, BackupStart, SaveRequest};
pub use catalog::{
    CardState, CatalogCard, CatalogFilter, CatalogPage, CatalogQuery, CatalogReport, CatalogSort,
    EntryPage, EntryRequest, FacetCount, Facets, Need, VariantPage,
};
pub use event::AppEvent;
pub use explain::ExplainRequest;
pub use export::ExportSave;
pub use install::{
    Conflict, InputReport, InstallRequest, JobPage, JobRequest, JobStarted, PlaceRequest,
    PlaceStart, PlanPreview, RemoveRequest, RemoveStart,
};
pub use logs::{LogPage, LogRequest, LogRow};
pub use secret::{SecretRef, SecretRow, SecretSet, VaultPassphrase};
pub use server::{
    ActionRequest, ActionRow, ActionStart, InstallationPage, InstallationRow, NameRequest,
    ServerState, ServiceLog, ServiceLogRequest, ServiceRow, ToolCallAnswer, ToolCallRequest,
};
pub use source::{SourceEnv, SourceFind, SourcesFound};
