//! Chance that can be had again: a run prints its seed, and takes one from `BERTH_TEST_SEED`.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Numbers from a seed (splitmix64).
pub struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    /// With the seed that was given, else a new one.
    #[allow(clippy::print_stdout, reason = "where a test's output is read")]
    pub fn new() -> Self {
        let seed = match std::env::var("BERTH_TEST_SEED") {
            Ok(seed) => seed.parse().expect("BERTH_TEST_SEED is a number"),
            Err(_) => RandomState::new().hash_one("seed") >> 32,
        };
        println!("BERTH_TEST_SEED={seed}");
        Self::of(seed)
    }

    /// With this seed.
    pub fn of(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// The seed, for what a failure says.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of 0 to `below` - 1.
    pub fn below(&mut self, below: usize) -> usize {
        let below = u64::try_from(below).expect("a small number");
        usize::try_from(self.next() % below).expect("a small number")
    }

    /// Some time up to a limit.
    pub fn within(&mut self, limit: Duration) -> Duration {
        let micros = usize::try_from(limit.as_micros()).expect("a short time");
        Duration::from_micros(self.below(micros + 1) as u64)
    }
}
