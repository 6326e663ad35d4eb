//! The command line: from arguments to one handler, and from its answer to an exit code.

use std::ffi::OsString;
use std::io::Write;

use berth_api::Berth;
use berth_core::error::{Error, Result};
use clap::Parser;
use clap::error::ErrorKind;
use serde_json::json;

use crate::actions;
use crate::args::{ActArgs, Cli, Command, NameArg};
use crate::commands;
use crate::compose;
use crate::criteria;
use crate::environment;
use crate::log_end;
use crate::output::{Output, error_value, exit};
use crate::redact;
use crate::run::{self, Request};
use crate::services;

/// Runs a command line, its program's name first; the exit code.
pub fn main(args: Vec<OsString>) -> i32 {
    let json = args.iter().any(|arg| arg == "--json");
    match Cli::try_parse_from(args) {
        // Said in another way than Berth registers it, such as with options behind the name.
        Ok(Cli {
            home,
            command: Command::Run(NameArg { name }),
            ..
        }) => run::run(&Request { home, name }),
        Ok(Cli {
            home,
            command: Command::ServicesUp(NameArg { name }),
            ..
        }) => services::up(home.as_deref(), &name),
        Ok(Cli {
            home,
            command: Command::ServicesLog(args),
            ..
        }) => services::log(home.as_deref(), args),
        Ok(Cli {
            home,
            command: Command::Criteria(NameArg { name }),
            ..
        }) => criteria::look(home.as_deref(), &name),
        Ok(Cli {
            home,
            command: Command::LogEnd(NameArg { name }),
            ..
        }) => log_end::read(home.as_deref(), &name),
        Ok(Cli {
            home,
            command: Command::Redact(NameArg { name }),
            ..
        }) => redact::texts(home.as_deref(), &name),
        Ok(Cli {
            home,
            command: Command::ActStep(args),
            ..
        }) => actions::step(home.as_deref(), args),
        Ok(Cli {
            home,
            command: Command::Headers(NameArg { name }),
            ..
        }) => run::headers(&Request { home, name }),
        Ok(cli) => {
            environment::forget(&cli);
            command_line(cli).into()
        }
        Err(error) => usage(&error, json).into(),
    }
}

fn usage(error: &clap::Error, json: bool) -> u8 {
    let help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if json && !help {
        let text = error.render().to_string();
        let message = text.trim().trim_start_matches("error: ");
        Output { json }.line(&json!({
            "error": { "code": "usage", "message": message, "hint": "See `berth --help`." }
        }));
        return exit::USAGE;
    }
    // Nothing can be told where standard error is closed.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::DONE,
        _ => exit::USAGE,
    }
}

fn command_line(cli: Cli) -> u8 {
    let out = Output { json: cli.json };
    log();
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = Error::internal("the runtime could not be started").caused_by(&error);
            out.failure(&error);
            return exit::code(&error);
        }
    };
    let ended = runtime.block_on(command(cli, out));
    // What still runs in the background (a probe) is not waited for.
    runtime.shutdown_background();
    ended
}

async fn command(cli: Cli, out: Output) -> u8 {
    // The outcome of these is the last of their JSON lines.
    let lines = cli.json
        && matches!(
            cli.command,
            Command::Install(_)
                | Command::Update(_)
                | Command::Connect(_)
                | Command::Disconnect(_)
                | Command::Remove(_)
                | Command::Backup(_)
                | Command::Restore(_)
                | Command::Act(ActArgs {
                    action: Some(_),
                    ..
                })
        );
    match answer(cli, out).await {
        Ok(code) => code,
        Err(error) => {
            if lines {
                out.line(&json!({ "event": "failed", "error": error_value(&error) }));
            } else {
                out.failure(&error);
            }
            exit::code(&error)
        }
    }
}

async fn answer(cli: Cli, out: Output) -> Result<u8> {
    let home = cli.home.as_deref();
    if matches!(cli.command, Command::VaultServe) {
        return compose::serve_vault(home).await.map(done);
    }
    let berth = compose::berth(home)?;
    let recovers = recovers(&cli.command);
    if recovers {
        recover(&berth, out).await?;
    }
    let ended = carry_out(&berth, out, cli.command).await;
    if recovers {
        // What dead launchers left goes as well, where the engine was looked at anyway.
        berth.sweep().await;
    }
    ended
}

async fn carry_out(berth: &Berth, out: Output, command: Command) -> Result<u8> {
    match command {
        Command::Catalog(command) => commands::catalog::run(berth, out, command).await.map(done),
        Command::Plan(args) => commands::plan::run(berth, out, args)
            .await
            .map(|obstacle| told(out, obstacle.as_ref())),
        Command::Install(args) => commands::install::run(berth, out, args).await.map(done),
        Command::Update(args) => commands::update::run(berth, out, args).await.map(done),
        Command::List => commands::list::run(berth, out).await.map(done),
        Command::Show(args) => commands::show::run(berth, out, args.name).await.map(done),
        Command::Verify(args) => commands::verify::run(berth, out, args.name).await.map(done),
        Command::Image(args) => commands::image::run(berth, out, args.name).await.map(done),
        Command::Explain(args) => commands::explain::run(berth, out, args).await.map(done),
        Command::Call(args) => commands::call::run(berth, out, args)
            .await
            .map(|error| told(out, error.as_ref())),
        Command::Export(args) => commands::export::run(berth, out, args).await.map(done),
        Command::Backup(args) => commands::backup::backup(berth, out, args).await.map(done),
        Command::Restore(args) => commands::backup::restore(berth, out, args).await.map(done),
        Command::Act(args) => commands::act::run(berth, out, args).await.map(done),
        Command::Connect(args) => commands::connect::connect(berth, out, args).await.map(done),
        Command::Disconnect(args) => commands::connect::disconnect(berth, out, args)
            .await
            .map(done),
        Command::Start(args) => commands::services::start(berth, out, args.name)
            .await
            .map(done),
        Command::Stop(args) => commands::services::stop(berth, out, args.name)
            .await
            .map(done),
        Command::Logs(args) => commands::services::logs(berth, out, args).await.map(done),
        Command::Remove(args) => commands::remove::run(berth, out, args).await.map(done),
        Command::Secret(command) => commands::secret::run(berth, out, command).await.map(done),
        Command::Vault(command) => commands::vault::run(berth, out, command).await.map(done),
        Command::Jobs(args) => commands::jobs::run(berth, out, args.command)
            .await
            .map(done),
        Command::Doctor(args) => commands::doctor::run(berth, out, args).await,
        // These were dealt with before.
        Command::Run(_)
        | Command::Headers(_)
        | Command::VaultServe
        | Command::ServicesUp(_)
        | Command::Criteria(_)
        | Command::LogEnd(_)
        | Command::Redact(_)
        | Command::ActStep(_)
        | Command::ServicesLog(_) => Ok(exit::DONE),
    }
}

fn done((): ()) -> u8 {
    exit::DONE
}

/// The exit code of an answer that tells of an error itself; people get its sentences as well.
fn told(out: Output, error: Option<&Error>) -> u8 {
    match error {
        Some(error) => {
            if !out.json {
                out.failure(error);
            }
            exit::code(error)
        }
        None => exit::DONE,
    }
}

/// Whether a command should find nothing half-done. Those that only read the catalog do not care.
fn recovers(command: &Command) -> bool {
    !matches!(
        command,
        Command::Catalog(_) | Command::Plan(_) | Command::Explain(_) | Command::Vault(_)
    )
}

async fn recover(berth: &Berth, out: Output) -> Result<()> {
    let jobs = berth.recover().await?;
    for job in jobs {
        out.remark(&format!(
            "An earlier job was interrupted and has been dealt with: `berth jobs show {job}`."
        ));
    }
    Ok(())
}

/// Warnings go to standard error; `BERTH_LOG` shows more.
fn log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("BERTH_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    let to = || -> Box<dyn Write> { Box::new(std::io::stderr()) };
    // A second subscriber cannot be there: this is the only place that sets one.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(to)
        .try_init();
}
