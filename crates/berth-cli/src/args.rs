//! The command line's grammar. `docs/command-line.md` says the same in prose.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::environment::Assigned;

mod act;
mod backup;
mod explain;
mod export;
mod install;
mod place;
mod secrets;
mod services;

pub use act::{ActArgs, ActStepArgs};
pub use backup::{BackupArgs, RestoreArgs};
pub use explain::ExplainArgs;
pub use export::ExportArgs;
pub use install::{ConsentArg, InstallArgs, UpdateArgs};
pub use place::{ClientArg, ConnectArgs, DisconnectArgs, PlaceArgs};
pub use secrets::{SecretCommand, SecretDeleteArgs, SecretSetArgs, VaultCommand};
pub use services::{LogsArgs, ServicesLogArgs};

const EXIT_CODES: &str = "\
Exit codes:
  0 done                      7 there already, or being worked on
  1 failed                    8 container engine or image
  2 wrong command line        9 keychain, vault or secret
  3 not found                10 Claude Code or its files
  4 not agreed to            11 Python, Node.js, git or a package
  5 cancelled and undone     12 the server itself
  6 missing or wrong input   13 Berth's own files";

/// Install MCP servers and use them with Claude Code.
#[derive(Debug, Parser)]
#[command(
    name = "berth",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = EXIT_CODES
)]
pub struct Cli {
    /// Berth's own folder, instead of BERTH_HOME or the usual place.
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<String>,
    /// Print JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Search the catalog, or show one of its entries.
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Show what an installation would do; nothing is changed.
    Plan(ChoiceArgs),
    /// Install a server, after you have agreed to its plan.
    Install(InstallArgs),
    /// Install a server again with the same choices: build its image, install its packages.
    Update(UpdateArgs),
    /// List the installed servers.
    List,
    /// Show an installed server.
    Show(NameArg),
    /// Start a server for a client: standard input and output are the protocol's.
    Run(NameArg),
    /// Print a server's headers as JSON, for Claude Code where that has its address.
    Headers(NameArg),
    /// Start a server as Claude Code would, and ask for its tools.
    Verify(NameArg),
    /// Show what a server's image is made of, what its build is given, and what could make it smaller.
    Image(NameArg),
    /// Read an error on standard input, and say what it shows and what helps.
    Explain(ExplainArgs),
    /// Call a tool of an installed server.
    Call(CallArgs),
    /// Print a server in the format of another program, without its secrets.
    Export(ExportArgs),
    /// Write what a server keeps in volumes into a file, encrypted where keys are among it.
    Backup(BackupArgs),
    /// Replace what a server keeps in volumes by what a backup has, after you have agreed.
    Restore(RestoreArgs),
    /// List what a server offers to do, or do it, after you have agreed where it changes something.
    Act(ActArgs),
    /// Register an installed server at one more place, after you have agreed.
    Connect(ConnectArgs),
    /// Take one registration of an installed server away; the server stays.
    Disconnect(DisconnectArgs),
    /// Start the services of a stack, and wait until they are well.
    Start(NameArg),
    /// Stop the services of a stack; they stay stopped until they are started.
    Stop(NameArg),
    /// Show what a service of a stack writes, or a log that a server keeps.
    Logs(LogsArgs),
    /// Remove a server, after you have agreed to what is deleted.
    Remove(RemoveArgs),
    /// Store, list or delete secrets; none is ever shown.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// The encrypted vault, for computers without a keychain.
    #[command(subcommand)]
    Vault(VaultCommand),
    /// What Berth has done or is doing.
    #[command(subcommand_required = false, args_conflicts_with_subcommands = true)]
    Jobs(JobsArgs),
    /// Check what Berth needs on this computer, or the connection of one server.
    Doctor(DoctorArgs),
    /// Answer the window's requests to the vault, on standard input and output.
    #[command(hide = true)]
    #[command(name = berth_adapters::compose::VAULT_COMMAND)]
    VaultServe,
    /// Bring the services of a stack up, for whoever may not read the vault.
    #[command(hide = true)]
    #[command(name = berth_adapters::services::UP_COMMAND)]
    ServicesUp(NameArg),
    /// Tell a service's log, for whoever may not read the vault.
    #[command(hide = true)]
    #[command(name = berth_adapters::services::LOG_COMMAND)]
    ServicesLog(ServicesLogArgs),
    /// Do a step of an action, for whoever may not read the vault.
    #[command(hide = true)]
    #[command(name = berth_adapters::actions::COMMAND)]
    ActStep(ActStepArgs),
    /// Look at what has to be true of a server, for whoever may not read the vault.
    #[command(hide = true)]
    #[command(name = berth_adapters::criteria::COMMAND)]
    Criteria(NameArg),
    /// Tell the end of a server's log, for whoever may not read the vault.
    #[command(hide = true)]
    #[command(name = berth_adapters::criteria::LOG_COMMAND)]
    LogEnd(NameArg),
    /// Take secrets out of what a server said, for whoever may not read the vault.
    #[command(hide = true)]
    #[command(name = berth_adapters::criteria::REDACT_COMMAND)]
    Redact(NameArg),
}

/// `berth catalog …`
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// Find entries; without words, all of them.
    Search(SearchArgs),
    /// Show an entry: what it does, what it may touch, its variants and inputs.
    Show(EntryArg),
}

/// What to search for.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// Words to look for.
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    /// Only this category (repeat for more).
    #[arg(long, value_name = "CATEGORY")]
    pub category: Vec<CategoryArg>,
    /// Only entries that run in this (repeat for more).
    #[arg(long, value_name = "WHERE")]
    pub runs_in: Vec<RunsInArg>,
    /// Only entries with this trust mark (repeat for more).
    #[arg(long, value_name = "MARK")]
    pub trust: Vec<TrustArg>,
    /// Only entries that need no secret.
    #[arg(long)]
    pub no_secrets: bool,
    /// Only entries that are installed.
    #[arg(long)]
    pub installed: bool,
    /// The order.
    #[arg(long, value_enum, default_value = "relevance")]
    pub sort: SortArg,
    /// Show at most this many; 0 shows all.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub limit: u32,
}

/// An entry's identifier.
#[derive(Debug, Args)]
pub struct EntryArg {
    /// The entry's identifier, as `berth catalog search` shows it.
    #[arg(value_name = "ENTRY")]
    pub entry: String,
}

/// An installation's name.
#[derive(Debug, Args)]
pub struct NameArg {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// What to install, and how.
#[derive(Debug, Args)]
pub struct ChoiceArgs {
    /// The entry's identifier, as `berth catalog search` shows it.
    #[arg(value_name = "ENTRY")]
    pub entry: String,
    /// The variant, instead of the first that can be installed here.
    #[arg(long, value_name = "VARIANT")]
    pub variant: Option<String>,
    /// Where it is registered.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Its name, instead of the entry's.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// An input's value (repeat for more). Folders: KEY=DIR, with :ro or :rw at its end.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<String>,
    /// A secret that is read from standard input or asked for (repeat for more).
    #[arg(long = "secret", value_name = "KEY")]
    pub secret: Vec<String>,
    /// A secret that is taken from an environment variable (repeat for more).
    #[arg(long = "secret-env", value_name = "KEY=VARIABLE", value_parser = Assigned::read)]
    pub secret_env: Vec<Assigned>,
    /// The source folder, for variants that are built from one.
    #[arg(long, value_name = "DIR")]
    pub source: Option<PathBuf>,
    /// Take nothing from the `.env` file of the source folder.
    #[arg(long)]
    pub no_env: bool,
    /// Replace what has this name already; it comes back if anything fails.
    #[arg(long)]
    pub replace: bool,
    /// Give Claude Code the server's address itself, and not the launcher.
    #[arg(long)]
    pub direct: bool,
    /// Build the image without what the engine remembers of earlier builds.
    #[arg(long)]
    pub no_cache: bool,
    /// Use the image that has the name already, instead of building one.
    #[arg(long, conflicts_with = "no_cache")]
    pub use_image: bool,
}

/// A key and what it is given.
fn assignment(text: &str) -> Result<String, &'static str> {
    match text.split_once('=') {
        Some((key, _)) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("there is no `=` behind a key"),
    }
}

/// `berth call …`
#[derive(Debug, Args)]
pub struct CallArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The tool's name, as `berth show` lists it.
    #[arg(value_name = "TOOL")]
    pub tool: String,
    /// The tool's arguments, as a JSON object; `-` reads them from standard input.
    #[arg(value_name = "JSON")]
    pub arguments: Option<String>,
}

/// `berth remove …`
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// The server's name, as `berth list` shows it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Delete what the server has kept (its data folder or volumes) as well.
    #[arg(long)]
    pub data: bool,
    #[command(flatten)]
    pub consent: ConsentArg,
}

/// `berth jobs …`
#[derive(Debug, Args)]
pub struct JobsArgs {
    /// What to do; without it, list them.
    #[command(subcommand)]
    pub command: Option<JobsCommand>,
}

/// `berth jobs …`
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// Show a job with its whole log.
    Show(JobArg),
    /// Cancel a job, whichever program carries it out; what it did is undone.
    Cancel(JobArg),
}

/// A job's identifier.
#[derive(Debug, Args)]
pub struct JobArg {
    /// The job's identifier, as `berth jobs` shows it.
    #[arg(value_name = "JOB")]
    pub job: String,
}

/// `berth doctor …`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// An installed server: look along its connection, from the clients to its answer.
    #[arg(value_name = "NAME", conflicts_with_all = ["report", "link"])]
    pub name: Option<String>,
    /// Print a report for whoever helps you; it holds no secret.
    #[arg(long)]
    pub report: bool,
    /// Put a link to the launcher into your own folder for programs.
    #[arg(long, conflicts_with = "report")]
    pub link: bool,
}

/// Claude Code's scopes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ScopeArg {
    /// One project, only you.
    Local,
    /// One project, everybody who opens it (.mcp.json).
    Project,
    /// All your projects.
    User,
}

/// The order of entries.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SortArg {
    /// The best match first.
    Relevance,
    /// By title.
    Title,
    /// By publisher.
    Publisher,
}

macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident of $core:path { $($value:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, ValueEnum)]
        #[allow(missing_docs)]
        pub enum $name { $($value),* }

        impl From<$name> for $core {
            fn from(value: $name) -> Self {
                match value { $($name::$value => Self::$value),* }
            }
        }
    };
}
mirror! {
    /// The closed list of categories.
    CategoryArg of berth_core::catalog::Category {
        Cloud, Databases, DeveloperTools, Files, Knowledge, Reasoning, Utilities, Web, Work,
    }
}
mirror! {
    /// The trust marks.
    TrustArg of berth_core::catalog::Trust { Verified, Publisher, Community }
}
mirror! {
    /// Where an entry can run.
    RunsInArg of berth_core::catalog::RunsIn { Python, Node, Container, Remote, Kubernetes }
}

impl From<ScopeArg> for berth_core::client::Scope {
    fn from(value: ScopeArg) -> Self {
        match value {
            ScopeArg::Local => Self::Local,
            ScopeArg::Project => Self::Project,
            ScopeArg::User => Self::User,
        }
    }
}

impl From<SortArg> for berth_api::types::CatalogSort {
    fn from(value: SortArg) -> Self {
        match value {
            SortArg::Relevance => Self::Relevance,
            SortArg::Title => Self::Title,
            SortArg::Publisher => Self::Publisher,
        }
    }
}
