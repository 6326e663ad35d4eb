//! The vault as the window's process has it: it asks `berth`, which alone owns the items (on macOS
//! another program's read would raise a prompt).
//!
//! One short process for each request. JSON lines: the request on standard input (so a secret is in
//! no argument and no environment), the answer on standard output. No request gives a secret back.

mod ask;
mod exchange;
mod serve;
mod wire;

pub use ask::SidecarVault;
pub use exchange::{ChildProcess, Exchange, Said};
pub use serve::serve;

/// Longest request in bytes. The longest secrets are a few hundred KiB of certificates.
const LONGEST_LINE: usize = 8 * 1024 * 1024;
