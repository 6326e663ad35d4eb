//! The project's commands: `cargo xtask <command>`.

mod bench;
mod build;
mod cmd;
mod fail;
mod generate;
mod ground;
mod interrupt;
mod lint;
mod out;
mod package;
mod paths;
mod platforms;
mod run;
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
    /// Set up, build, and open the app
    Run,
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
    /// Measure Berth against its budgets
    Bench(bench::Options),
    /// Build this platform's installers
    Package {
        /// Unoptimized, which is quick to build
        #[arg(long)]
        debug: bool,
    },
    /// Compile the code of the platforms that this machine is not
    CheckPlatforms,
    /// Build what the bundler packs beside the app (Tauri's beforeBuildCommand)
    #[command(hide = true)]
    BeforeBuild,
    /// Start the tests' components, run a command with their addresses, and end them
    Ground {
        /// The command and its arguments, such as `cargo test -p berth-adapters docker`
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    match carry_out(args.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out::problem(failure);
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<()> {
    let paths = Paths::find()?;
    let interrupt = Interrupt::listen()?;
    match command {
        Command::Run => run::run(&paths, &interrupt),
        Command::Setup => setup::setup(&paths, &interrupt, setup::Need::Test),
        Command::Test(options) => test::test(&paths, &interrupt, &options),
        Command::Lint => lint::lint(&paths, &interrupt),
        Command::Gen { check } => generate::generate(&paths, &interrupt, check),
        Command::Bench(options) => bench::bench(&paths, &interrupt, &options),
        Command::Package { debug } => {
            let profile = if debug {
                build::Profile::Debug
            } else {
                build::Profile::Release
            };
            package::package(&paths, &interrupt, profile)
        }
        Command::CheckPlatforms => platforms::check(&paths, &interrupt),
        Command::BeforeBuild => build::before_build(&paths, &interrupt),
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
