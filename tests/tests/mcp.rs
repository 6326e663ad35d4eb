//! The MCP adapter against a real server process that can misbehave.

use std::sync::{Arc, Mutex};

use berth_adapters::mcp::RmcpStarter;
use berth_core::client::LauncherCommand;
use berth_core::error::ErrorCode;
use berth_core::port::{McpStarter, StartRequest};
use berth_core::progress::{Progress, Watch};
use berth_testkit::ground;
use tokio_util::sync::CancellationToken;

fn request(args: &[&str]) -> StartRequest {
    StartRequest {
        command: LauncherCommand {
            program: ground::server().to_str().expect("UTF-8").to_owned(),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            address: None,
        },
        folder: None,
        startup_seconds: 20,
    }
}

fn listening() -> (Watch, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let watch = Watch::new(
        move |progress| {
            if let Progress::Line { text } = progress {
                sink.lock().expect("no panic").push(text);
            }
        },
        CancellationToken::new(),
    );
    (watch, lines)
}

#[tokio::test]
async fn lists_all_pages_and_calls_a_tool() {
    let whole = {
        let mut session = RmcpStarter
            .start(&request(&[]), &Watch::silent())
            .await
            .expect("it answers");
        let tools = session.tools().await.expect("tools");
        session.close().await.expect("closed");
        tools
    };
    assert!(whole.len() > 1);
    let mut session = RmcpStarter
        .start(&request(&["--page", "1"]), &Watch::silent())
        .await
        .expect("it answers");
    assert_eq!(session.tools().await.expect("tools"), whole);
    let mut arguments = serde_json::Map::new();
    arguments.insert("text".to_owned(), "hello".into());
    let answer = session.call("echo", arguments).await.expect("an answer");
    assert!(
        !answer.is_error && answer.text.contains("hello"),
        "{answer:?}"
    );
    let error = session
        .call("no_such_tool", serde_json::Map::new())
        .await
        .expect_err("unknown");
    assert_eq!(
        error.code,
        ErrorCode::ToolUnknown {
            tool: "no_such_tool".to_owned()
        }
    );
    session.close().await.expect("closed");
}

#[tokio::test]
async fn lines_that_are_not_json_go_to_the_log() {
    let (watch, lines) = listening();
    let session = RmcpStarter
        .start(&request(&["--noise"]), &watch)
        .await
        .expect("it answers");
    session.close().await.expect("closed");
    assert!(
        lines
            .lock()
            .expect("no panic")
            .iter()
            .any(|line| line.contains("not JSON"))
    );
}

#[tokio::test]
async fn a_server_that_leaves_is_named_with_its_exit_code_and_last_words() {
    let error = RmcpStarter
        .start(&request(&["--exit", "7"]), &Watch::silent())
        .await
        .err()
        .expect("it left");
    assert_eq!(error.code, ErrorCode::ServerExited { exit: Some(7) });
    assert!(
        error
            .causes
            .iter()
            .any(|line| line.contains("leaving at once")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_silent_server_is_given_up_and_ended() {
    let mut silent = request(&["--silent"]);
    silent.startup_seconds = 1;
    let error = RmcpStarter
        .start(&silent, &Watch::silent())
        .await
        .err()
        .expect("no answer");
    assert_eq!(error.code, ErrorCode::ServerTimeout { seconds: 1 });
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_greets_and_then_is_silent_is_given_up() {
    let greeting = r#"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"mute","version":"1"}}}"#;
    let mut mute = request(&[
        "-c",
        &format!("read -r _; echo '{greeting}'; while read -r _; do :; done"),
    ]);
    mute.command.program = "/bin/sh".to_owned();
    mute.startup_seconds = 2;
    let mut session = RmcpStarter
        .start(&mute, &Watch::silent())
        .await
        .expect("it greets");
    let error = session.tools().await.expect_err("no answer");
    assert_eq!(error.code, ErrorCode::ServerTimeout { seconds: 2 });
    session.close().await.expect("closed");
}

#[tokio::test]
async fn cancelling_stops_the_wait() {
    let token = CancellationToken::new();
    let watch = Watch::new(|_| {}, token.clone());
    token.cancel();
    let error = RmcpStarter
        .start(&request(&["--silent"]), &watch)
        .await
        .err()
        .expect("stopped");
    assert!(error.is_cancelled());
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let mut nowhere = request(&[]);
    nowhere.command.program = "/no/such/berth".to_owned();
    let error = RmcpStarter
        .start(&nowhere, &Watch::silent())
        .await
        .err()
        .expect("not there");
    assert_eq!(
        error.code,
        ErrorCode::ProgramMissing {
            program: "/no/such/berth".to_owned()
        }
    );
}
