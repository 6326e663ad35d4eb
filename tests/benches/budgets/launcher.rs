//! From starting the launcher to the server's first answer, and what the launcher then holds,
//! against the docker command.

use std::time::Instant;

use crate::Samples;
use crate::person::{INITIALIZE, Person, Session};
use crate::process::pss_mib;

/// Pairs that are not counted: files come into the page cache, the engine's first container is
/// slower than any other.
const WARM_UP: usize = 3;
const PAIRS: usize = 25;
/// Requests before memory is looked at: a session that is used, not one that has just begun.
const USE: usize = 50;

/// Milliseconds to the answer, and MiB (PSS) of the process that the client started.
pub fn measure() -> (Samples, Samples) {
    let person = Person::new();
    let (mut start, mut memory) = (Samples::default(), Samples::default());
    for pair in 0..WARM_UP + PAIRS {
        let ours = one(|| person.berth());
        let theirs = one(|| person.docker());
        if pair >= WARM_UP {
            start.ours.push(ours.0);
            start.theirs.push(theirs.0);
            memory.ours.push(ours.1);
            memory.theirs.push(theirs.1);
        }
    }
    (start, memory)
}

fn one(begin: impl FnOnce() -> Session) -> (f64, f64) {
    let started = Instant::now();
    let mut session = begin();
    session.ask(INITIALIZE);
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    for _ in 0..USE {
        session.ask(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#);
    }
    (milliseconds, pss_mib(session.pid()))
}
