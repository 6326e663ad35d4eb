//! Tokens for the fixture MCP server.

use std::hash::{BuildHasher, RandomState};
use std::time::SystemTime;

/// A fresh token that the fixture server takes: nowhere else on this machine, so that a search for
/// it finds where it leaked.
#[must_use]
pub fn right() -> String {
    // RandomState is seeded by the system; twice gives 32 hex digits.
    let half = || RandomState::new().hash_one(SystemTime::now());
    let body = format!("{:016x}{:016x}", half(), half());
    format!("bft_{body}{:08x}", checksum(&body))
}

/// A token of the same shape that it refuses.
#[must_use]
pub fn wrong() -> String {
    let token = right();
    let flipped = if token.ends_with('0') { '1' } else { '0' };
    format!("{}{flipped}", &token[..token.len() - 1])
}

/// 32-bit FNV-1a, as in tests/fixtures/mcp-server.
fn checksum(body: &str) -> u32 {
    body.bytes().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_differ_and_have_the_shape_of_the_fixture_server() {
        let (one, other) = (super::right(), super::right());
        assert_ne!(one, other);
        assert_eq!(one.len(), 44);
        assert_ne!(super::wrong()[36..], super::right()[36..]);
        assert_eq!(super::checksum("foobar"), 0xbf9c_f968);
    }
}
