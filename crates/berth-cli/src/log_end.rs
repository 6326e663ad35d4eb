//! The hidden command that reads the end of a server's log.

use std::io::Read;
use std::path::Path;

use berth_adapters::criteria::Here;
use berth_adapters::services::Said;
use berth_core::error::{Error, Result};
use berth_core::logs::{LogAsked, LogEnd};
use berth_core::port::Host;
use berth_core::progress::Watch;
use tokio_util::sync::CancellationToken;

use crate::around::{Around, done, ended, tell};
use crate::signals::Signals;

/// Most bytes of what is asked for.
const INPUT_LIMIT: u64 = 64 << 10;

/// Reads the end of a log of an installation; the exit code.
pub fn read(home: Option<&str>, name: &str) -> i32 {
    ended(attempt(home, name).map(|end| Said::End { end }))
}

fn attempt(home: Option<&str>, name: &str) -> Result<LogEnd> {
    let around = Around::of(home, name)?;
    let (home, user_home) = (around.host.home(), around.host.user_home());
    let here = Here {
        record: &around.record,
        home: Path::new(&home),
        user_home: Path::new(&user_home),
        owner: around.host.owner(),
        engine: &around.engine,
        secrets: &around.secrets,
    };
    let asked = asked()?;
    done(async {
        let cancel = CancellationToken::new();
        let watch = Watch::new(tell, cancel.clone());
        let mut signals = Signals::new()?;
        let mut reading = std::pin::pin!(here.log_end(&asked, &watch));
        tokio::select! {
            end = &mut reading => return end,
            () = signals.next() => cancel.cancel(),
        }
        // It takes away what it has begun.
        reading.await
    })
}

fn asked() -> Result<LogAsked> {
    let mut input = Vec::new();
    std::io::stdin()
        .take(INPUT_LIMIT)
        .read_to_end(&mut input)
        .map_err(|error| Error::internal("no input").caused_by(&error))?;
    serde_json::from_slice(&input)
        .map_err(|error| Error::internal("the input cannot be read").caused_by(&error))
}
