//! `berth run NAME`: what clients start.
//!
//! It is told from the other commands before anything else is set up: a client starts one for each
//! session and waits for it. What goes wrong is one line on standard error, because that is what
//! clients show; nothing is ever asked.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::Path;

use berth_adapters::docker::DockerEngine;
use berth_adapters::host::LocalHost;
use berth_adapters::launcher::{self, Record, Surroundings, words};
use berth_adapters::vault::LaunchReader;
use berth_core::error::{Error, Result};
use berth_core::port::Host;

use crate::output::exit;

/// A request to run an installation.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// Berth's home, where it was given.
    pub home: Option<String>,
    /// The installation's name.
    pub name: String,
}

impl Request {
    /// Recognises exactly what Berth registers, `[--home DIR] run NAME`, in the arguments after
    /// the program's name. Everything else is the command line's to read.
    pub fn recognise(args: &[OsString]) -> Option<Self> {
        let (home, rest) = match args {
            [flag, home, rest @ ..] if flag == "--home" => (Some(home.to_str()?), rest),
            [flag, rest @ ..] => match flag.to_str()?.strip_prefix("--home=") {
                Some(home) => (Some(home), rest),
                None => (None, args),
            },
            [] => return None,
        };
        let [run, name] = rest else { return None };
        let name = name.to_str()?;
        (run == "run" && !name.starts_with('-')).then(|| Self {
            home: home.map(str::to_owned),
            name: name.to_owned(),
        })
    }
}

/// Runs it; the exit code. On Unix a server that is a program replaces this process instead.
pub fn run(request: &Request) -> i32 {
    match attempt(request) {
        Ok(code) => code,
        Err(error) => {
            // A client that has closed the stream has the exit code left.
            let _ = writeln!(std::io::stderr(), "{}", words::line(&error));
            exit::code(&error).into()
        }
    }
}

/// What Claude Code says in the environment of a helper: where the headers are to be sent.
const ASKED: &str = "CLAUDE_CODE_MCP_SERVER_URL";

/// Prints the headers of a server's requests to the client that was given its address.
pub fn headers(request: &Request) -> i32 {
    match print_headers(request) {
        Ok(()) => exit::DONE.into(),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{}", words::line(&error));
            exit::code(&error).into()
        }
    }
}

fn print_headers(request: &Request) -> Result<()> {
    let host = LocalHost::new(request.home.as_deref())?;
    let home = host.home();
    let home = Path::new(&home);
    let record = Record::read(home, &request.name)?;
    let vault = LaunchReader::new(home, &record.settings, &record.notes);
    // A terminal would keep what it shows.
    let asked = std::env::var(ASKED)
        .ok()
        .filter(|_| !std::io::stdout().is_terminal());
    let headers = runtime()?.block_on(launcher::headers(&record, asked.as_deref(), &vault))?;
    let object: serde_json::Map<String, serde_json::Value> = headers
        .into_iter()
        .map(|(name, value)| (name, value.expose().into()))
        .collect();
    writeln!(std::io::stdout(), "{}", serde_json::Value::Object(object))
        .map_err(|error| Error::internal("the headers could not be written").caused_by(&error))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal("no event loop could be made").caused_by(&error))
}

fn attempt(request: &Request) -> Result<i32> {
    let host = LocalHost::new(request.home.as_deref())?;
    let (home, user_home) = (host.home(), host.user_home());
    let home = Path::new(&home);
    let record = Record::read(home, &request.name)?;
    let configured = record.settings.engine_endpoint.clone();
    let engine = DockerEngine::new(&user_home, move || configured.clone());
    let secrets = LaunchReader::new(home, &record.settings, &record.notes);
    let runtime = runtime()?;
    let surroundings = Surroundings {
        home,
        user_home: Path::new(&user_home),
        owner: host.owner(),
        owner_lives: &|owner| host.owner_lives(owner),
        engine: &engine,
        secrets: &secrets,
    };
    runtime.block_on(launcher::launch(record, &surroundings))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(args: &[&str]) -> Option<(Option<String>, String)> {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        Request::recognise(&args).map(|request| (request.home, request.name))
    }

    #[test]
    fn what_berth_registers_takes_the_short_way() {
        let time = |home: Option<&str>| Some((home.map(str::to_owned), "time".to_owned()));
        assert_eq!(recognised(&["run", "time"]), time(None));
        assert_eq!(
            recognised(&["--home", "/b", "run", "time"]),
            time(Some("/b"))
        );
        assert_eq!(recognised(&["--home=/b", "run", "time"]), time(Some("/b")));
    }

    #[test]
    fn everything_else_is_for_the_command_line() {
        for args in [
            &[][..],
            &["run"],
            &["list"],
            &["run", "--help"],
            &["run", "time", "x"],
            &["run", "time", "--home", "/b"],
            &["--home"],
            &["--home", "/b"],
            &["--json", "run", "time"],
            &["catalog", "run"],
        ] {
            assert_eq!(recognised(args), None, "{args:?}");
        }
    }
}
