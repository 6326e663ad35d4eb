//! What tests share: fakes of the ports, the suites that a fake and the real thing must both pass,
//! and real components to run against.

pub mod contract;
pub mod fake;
pub mod faulty;
pub mod ground;
pub mod keychain;
pub mod sample;
pub mod token;
