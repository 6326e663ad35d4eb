//! The hidden command that reads the end of a server's log.

use std::future::pending;

use berth_adapters::services::Said;
use berth_core::error::Result;
use berth_core::logs::{LogAsked, LogEnd};

use crate::around::{Around, ended, input, until_unwanted};

/// Most bytes of what is asked for.
const INPUT_LIMIT: u64 = 64 << 10;

/// Reads the end of a log of an installation; the exit code.
pub fn read(home: Option<&str>, name: &str) -> i32 {
    ended(attempt(home, name).map(|end| Said::End { end }))
}

fn attempt(home: Option<&str>, name: &str) -> Result<LogEnd> {
    let around = Around::of(home, name)?;
    let asked: LogAsked = input(INPUT_LIMIT)?;
    until_unwanted(pending::<()>(), async |watch| {
        around.here().log_end(&asked, watch).await
    })
}
