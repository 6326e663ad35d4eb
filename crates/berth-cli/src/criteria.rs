//! The hidden command that looks at what has to be true of a server: what needs the vault is done in
//! this program, whoever asks for it.

use std::io::Read;
use std::path::Path;

use berth_adapters::criteria::Here;
use berth_adapters::docker::DockerEngine;
use berth_adapters::host::LocalHost;
use berth_adapters::launcher::Record;
use berth_adapters::services::Said;
use berth_adapters::vault::LaunchReader;
use berth_core::error::{Error, Result};
use berth_core::port::Host;
use berth_core::progress::{Progress, Watch};
use berth_core::server::CriterionSeen;
use tokio_util::sync::CancellationToken;

use crate::output::exit;
use crate::services::say;
use crate::signals::Signals;

/// Most bytes of what a server printed.
const INPUT_LIMIT: u64 = 64 << 20;

/// Looks at the criteria of an installation; the exit code.
pub fn look(home: Option<&str>, name: &str) -> i32 {
    match attempt(home, name) {
        Ok(criteria) => {
            say(&Said::Seen { criteria });
            exit::DONE.into()
        }
        Err(error) => {
            let code = exit::code(&error).into();
            say(&Said::Failed { error });
            code
        }
    }
}

fn attempt(home: Option<&str>, name: &str) -> Result<Vec<CriterionSeen>> {
    let host = LocalHost::new(home)?;
    let (home, user_home) = (host.home(), host.user_home());
    let folder = Path::new(&home);
    let record = Record::read(folder, name)?;
    let set = record.settings.engine_endpoint.clone();
    let endpoint = set.or_else(|| record.notes.engine_endpoint.clone());
    let engine = DockerEngine::new(&user_home, move || endpoint.clone());
    let secrets = LaunchReader::new(folder, &record.settings, &record.notes);
    let here = Here {
        record: &record,
        home: folder,
        user_home: Path::new(&user_home),
        owner: host.owner(),
        engine: &engine,
        secrets: &secrets,
    };
    let printed = printed()?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal("no event loop could be made").caused_by(&error))?
        .block_on(async {
            let cancel = CancellationToken::new();
            let told = |progress| {
                if let Progress::Line { text } = progress {
                    say(&Said::Line { text });
                }
            };
            let watch = Watch::new(told, cancel.clone());
            let mut signals = Signals::new()?;
            let mut looking = std::pin::pin!(here.look(&printed, &watch));
            tokio::select! {
                seen = &mut looking => return seen,
                () = signals.next() => cancel.cancel(),
            }
            // It takes away what it has begun.
            looking.await
        })
}

fn printed() -> Result<Vec<String>> {
    let mut input = Vec::new();
    std::io::stdin()
        .take(INPUT_LIMIT)
        .read_to_end(&mut input)
        .map_err(|error| Error::internal("no input").caused_by(&error))?;
    serde_json::from_slice(&input)
        .map_err(|error| Error::internal("the input cannot be read").caused_by(&error))
}
