//! The hidden command that does a step of an action.

use berth_adapters::actions::Acting;
use berth_adapters::services::Said;
use berth_core::error::Result;
use berth_core::port::{ActAsked, Host};

use crate::args::ActStepArgs;
use crate::around::{Around, asker_gone, ended, until_unwanted};

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
