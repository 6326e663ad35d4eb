//! What the launcher says when the server that it is a bridge to did not answer.

use berth_core::error::{Error, ErrorCode};
use rmcp::model::ErrorData;

/// The error that the launcher put into an answer of its own. A server could write one as well, so
/// only those count that say nothing but what such a failure says.
pub(super) fn error(answer: &ErrorData) -> Option<Error> {
    let said = answer.data.as_ref()?.get("berth")?;
    let error: Error = serde_json::from_value(said.clone()).ok()?;
    let is_bridges = matches!(
        error.code,
        ErrorCode::ServerUnreachable { .. }
            | ErrorCode::ServerRefused { .. }
            | ErrorCode::ServerStatus { .. }
            | ErrorCode::ServerProtocol { .. }
    );
    is_bridges.then_some(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rmcp::model::ErrorCode as RpcCode;

    #[test]
    fn only_what_a_bridge_says_is_taken_for_it() {
        let answer = |error: &Error| {
            let data = serde_json::json!({ "berth": error });
            ErrorData::new(RpcCode(-32000), "x", Some(data))
        };
        let refused = Error::new(ErrorCode::ServerRefused {
            address: "https://mcp.example.com/".to_owned(),
            status: 401,
        })
        .with_cause("no");
        assert_eq!(error(&answer(&refused)), Some(refused));
        let other = Error::new(ErrorCode::PassphraseNeeded);
        assert_eq!(error(&answer(&other)), None);
        assert_eq!(error(&ErrorData::new(RpcCode(-32000), "x", None)), None);
    }
}
