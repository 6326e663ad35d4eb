//! `berth`: the launcher that clients start, and the command line.

mod actions;
mod args;
mod around;
mod ask;
mod cli;
mod commands;
mod compose;
mod criteria;
mod environment;
mod follow;
mod log_end;
mod output;
mod progress;
mod redact;
mod run;
mod services;
mod signals;

use std::ffi::OsString;

fn main() {
    let args: Vec<OsString> = std::env::args_os().collect();
    // What clients start comes first: nothing of the command line is set up for it.
    let request = args.get(1..).and_then(run::Request::recognise);
    std::process::exit(match request {
        Some(request) => run::run(&request),
        None => cli::main(args),
    });
}
