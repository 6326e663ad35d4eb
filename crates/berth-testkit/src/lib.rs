//! Fakes, contracts, samples and the real components that tests need.

pub mod contract;
pub mod sample;
