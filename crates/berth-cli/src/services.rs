//! The hidden commands that bring services up and read their logs.

use berth_adapters::services::Said;
use berth_core::error::Result;
use berth_core::port::{Host, LogWanted};
use berth_core::stack::Ground;

use crate::args::ServicesLogArgs;
use crate::around::{Around, asker_gone, done, ended, say, until_unwanted};

/// Brings the services of an installation up; the exit code.
pub fn up(home: Option<&str>, name: &str) -> i32 {
    let around = Around::of(home, name);
    ended(with_ground(around, |ground, around| {
        until_unwanted(asker_gone(), async |watch| {
            ground.up(&around.record.installation, watch).await
        })
    }))
}

/// Tells a service's log; the exit code.
pub fn log(home: Option<&str>, args: ServicesLogArgs) -> i32 {
    let ServicesLogArgs {
        name,
        service,
        lines,
        follow,
    } = args;
    let wanted = LogWanted {
        name: name.clone(),
        service,
        lines,
        follow,
    };
    // It can be followed for hours: nobody is to wait for that.
    let around = Around::of(home, &name).map(Around::looking_only);
    ended(with_ground(around, |ground, around| {
        let mut told = |text| say(&Said::Line { text });
        let installation = &around.record.installation;
        done(async {
            tokio::select! {
                logged = ground.log(installation, &wanted, &mut told) => logged,
                _ = asker_gone() => Ok(()),
            }
        })
    }))
}

fn with_ground(
    around: Result<Around>,
    work: impl FnOnce(&Ground<'_>, &Around) -> Result<()>,
) -> Result<Said> {
    let around = around?;
    let home = around.host.home();
    let ground = Ground {
        engine: &around.engine,
        secrets: &around.secrets,
        home: &home,
    };
    work(&ground, &around).map(|()| Said::Done)
}
