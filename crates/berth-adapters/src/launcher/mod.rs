//! What `berth run NAME` does: reads the installation, checks that it is what was agreed to, gets
//! its secrets, and becomes (Unix) or serves as a pipe to (container, Windows) the server.
//!
//! Clients wait for it and start one for each session, so it reads two rows, makes as few requests
//! as the engine allows and keeps nothing in memory that a running session does not need.

mod beside;
mod bridge;
pub(crate) mod container;
mod elsewhere;
mod environment;
mod headers;
mod kept;
#[cfg(target_os = "linux")]
mod memory;
mod pipe;
mod process;
mod record;
mod secrets;
mod services;
mod session;
mod signals;
mod sweep;
pub mod wire;
pub mod words;

use std::path::Path;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{Engine, SecretReader};
use berth_core::server::Launch;

pub(crate) use beside::run_to_end;

pub use beside::Beside;
pub use bridge::Asker;
pub use headers::headers;
pub use record::Record;
pub use sweep::sweep;

/// What a launch needs beside the record. Nothing here is touched before it is needed: a server
/// without secrets never wakes the keychain, a remembered engine is not looked for.
pub struct Surroundings<'a> {
    /// Berth's home: absolute.
    pub home: &'a Path,
    /// The person's home folder.
    pub user_home: &'a Path,
    /// The label of this process: `pid:start-time:boot`.
    pub owner: &'a str,
    /// Whether the process of such a label lives.
    pub owner_lives: &'a (dyn Fn(&str) -> bool + Sync),
    /// The engine, for looking it up when it is not where it was.
    pub engine: &'a dyn Engine,
    /// The vault.
    pub secrets: &'a dyn SecretReader,
}

/// Carries out a launch. A process variant never returns on Unix when it could be started: this
/// process has become the server. Otherwise the value is the exit code to end with.
pub async fn launch(mut record: Record, around: &Surroundings<'_>) -> Result<i32> {
    let secrets = secrets::fill(&record.installation, around.secrets).await?;
    let begun = record.launch.take();
    match &record.installation.launch {
        Launch::Process {
            program,
            args,
            env,
            path,
            source,
            folder,
        } => {
            // Nobody looks for this one: it is ended by its client.
            drop(begun);
            record::check_program(&record.installation, program, around.home)?;
            // Python would say so with a traceback.
            if let Some(source) = source
                && !Path::new(source).is_dir()
            {
                return Err(Error::new(ErrorCode::PathMissing {
                    path: source.clone(),
                }));
            }
            let environment = environment::Wanted {
                own: env,
                path,
                program: Path::new(program),
                user_home: around.user_home,
                secrets: &secrets.variables,
            };
            process::run(
                program,
                args,
                folder,
                environment.build(std::env::vars_os()),
            )
        }
        Launch::Container(launch) if record.installation.launch.kept_port().is_some() => {
            kept::run(&record, launch, &secrets.headers, begun, around).await
        }
        Launch::Container(launch) => session::run(&record, launch, secrets, begun, around).await,
        Launch::Remote(launch) => {
            // Nothing of it is on this computer but this process.
            drop(begun);
            elsewhere::run(launch, &secrets.headers).await
        }
    }
}
