//! What has to be known of the messages that go through: which ask, which answer.

use berth_core::error::Error;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

/// What JSON-RPC leaves to implementations, and SDKs use for a connection that is gone.
const CONNECTION_CLOSED: i32 = -32000;

/// The method that begins a session.
pub(super) const INITIALIZE: &str = "initialize";
/// What a client says once it has the answer to it.
pub(super) const INITIALIZED: &str = "notifications/initialized";
/// What it says of a request that it wants no answer to any more.
const CANCELLED: &str = "notifications/cancelled";

/// One message, or one of several in a batch.
#[derive(Deserialize)]
struct Head {
    id: Option<Value>,
    method: Option<String>,
    params: Option<Params>,
    result: Option<Outcome>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Params {
    Cancelled {
        #[serde(rename = "requestId")]
        request: Value,
    },
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Outcome {
    Initialized {
        #[serde(rename = "protocolVersion")]
        version: String,
    },
    Other(serde::de::IgnoredAny),
}

/// What a line says of itself.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// Identifiers of the requests in it.
    pub requests: Vec<Value>,
    /// Identifiers that it answers.
    pub answers: Vec<Value>,
    /// Identifiers of requests that are taken back.
    pub taken_back: Vec<Value>,
    /// It begins a session.
    pub initialize: bool,
    /// It says that a session has begun.
    pub initialized: bool,
    /// The protocol version that an answer to `initialize` agrees to.
    pub version: Option<String>,
}

impl Seen {
    /// Looks into a message; nothing is seen in what is no JSON-RPC.
    pub fn of(text: &[u8]) -> Self {
        let mut seen = Self::default();
        let is_batch = text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
        let heads = if is_batch {
            serde_json::from_slice(text).unwrap_or_default()
        } else {
            serde_json::from_slice(text).map_or_else(|_| Vec::new(), |head| vec![head])
        };
        for head in heads {
            seen.add(head);
        }
        seen
    }

    fn add(&mut self, head: Head) {
        let id = head.id.filter(|id| !id.is_null());
        match (head.method.as_deref(), id) {
            (Some(method), Some(id)) => {
                self.initialize |= method == INITIALIZE;
                self.requests.push(id);
            }
            (Some(method), None) => {
                self.initialized |= method == INITIALIZED;
                if let (CANCELLED, Some(Params::Cancelled { request })) = (method, head.params) {
                    self.taken_back.push(request);
                }
            }
            (None, Some(id)) => {
                self.answers.push(id);
                if let Some(Outcome::Initialized { version }) = head.result {
                    self.version = Some(version);
                }
            }
            (None, None) => {}
        }
    }
}

/// The answer to a request that the server will not answer.
pub(super) fn failure(id: &Value, error: &Error) -> Bytes {
    let sentence = match error.hint() {
        Some(hint) => format!("{} {hint}", error.message()),
        None => error.message(),
    };
    json!({
        "jsonrpc": "2.0",
        "id": id,
        "error": { "code": CONNECTION_CLOSED, "message": sentence, "data": { "berth": error } },
    })
    .to_string()
    .into()
}

/// A message as one line. Line ends can only stand between JSON's values, never in them.
pub(super) fn one_line(mut text: Vec<u8>) -> Bytes {
    for byte in &mut text {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use berth_core::error::ErrorCode;

    #[test]
    fn what_asks_is_told_from_what_answers() {
        let seen = |text: &str| Seen::of(text.as_bytes());
        let request = seen(r#"{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"x":1}}"#);
        assert_eq!(request.requests, [json!("a")]);
        assert!(request.initialize && !request.initialized);
        let told = seen(r#"{"method":"notifications/initialized","params":[1]}"#);
        assert!(told.initialized && told.requests.is_empty());
        let answer = seen(r#"{"id":1,"result":{"protocolVersion":"2025-06-18","x":{}}}"#);
        assert_eq!(answer.answers, [json!(1)]);
        assert_eq!(answer.version.as_deref(), Some("2025-06-18"));
        let refused = seen(r#"{"id":1,"error":{"code":1,"message":"no"}}"#);
        assert_eq!((refused.answers, refused.version), (vec![json!(1)], None));
        let back = seen(r#"{"method":"notifications/cancelled","params":{"requestId":4}}"#);
        assert_eq!(back.taken_back, [json!(4)]);
        let batch = seen(r#" [{"id":1,"method":"ping"},{"id":2,"result":{}},{"method":"x"}]"#);
        assert_eq!(batch.requests, [json!(1)]);
        assert_eq!(batch.answers, [json!(2)]);
    }

    #[test]
    fn what_is_no_message_is_nothing() {
        for text in [
            "",
            "{",
            "nonsense",
            "[1]",
            r#"{"id":null,"error":{}}"#,
            "[]",
        ] {
            assert_eq!(Seen::of(text.as_bytes()), Seen::default(), "{text}");
        }
    }

    #[test]
    fn an_answer_that_was_laid_out_becomes_one_line() {
        let line = one_line(b"{\r\n  \"id\": 1,\n  \"result\": \"a\\nb\"\n}".to_vec());
        assert!(!line.contains(&b'\n') && !line.contains(&b'\r'));
        let value: Value = serde_json::from_slice(&line).expect("JSON");
        assert_eq!(value["result"], "a\nb");
    }

    #[test]
    fn a_failure_says_what_happened_and_what_to_do() {
        let error = Error::new(ErrorCode::ServerUnreachable {
            address: "http://127.0.0.1:1/mcp".to_owned(),
        });
        let answer: Value = serde_json::from_slice(&failure(&json!(7), &error)).expect("JSON");
        assert_eq!(answer["id"], 7);
        assert_eq!(answer["error"]["code"], -32000);
        let message = answer["error"]["message"].as_str().expect("text");
        assert!(message.starts_with(&error.message()), "{message}");
        let back: Error = serde_json::from_value(answer["error"]["data"]["berth"].clone())
            .expect("the very error");
        assert_eq!(back, error);
    }
}
