//! The project's commands: `cargo xtask <command>`.

mod build;
mod cmd;
mod fail;
mod generate;
mod ground;
mod interrupt;
mod lint;
mod out;
mod paths;
mod setup;
mod test;

use clap::{Parser, Subcommand};
use fail::{Result, fail};
use interrupt::Interrupt;
use paths::Paths;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Berth's commands for who works on it")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what this machine needs to build and test
    Setup,
    /// Set up, build, start the components, and run every test
    Test(test::Options),
    /// Check everything that needs no test to run: format, lints, dependencies, generated files
    Lint,
    /// Write the files that are made from the Rust types
    Gen {
        /// Write nothing, and fail when a file is not current
        #[arg(long)]
        check: bool,
    },
    /// Start the tests' components, run a command with their addresses, and end them
    Ground {
        /// The command and its arguments, such as `cargo test -p berth-adapters docker`
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out::problem(failure);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let paths = Paths::find()?;
    let interrupt = Interrupt::listen()?;
    match command {
        Command::Setup => setup::setup(&paths, &interrupt, setup::Need::Test),
        Command::Test(options) => test::test(&paths, &interrupt, &options),
        Command::Lint => lint::lint(&paths, &interrupt),
        Command::Gen { check } => generate::generate(&paths, &interrupt, check),
        Command::Ground { command } => with_ground(&paths, &interrupt, &command),
    }
}

fn with_ground(paths: &Paths, interrupt: &Interrupt, command: &[String]) -> Result<()> {
    let Some((program, args)) = command.split_first() else {
        return fail("which command?");
    };
    setup::setup(paths, interrupt, setup::Need::Test)?;
    let berth = build::launcher(paths, interrupt)?;
    let mut ground = ground::Ground::start(paths, interrupt)?;
    ground.tell(ground::names::BERTH, berth);
    let cmd = cmd::Cmd::new(program).args(args);
    out::stage(cmd.shown());
    let status = interrupt.wait(program, &mut ground.inside(cmd).build());
    ground.stop();
    match status? {
        status if status.success() => Ok(()),
        status => fail(format!("`{program}` ended with {status}")),
    }
}
