//! The hidden command that looks at what has to be true of a server.

use std::io::Read;
use std::path::Path;

use berth_adapters::criteria::Here;
use berth_adapters::services::Said;
use berth_core::error::{Error, Result};
use berth_core::port::Host;
use berth_core::progress::Watch;
use berth_core::server::CriterionSeen;
use tokio_util::sync::CancellationToken;

use crate::around::{Around, done, ended, tell};
use crate::signals::Signals;

/// Most bytes of what a server printed.
const INPUT_LIMIT: u64 = 64 << 20;

/// Looks at the criteria of an installation; the exit code.
pub fn look(home: Option<&str>, name: &str) -> i32 {
    ended(attempt(home, name).map(|criteria| Said::Seen { criteria }))
}

fn attempt(home: Option<&str>, name: &str) -> Result<Vec<CriterionSeen>> {
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
    let printed = printed()?;
    done(async {
        let cancel = CancellationToken::new();
        let watch = Watch::new(tell, cancel.clone());
        let mut signals = Signals::new()?;
        let mut looking = std::pin::pin!(here.look(&printed, &watch));
        tokio::select! {
            seen = &mut looking => return seen,
            () = signals.next() => cancel.cancel(),
        }
        // It takes away what it has begun.
        looking.await
    })
}

fn printed() -> Result<Vec<String>> {
    let mut input = Vec::new();
    std::io::stdin()
        .take(INPUT_LIMIT)
        .read_to_end(&mut input)
        .map_err(|error| Error::internal("no input").caused_by(&error))?;
    serde_json::from_slice(&input)
        .map_err(|error| Error::internal("the input cannot be read").caused_by(&error))
}
