//! `berth call`

use std::io::Read;

use berth_api::Berth;
use berth_api::types::ToolCallRequest;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::input::InputProblem;
use serde_json::{Map, Value};

use crate::args::CallArgs;
use crate::output::{Output, clean};

/// Runs it. An answer that says "error" is an answer, but not success.
pub async fn run(berth: &Berth, out: Output, args: CallArgs) -> Result<Option<Error>> {
    let arguments = arguments(args.arguments.as_deref())?;
    let tool = args.tool;
    let answer = berth
        .tool_call(ToolCallRequest {
            name: args.name,
            tool: tool.clone(),
            arguments,
        })
        .await?;
    out.answer(&answer, || clean(&answer.text));
    Ok(answer
        .is_error
        .then(|| Error::new(ErrorCode::ToolFailed { tool })))
}

fn arguments(text: Option<&str>) -> Result<Map<String, Value>> {
    let mut read = String::new();
    let text = match text {
        None => return Ok(Map::new()),
        Some("-") => {
            std::io::stdin()
                .read_to_string(&mut read)
                .map_err(|error| wrong().caused_by(&error))?;
            read.as_str()
        }
        Some(text) => text,
    };
    serde_json::from_str(text).map_err(|error| wrong().caused_by(&error))
}

fn wrong() -> Error {
    Error::new(ErrorCode::InputInvalid {
        input: "JSON".to_owned(),
        problem: InputProblem::Pattern {
            help: "a JSON object such as {\"timezone\": \"UTC\"}".to_owned(),
        },
    })
}
