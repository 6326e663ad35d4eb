//! What the hidden commands have in common that other processes of Berth's ask for. What needs the
//! vault is done in this program, whoever asks; they say what goes on in lines of JSON.

use std::io::Write;
use std::path::Path;

use berth_adapters::docker::DockerEngine;
use berth_adapters::host::LocalHost;
use berth_adapters::launcher::Record;
use berth_adapters::services::Said;
use berth_adapters::vault::LaunchReader;
use berth_core::error::{Error, Result};
use berth_core::port::Host;
use berth_core::progress::Progress;

use crate::output::exit;

/// One installation and what is around it.
pub struct Around {
    /// This computer.
    pub host: LocalHost,
    /// The installation.
    pub record: Record,
    /// Where the settings say, else where it answered last, as for a session.
    pub engine: DockerEngine,
    /// The vault, to read from.
    pub secrets: LaunchReader,
}

impl Around {
    /// Of the installation with this name; `home` is Berth's, where the usual place is not meant.
    ///
    /// # Errors
    /// What [`LocalHost::new`] and [`Record::read`] say.
    pub fn of(home: Option<&str>, name: &str) -> Result<Self> {
        let host = LocalHost::new(home)?;
        let home = host.home();
        let folder = Path::new(&home);
        let record = Record::read(folder, name)?;
        let set = record.settings.engine_endpoint.clone();
        let endpoint = set.or_else(|| record.notes.engine_endpoint.clone());
        Ok(Self {
            engine: DockerEngine::new(&host.user_home(), move || endpoint.clone()),
            secrets: LaunchReader::new(folder, &record.settings, &record.notes),
            host,
            record,
        })
    }
}

/// Does the work on an event loop of its own.
///
/// # Errors
/// What the work says; `Internal` where no loop can be made.
pub fn done<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal("no event loop could be made").caused_by(&error))?
        .block_on(work)
}

/// Says the last of it; the exit code.
pub fn ended(result: Result<Said>) -> i32 {
    let (said, code) = match result {
        Ok(said) => (said, exit::DONE.into()),
        Err(error) => {
            let code = exit::code(&error).into();
            (Said::Failed { error }, code)
        }
    };
    say(&said);
    code
}

/// Whoever asked may have gone; then nobody is told.
pub fn say(said: &Said) {
    if let Ok(line) = serde_json::to_string(said) {
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{line}");
        let _ = out.flush();
    }
}

/// Tells the lines of what goes on.
pub fn tell(progress: Progress) {
    if let Progress::Line { text } = progress {
        say(&Said::Line { text });
    }
}
