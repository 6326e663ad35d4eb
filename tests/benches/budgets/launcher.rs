//! From starting the launcher to the server's first answer, and what the launcher holds while the
//! session goes on, against the docker command.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Samples;
use crate::person::{INITIALIZE, Person, Session};
use crate::process::pss_mib;

/// Pairs that are not counted: files come into the page cache, the engine's first container is
/// slower than any other.
const WARM_UP: usize = 3;
const PAIRS: usize = 25;

/// How old a session is when its memory is looked at: what the launcher does once, it has done.
const AGE: Duration = Duration::from_secs(8);
/// Sessions whose memory is looked at.
const AGED: usize = 5;
/// Requests before that: a session that is used.
const USE: usize = 50;

/// Milliseconds to the answer.
pub fn start() -> Samples {
    let person = Person::new();
    let mut samples = Samples::default();
    for pair in 0..WARM_UP + PAIRS {
        let ours = answered(|| person.berth());
        let theirs = answered(|| person.docker());
        if pair >= WARM_UP {
            samples.ours.push(ours);
            samples.theirs.push(theirs);
        }
    }
    samples
}

fn answered(begin: impl FnOnce() -> Session) -> f64 {
    let started = Instant::now();
    let mut session = begin();
    session.ask(INITIALIZE);
    started.elapsed().as_secs_f64() * 1e3
}

/// MiB (PSS) of the process that the client started. One session at a time: two would share their
/// program's pages, and each count for half.
pub fn memory() -> Samples {
    let person = Person::new();
    let mut samples = Samples::default();
    for _ in 0..AGED {
        samples.ours.push(held(person.berth()));
        samples.theirs.push(held(person.docker()));
    }
    samples
}

fn held(mut session: Session) -> f64 {
    session.ask(INITIALIZE);
    sleep(AGE);
    for _ in 0..USE {
        session.ask(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#);
    }
    pss_mib(session.pid())
}
