//! The hidden command that takes the secrets of an installation out of what its server said.

use std::future::pending;

use berth_adapters::services::Said;
use berth_core::error::Result;

use crate::around::{Around, ended, input, until_unwanted};

/// Most bytes of what was said.
const INPUT_LIMIT: u64 = 64 << 20;

/// Takes them out; the exit code.
pub fn texts(home: Option<&str>, name: &str) -> i32 {
    ended(attempt(home, name).map(|texts| Said::Redacted { texts }))
}

fn attempt(home: Option<&str>, name: &str) -> Result<Vec<String>> {
    let around = Around::of(home, name)?;
    let said: Vec<String> = input(INPUT_LIMIT)?;
    until_unwanted(pending::<()>(), async |_| around.here().redact(&said).await)
}
