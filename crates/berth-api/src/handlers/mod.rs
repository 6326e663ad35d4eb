//! The handlers.

/// Berth.
pub struct Berth;
