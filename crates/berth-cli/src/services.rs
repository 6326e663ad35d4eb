//! The hidden commands that bring services up and read their logs.

use berth_adapters::services::Said;
use berth_core::error::Result;
use berth_core::port::{Host, LogWanted};
use berth_core::progress::Watch;
use berth_core::stack::Ground;

use crate::args::ServicesLogArgs;
use crate::around::{Around, done, ended, say, tell};

/// Brings the services of an installation up; the exit code.
pub fn up(home: Option<&str>, name: &str) -> i32 {
    ended(with_ground(home, name, async |ground, around| {
        let watch = Watch::telling(tell);
        ground.up(&around.record.installation, &watch).await
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
    ended(with_ground(home, &name, async |ground, around| {
        let mut told = |text| say(&Said::Line { text });
        let installation = &around.record.installation;
        ground.log(installation, &wanted, &mut told).await
    }))
}

fn with_ground(
    home: Option<&str>,
    name: &str,
    work: impl AsyncFnOnce(&Ground<'_>, &Around) -> Result<()>,
) -> Result<Said> {
    let around = Around::of(home, name)?;
    let home = around.host.home();
    let ground = Ground {
        engine: &around.engine,
        secrets: &around.secrets,
        home: &home,
    };
    done(work(&ground, &around)).map(|()| Said::Done)
}
