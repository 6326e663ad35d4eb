//! The hidden command that does a step of an action.

use std::io::Read;

use berth_adapters::actions::Acting;
use berth_adapters::services::Said;
use berth_core::error::Result;
use berth_core::port::{ActAsked, Host};

use crate::args::ActStepArgs;
use crate::around::{Around, ended, until_unwanted};

/// Does a step; the exit code.
pub fn step(home: Option<&str>, args: ActStepArgs) -> i32 {
    ended(attempt(home, args).map(|()| Said::Done))
}

fn attempt(home: Option<&str>, args: ActStepArgs) -> Result<()> {
    let around = Around::of(home, &args.name)?;
    let asked = ActAsked {
        name: args.name,
        action: args.action,
        step: args.step,
        job: args.job,
        undo: args.undo,
    };
    let acting = Acting {
        here: around.here(),
        command: around.host.launcher_absolute(&asked.name)?,
        asked: &asked,
        owner_lives: &|owner| around.host.owner_lives(owner),
    };
    until_unwanted(asker_gone(), async |watch| acting.act(watch).await)
}

/// Ends when standard input does: whoever asked holds its other end.
fn asker_gone() -> tokio::sync::oneshot::Receiver<()> {
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
