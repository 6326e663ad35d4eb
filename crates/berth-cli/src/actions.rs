//! The hidden command that does a step of an action.

use std::io::Read;
use std::path::Path;

use berth_adapters::actions::Acting;
use berth_adapters::criteria::Here;
use berth_adapters::services::Said;
use berth_core::error::Result;
use berth_core::port::{ActAsked, Host};
use berth_core::progress::Watch;
use tokio_util::sync::CancellationToken;

use crate::args::ActStepArgs;
use crate::around::{Around, done, ended, tell};
use crate::signals::Signals;

/// Does a step; the exit code.
pub fn step(home: Option<&str>, args: ActStepArgs) -> i32 {
    ended(attempt(home, args).map(|()| Said::Done))
}

fn attempt(home: Option<&str>, args: ActStepArgs) -> Result<()> {
    let around = Around::of(home, &args.name)?;
    let (home, user_home) = (around.host.home(), around.host.user_home());
    let asked = ActAsked {
        name: args.name,
        action: args.action,
        step: args.step,
        job: args.job,
        undo: args.undo,
    };
    let acting = Acting {
        here: Here {
            record: &around.record,
            home: Path::new(&home),
            user_home: Path::new(&user_home),
            owner: around.host.owner(),
            engine: &around.engine,
            secrets: &around.secrets,
        },
        command: around.host.launcher_absolute(&asked.name)?,
        asked: &asked,
        owner_lives: &|owner| around.host.owner_lives(owner),
    };
    done(async {
        let cancel = CancellationToken::new();
        let watch = Watch::new(tell, cancel.clone());
        let mut signals = Signals::new()?;
        let gone = asker_gone();
        let mut acting = std::pin::pin!(acting.act(&watch));
        tokio::select! {
            done = &mut acting => return done,
            () = signals.next() => {}
            _ = gone => {}
        }
        cancel.cancel();
        // It takes away what it has begun.
        acting.await
    })
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
