//! What the hidden commands have in common that other processes of Berth's ask for. What needs the
//! vault is done in this program, whoever asks; they say what goes on in lines of JSON.

use std::io::{Read, Write};
use std::path::PathBuf;

use berth_adapters::criteria::Here;
use berth_adapters::docker::DockerEngine;
use berth_adapters::host::LocalHost;
use berth_adapters::launcher::Record;
use berth_adapters::services::Said;
use berth_adapters::vault::LaunchReader;
use berth_core::error::{Error, Result};
use berth_core::port::Host;
use berth_core::progress::{Progress, Watch};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::output::exit;
use crate::signals::Signals;

/// One installation and what is around it.
pub struct Around {
    /// This computer.
    pub host: LocalHost,
    /// Berth's home.
    home: PathBuf,
    /// The person's home folder.
    user_home: PathBuf,
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
        let (home, user_home) = (PathBuf::from(host.home()), host.user_home());
        let record = Record::read(&home, name)?;
        let set = record.settings.engine_endpoint.clone();
        let endpoint = set.or_else(|| record.notes.engine_endpoint.clone());
        Ok(Self {
            engine: DockerEngine::new(&user_home, move || endpoint.clone()),
            secrets: LaunchReader::new(&home, &record.settings, &record.notes),
            host,
            record,
            home,
            user_home: user_home.into(),
        })
    }

    /// The same where nothing is made of it, for as long as that takes.
    #[must_use]
    pub fn looking_only(self) -> Self {
        Self {
            record: self.record.looking_only(),
            ..self
        }
    }

    /// What can be looked at of it, and done with it.
    pub fn here(&self) -> Here<'_> {
        Here {
            record: &self.record,
            home: &self.home,
            user_home: &self.user_home,
            owner: self.host.owner(),
            engine: &self.engine,
            secrets: &self.secrets,
        }
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

/// Does the work as [`done`] does, until a signal or `gone` says that nobody waits for it any more.
/// It takes away what it has begun then.
///
/// # Errors
/// What the work says; `Internal` where no loop can be made.
pub fn until_unwanted<T>(
    gone: impl Future,
    work: impl AsyncFnOnce(&Watch) -> Result<T>,
) -> Result<T> {
    done(async {
        let cancel = CancellationToken::new();
        let watch = Watch::new(tell, cancel.clone());
        let mut signals = Signals::new()?;
        let mut working = std::pin::pin!(work(&watch));
        tokio::select! {
            done = &mut working => return done,
            () = signals.next() => {}
            _ = gone => {}
        }
        cancel.cancel();
        working.await
    })
}

/// Ends when standard input does: whoever asked holds its other end.
pub fn asker_gone() -> tokio::sync::oneshot::Receiver<()> {
    let (gone, heard) = tokio::sync::oneshot::channel();
    // A thread of its own: reading cannot be broken off, and must not hold up the end of this
    // program.
    std::thread::spawn(move || {
        let mut bytes = [0; 64];
        while matches!(std::io::stdin().read(&mut bytes), Ok(1..)) {}
        // Nobody hears it where the step has ended.
        let _ = gone.send(());
    });
    heard
}

/// What stands on standard input as JSON, of at most `limit` bytes.
///
/// # Errors
/// `Internal`: who asks is Berth itself.
pub fn input<T: DeserializeOwned>(limit: u64) -> Result<T> {
    let mut input = Vec::new();
    std::io::stdin()
        .take(limit)
        .read_to_end(&mut input)
        .map_err(|error| Error::internal("no input").caused_by(&error))?;
    serde_json::from_slice(&input)
        .map_err(|error| Error::internal("the input cannot be read").caused_by(&error))
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
