//! The closed list of things that can go wrong, each with what happened and what to do.
//!
//! The window and the command line map [`ErrorCode`], never a string. An error of a third party
//! is kept as a chain of texts in [`Error::causes`], for the report; adapters must not put secret
//! values there (they cannot: secrets do not print).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::client::{Client, Scope};
use crate::export::Format;
use crate::input::InputProblem;

/// The result of everything in Berth that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, with typed parameters. New codes need a message, a hint and an entry in
/// `docs/messages.md`; the user interface fails to compile until it knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "code", rename_all = "snake_case")]
// Each code is documented by its own message and hint in `error/text.rs`.
#[allow(missing_docs)]
#[rustfmt::skip]
pub enum ErrorCode {
    // Requests
    NameInvalid { name: String },
    NameTaken { name: String },
    AlreadyRegistered { name: String, client: Client, scope: Scope },
    /// A place has no registration of this server that Berth knows of.
    NotRegistered { name: String, client: Client, scope: Scope },
    /// What a client has under the name is not what Berth has registered there.
    RegistrationChanged { name: String, client: Client, scope: Scope },
    /// A project's server that the person has not approved in the client yet.
    ApprovalPending { name: String },
    JobRunning { name: String },
    JobUnknown { job: String },
    EntryUnknown { entry: String },
    VariantUnknown { entry: String, variant: String },
    VariantPlanned { variant: String, note: String },
    NotInstalled { name: String },
    InputUnknown { input: String },
    InputMissing { input: String },
    InputInvalid { input: String, problem: InputProblem },
    SourceMissing { input: String, project: String },
    SourceUnclear { input: String, folders: Vec<String> },
    ProjectNeeded,
    FolderMissing { path: String },
    PathMissing { path: String },
    ExportUnfit { name: String, format: Format },
    /// A client cannot be given the address itself.
    AddressUnfit { problem: AddressProblem },
    NothingKept { name: String },
    FileThere { path: String },
    ConsentNeeded,
    /// What a click is not enough for was not typed, or something else was.
    TrustNeeded { name: String },
    PlanChanged,
    // Container engine
    EngineMissing,
    EngineStopped { endpoint: String },
    EngineDenied { endpoint: String },
    EngineTooOld { version: String, needed: String },
    EngineFailed { operation: String },
    /// The engine has no socket that a container could be given.
    EngineSocketMissing,
    ImageNotFound { reference: String },
    ImageDenied { reference: String },
    ImageMissing { reference: String },
    ImageChanged { reference: String, expected: String, found: String },
    RegistryUnreachable { reference: String },
    BuildFailed { step: String },
    #[serde(rename = "buildkit_needed")]
    BuildKitNeeded { step: String },
    BuildTargetMissing { target: String, dockerfile: String },
    DockerfileMissing { path: String },
    // Vault
    KeychainMissing,
    KeychainLocked,
    KeychainTimeout { seconds: u32 },
    KeychainFailed { operation: String },
    SecretMissing { name: String, input: String },
    SecretTooLong { input: String, limit: u32 },
    PassphraseNeeded,
    PassphraseWrong,
    // Clients
    ClaudeMissing,
    /// Claude Desktop was not found.
    ClaudeDesktopMissing,
    ClaudeFailed { operation: String, exit: Option<i32> },
    ClientConfigInvalid { path: String },
    ClientConfigChanged { path: String },
    LauncherNotOnPath,
    // Runtimes and packages
    PythonMissing { needed: String },
    NodeMissing { needed: String },
    GitMissing,
    PackageNotFound { package: String, version: String },
    PackageFailed { tool: String, exit: Option<i32> },
    ProgramMissing { program: String },
    /// A program of this computer that an action needs.
    CommandMissing { command: String },
    NetworkUnreachable { what: String },
    // Servers
    InstallationChanged { name: String },
    ServiceFailed { service: String },
    ServicesStopped { name: String },
    PortTaken { port: u16 },
    NoServices { name: String },
    ServiceUnknown { name: String, service: String },
    LogUnknown { name: String, log: String },
    NoImage { name: String },
    /// Somebody else than the client that was given the address asks for its secret headers.
    HeadersWithheld { name: String },
    ServerExited { exit: Option<i32> },
    ServerTimeout { seconds: u32 },
    ServerProtocol { what: String },
    ServerUnreachable { address: String },
    ServerRefused { address: String, status: u16 },
    ServerStatus { address: String, status: u16 },
    CredentialRefused { tool: String },
    CriterionUnmet { title: String },
    ActionUnknown { name: String, action: String },
    /// A program that an action runs ended with another code than 0, or not in time.
    ProgramFailed { program: String, exit: Option<i32> },
    ToolUnknown { tool: String },
    ToolFailed { tool: String },
    ServerInUse { name: String },
    // Backups
    BackupForeign { path: String },
    BackupDamaged { path: String },
    BackupLocked { path: String },
    BackupUnfit { path: String, entry: String, name: String },
    // Berth itself
    EntryInvalid { file: String, problem: String },
    StoreNewer { found: u32, known: u32 },
    StoreFailed { operation: String },
    StoreDamaged { path: String },
    FileFailed { operation: String, path: String },
    Interrupted,
    Cancelled,
    Internal { what: String },
}

/// Why a client cannot be given a server's address itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AddressProblem {
    /// The server does not speak over HTTP.
    NotHttp,
    /// It has an address only while a session of Berth's runs.
    NotLasting,
    /// The client only starts programs.
    Client,
    /// It needs a secret header, which the client does not ask for at this scope everywhere.
    Scope,
}

/// An error with its causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "BerthError")]
pub struct Error {
    /// What went wrong.
    #[serde(flatten)]
    pub code: ErrorCode,
    /// Texts of the underlying errors, outermost first; for the report and the log, not for the
    /// first line that a person reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

impl Error {
    /// An error without an underlying cause.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            causes: Vec::new(),
        }
    }

    /// Keeps the whole chain of an underlying error.
    #[must_use]
    pub fn caused_by(mut self, cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(cause);
        while let Some(error) = next {
            self.causes.push(error.to_string());
            next = error.source();
        }
        self
    }

    /// Keeps a text (the last lines of a tool's output, say) as a cause.
    #[must_use]
    pub fn with_cause(mut self, text: impl Into<String>) -> Self {
        self.causes.push(text.into());
        self
    }

    /// Something that should not be possible. The text is for the report.
    #[must_use]
    pub fn internal(what: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal { what: what.into() })
    }

    /// The code's stable name, as in JSON: `engine_stopped`.
    #[must_use]
    pub fn name(&self) -> String {
        match serde_json::to_value(&self.code) {
            Ok(serde_json::Value::Object(map)) => map
                .get("code")
                .and_then(|code| code.as_str())
                .unwrap_or_default()
                .to_owned(),
            _ => String::new(),
        }
    }

    /// Whether the person stopped it.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.code == ErrorCode::Cancelled
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl std::error::Error for Error {}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message())
    }
}

mod said;
mod text;
