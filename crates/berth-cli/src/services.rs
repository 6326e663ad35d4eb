//! The hidden commands that bring services up and read their logs: what needs the vault is done in
//! this program, whoever asks for it. They say what goes on in lines of JSON.

use std::io::Write;
use std::path::Path;

use berth_adapters::docker::DockerEngine;
use berth_adapters::host::LocalHost;
use berth_adapters::launcher::Record;
use berth_adapters::services::Said;
use berth_adapters::vault::LaunchReader;
use berth_core::error::{Error, Result};
use berth_core::port::{Host, LogWanted};
use berth_core::progress::{Progress, Watch};
use berth_core::stack::Ground;

use crate::args::ServicesLogArgs;
use crate::output::exit;

/// Brings the services of an installation up; the exit code.
pub fn up(home: Option<&str>, name: &str) -> i32 {
    ended(with_ground(home, name, async |ground, record| {
        let told = |progress| {
            if let Progress::Line { text } = progress {
                say(&Said::Line { text });
            }
        };
        let watch = Watch::telling(told);
        ground.up(&record.installation, &watch).await
    }))
}

/// Tells a service's log; the exit code.
pub fn log(home: Option<&str>, args: ServicesLogArgs) -> i32 {
    let ServicesLogArgs {
        name,
        service,
        lines,
        follow,
    } = args;
    let wanted = LogWanted {
        name: name.clone(),
        service,
        lines,
        follow,
    };
    ended(with_ground(home, &name, async |ground, record| {
        let mut told = |text| say(&Said::Line { text });
        ground.log(&record.installation, &wanted, &mut told).await
    }))
}

fn with_ground(
    home: Option<&str>,
    name: &str,
    work: impl AsyncFnOnce(&Ground<'_>, &Record) -> Result<()>,
) -> Result<()> {
    let host = LocalHost::new(home)?;
    let (home, user_home) = (host.home(), host.user_home());
    let folder = Path::new(&home);
    let record = Record::read(folder, name)?;
    // Where the settings say, else where it answered last, as for a session.
    let set = record.settings.engine_endpoint.clone();
    let endpoint = set.or_else(|| record.notes.engine_endpoint.clone());
    let engine = DockerEngine::new(&user_home, move || endpoint.clone());
    let secrets = LaunchReader::new(folder, &record.settings, &record.notes);
    let ground = Ground {
        engine: &engine,
        secrets: &secrets,
        home: &home,
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal("no event loop could be made").caused_by(&error))?
        .block_on(work(&ground, &record))
}

fn ended(result: Result<()>) -> i32 {
    match result {
        Ok(()) => {
            say(&Said::Done);
            exit::DONE.into()
        }
        Err(error) => {
            let code = exit::code(&error).into();
            say(&Said::Failed { error });
            code
        }
    }
}

/// Whoever asked may have gone; then nobody is told.
pub fn say(said: &Said) {
    if let Ok(line) = serde_json::to_string(said) {
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{line}");
        let _ = out.flush();
    }
}
