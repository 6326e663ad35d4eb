//! berth-adapters
