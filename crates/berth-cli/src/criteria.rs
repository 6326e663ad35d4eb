//! The hidden command that looks at what has to be true of a server.

use std::future::pending;

use berth_adapters::services::Said;
use berth_core::error::Result;
use berth_core::server::CriterionSeen;

use crate::around::{Around, ended, input, until_unwanted};

/// Most bytes of what a server printed.
const INPUT_LIMIT: u64 = 64 << 20;

/// Looks at the criteria of an installation; the exit code.
pub fn look(home: Option<&str>, name: &str) -> i32 {
    ended(attempt(home, name).map(|criteria| Said::Seen { criteria }))
}

fn attempt(home: Option<&str>, name: &str) -> Result<Vec<CriterionSeen>> {
    let around = Around::of(home, name)?;
    let printed: Vec<String> = input(INPUT_LIMIT)?;
    until_unwanted(pending::<()>(), async |watch| {
        around.here().look(&printed, watch).await
    })
}
