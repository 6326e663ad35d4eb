//! A server that is reached over HTTP: `berth run` is the bridge to it.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use berth_core::server::{HealthPaths, Launch, RemoteLaunch};
use berth_tests::http::{Exchange, Mcp, Server};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Person, Session, until};

mod broken;
mod secure;

fn install(person: &Person, url: &str) {
    let launch = RemoteLaunch {
        url: url.to_owned(),
        headers: BTreeMap::from([("X-Team".to_owned(), "blue".to_owned())]),
        health: HealthPaths::default(),
    };
    person.install("server", Launch::Remote(Box::new(launch)));
}

/// A person with that server installed, and a client's session with it that has begun.
fn begun(server: &Server) -> (Person, Session) {
    let person = Person::new();
    install(&person, &server.url("/mcp"));
    let mut session = person.start("server");
    begin(&mut session);
    (person, session)
}

fn begin(session: &mut Session) {
    let answer = session.ask(&initialize());
    assert_eq!(
        answer["result"]["protocolVersion"], "2025-06-18",
        "{answer}"
    );
    tell(
        session,
        &json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
    );
}

fn initialize() -> Value {
    json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    } })
}

fn tell(session: &mut Session, message: &Value) {
    writeln!(session.input.as_mut().expect("open"), "{message}").expect("written");
}

fn hear(session: &mut Session) -> Value {
    let mut line = String::new();
    let output = session.output.as_mut().expect("open");
    output.read_line(&mut line).expect("a line");
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"))
}

fn request(id: impl Into<Value>, method: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id.into(), "method": method })
}

fn echo(id: impl Into<Value>, text: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id.into(), "method": "tools/call",
        "params": { "name": "echo", "arguments": { "text": text } } })
}

fn text_of(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
}

/// A door that a server waits at until the test opens it.
fn door() -> (Sender<()>, std::sync::Mutex<Receiver<()>>) {
    let (open, wait) = channel();
    (open, std::sync::Mutex::new(wait))
}

fn wait_at(door: &std::sync::Mutex<Receiver<()>>) {
    let door = door.lock().expect("nobody fails here");
    door.recv_timeout(Duration::from_secs(60)).expect("opened");
}

#[test]
fn a_session_begins_answers_and_ends_as_the_specification_says() {
    let mcp = Arc::new(Mcp::new());
    let served = mcp.clone();
    let server = Server::start(move |exchange| served.answer(exchange));
    let (_person, mut session) = begun(&server);
    let listed = session.ask(&request("a", "tools/list"));
    assert_eq!(listed["id"], "a");
    assert_eq!(
        listed["result"]["tools"].as_array().expect("tools").len(),
        2
    );
    assert_eq!(
        text_of(&session.ask(&echo(7, "grün\n\"x\""))),
        "grün\n\"x\""
    );
    let unknown = session.ask(&request(8, "nothing"));
    assert_eq!(unknown["error"]["code"], -32601, "the server's own answer");
    assert_eq!(mcp.sessions(), 1);
    session.end_input();
    let (status, errors) = session.wait();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    assert_eq!(mcp.sessions(), 0, "it was told that the session is over");

    let seen = server.seen();
    assert!(seen.iter().all(|request| request.path == "/mcp"));
    assert!(
        seen.iter()
            .all(|request| request.header("x-team") == Some("blue"))
    );
    assert_eq!(seen[0].header("mcp-session-id"), None);
    let methods: Vec<&str> = seen.iter().map(|request| request.method.as_str()).collect();
    assert!(
        methods.contains(&"GET"),
        "it was asked whether it has more to say: {methods:?}"
    );
    assert_eq!(methods.last(), Some(&"DELETE"));
}

#[test]
fn lines_that_come_at_once_arrive_in_their_order() {
    let mcp = Mcp::new();
    let server = Server::start(move |exchange| mcp.answer(exchange));
    let person = Person::new();
    install(&person, &server.url("/mcp"));
    let mut session = person.start("server");
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let all = format!("{}\r\n\n{initialized}\n{}", initialize(), echo(1, "last"));
    let mut input = session.input.take().expect("open");
    input.write_all(all.as_bytes()).expect("written");
    drop(input);
    assert_eq!(hear(&mut session)["id"], 0);
    assert_eq!(
        text_of(&hear(&mut session)),
        "last",
        "without a line end, after the input's"
    );
    assert_eq!(session.wait().0.code(), Some(0));
    let seen = server.seen();
    let order: Vec<&str> = seen
        .iter()
        .map(|request| request.rpc())
        .filter(|rpc| !rpc.is_empty())
        .collect();
    assert_eq!(
        order,
        ["initialize", "notifications/initialized", "tools/call"]
    );
}

#[test]
fn answers_come_as_streams_too_with_what_the_server_asks_meanwhile() {
    let mcp = Mcp::new();
    let (open, closed) = door();
    let open = std::sync::Mutex::new(open);
    let server = Server::start(move |exchange| {
        if exchange.request.body["id"] == "from the server" {
            let answered = exchange.request.body["result"]["model"] == "m";
            assert!(answered, "{}", exchange.request.body);
            open.lock()
                .expect("nobody fails here")
                .send(())
                .expect("waited for");
            return exchange.status(202);
        }
        if exchange.request.rpc() != "tools/call" {
            return mcp.answer(exchange);
        }
        let id = exchange.request.body["id"].clone();
        exchange.events()?;
        exchange.raw(": welcome\n\nid: 1\ndata:\n\n")?;
        exchange.event(
            None,
            &json!({ "jsonrpc": "2.0", "method": "notifications/progress" }),
        )?;
        exchange.event(None, &request("from the server", "sampling/createMessage"))?;
        wait_at(&closed);
        exchange.raw(&format!(
            "data: {{\"jsonrpc\": \"2.0\", \"id\": {id},\ndata: \"result\": {{}}}}\n\n"
        ))?;
        exchange.end()
    });
    let (_person, mut session) = begun(&server);
    tell(&mut session, &echo(1, "x"));
    assert_eq!(hear(&mut session)["method"], "notifications/progress");
    assert_eq!(hear(&mut session)["method"], "sampling/createMessage");
    tell(
        &mut session,
        &json!({ "jsonrpc": "2.0", "id": "from the server", "result": { "model": "m" } }),
    );
    assert_eq!(
        hear(&mut session),
        json!({ "jsonrpc": "2.0", "id": 1, "result": {} })
    );
}

#[test]
fn what_the_server_says_by_itself_reaches_the_client() {
    let mcp = Mcp::new();
    let was_here = AtomicBool::new(false);
    let server = Server::start(move |exchange| {
        if exchange.request.method != "GET" {
            return mcp.answer(exchange);
        }
        assert_eq!(exchange.request.header("accept"), Some("text/event-stream"));
        exchange.events()?;
        if was_here.swap(true, Ordering::SeqCst) {
            assert_eq!(exchange.request.header("last-event-id"), Some("41"));
            exchange.event(None, &json!({ "jsonrpc": "2.0", "method": "second" }))?;
            // Left open until somebody breaks it off.
            std::thread::sleep(Duration::from_secs(60));
            return Ok(());
        }
        exchange.raw("retry: 10\n\n")?;
        exchange.event(Some("41"), &json!({ "jsonrpc": "2.0", "method": "first" }))?;
        exchange.end()
    });
    let (_person, mut session) = begun(&server);
    assert_eq!(hear(&mut session)["method"], "first");
    assert_eq!(
        hear(&mut session)["method"],
        "second",
        "a stream that ended goes on"
    );
    session.end_input();
    assert_eq!(
        session.wait().0.code(),
        Some(0),
        "an open stream does not keep the session"
    );
}

#[test]
fn a_slow_call_holds_up_nothing_else() {
    let mcp = Mcp::new();
    let (open, closed) = door();
    let server = Server::start(move |exchange| {
        if exchange.request.body["id"] == "slow" {
            wait_at(&closed);
        }
        mcp.answer(exchange)
    });
    let (_person, mut session) = begun(&server);
    tell(&mut session, &echo("slow", "late"));
    assert_eq!(session.ask(&request(1, "ping"))["id"], 1);
    for id in 2..40 {
        tell(&mut session, &echo(id, "quick"));
    }
    let mut answered: Vec<u64> = (2..40)
        .map(|_| hear(&mut session)["id"].as_u64().expect("a number"))
        .collect();
    answered.sort_unstable();
    assert_eq!(answered, (2..40).collect::<Vec<_>>());
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": "slow" } });
    tell(&mut session, &cancel);
    until("the cancel is there while the call goes on", || {
        server
            .seen()
            .iter()
            .any(|request| request.rpc() == "notifications/cancelled")
            .then_some(())
    });
    open.send(()).expect("waited for");
    assert_eq!(text_of(&hear(&mut session)), "late");
}

#[test]
fn long_messages_go_through_unchanged_in_both_directions() {
    let mcp = Mcp::new();
    let server = Server::start(move |exchange| {
        if exchange.request.body["id"] != "stream" {
            return mcp.answer(exchange);
        }
        let text = exchange.request.body["params"]["arguments"]["text"].clone();
        exchange.events()?;
        exchange.event(
            None,
            &json!({ "jsonrpc": "2.0", "id": "stream",
            "result": { "content": [{ "type": "text", "text": text }] } }),
        )?;
        exchange.end()
    });
    let (_person, mut session) = begun(&server);
    let long = "ä\\\"\u{1F600}x".repeat(600_000);
    assert_eq!(text_of(&session.ask(&echo(1, &long))), long);
    assert_eq!(text_of(&session.ask(&echo("stream", &long))), long);
}

#[test]
fn signals_end_the_session_at_the_server_too() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let mcp = Arc::new(Mcp::new());
        let served = mcp.clone();
        let server = Server::start(move |exchange| served.answer(exchange));
        let (_person, session) = begun(&server);
        session.signal(signal);
        let (status, errors) = session.wait();
        assert_eq!(status.code(), Some(code), "{errors}");
        assert_eq!(mcp.sessions(), 0);
    }
}

#[test]
fn a_client_that_reads_no_more_ends_the_session() {
    let mcp = Arc::new(Mcp::new());
    let served = mcp.clone();
    let server = Server::start(move |exchange: &mut Exchange<'_>| served.answer(exchange));
    let (_person, mut session) = begun(&server);
    drop(session.output.take());
    let mut input = session.input.take().expect("open");
    until("the server is told", || {
        let _ = writeln!(input, "{}", request(1, "ping"));
        (mcp.sessions() == 0).then_some(())
    });
    drop(input);
    assert_eq!(session.wait().0.code(), Some(0));
}
