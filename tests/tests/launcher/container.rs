//! Sessions in containers that go well.

use std::io::{Read, Write};

use serde_json::json;

use crate::support::Person;

/// Bytes without any order, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    })
    .take(length)
    .collect()
}

#[test]
fn bytes_go_both_ways_unchanged() {
    let person = Person::new();
    person.install_image("copy", &["--copy"]);
    for bytes in [
        Vec::new(),
        b"no line break".to_vec(),
        vec![0; 3],
        // A frame of the engine's inside the content is content.
        vec![1, 0, 0, 0, 0, 0, 0, 2, b'h', b'i'],
        b"\r\n\x1a\x04\xff\xfe{}\n\n".to_vec(),
        noise(24 << 20),
    ] {
        let mut session = person.start("copy");
        let mut input = session.input.take().expect("open");
        let sent = bytes.clone();
        let writer = std::thread::spawn(move || input.write_all(&sent).expect("taken"));
        let mut back = Vec::new();
        let output = session.output.as_mut().expect("open");
        output.read_to_end(&mut back).expect("read");
        writer.join().expect("written");
        assert_eq!(back.len(), bytes.len());
        assert!(back == bytes, "{} bytes were changed", bytes.len());
        let (status, errors) = session.wait();
        assert_eq!(status.code(), Some(0), "{errors}");
        assert_eq!(errors, format!("copied {} bytes\n", bytes.len()));
    }
    person.until_no_container();
}

#[test]
fn a_client_that_writes_everything_before_it_reads_is_served() {
    let person = Person::new();
    person.install_image("copy", &["--copy"]);
    let mut session = person.start("copy");
    // More than a pipe holds, less than all pipes on the way and the engine hold together.
    let bytes = noise(200 << 10);
    let mut input = session.input.take().expect("open");
    input.write_all(&bytes).expect("taken");
    drop(input);
    let mut back = Vec::new();
    let output = session.output.as_mut().expect("open");
    output.read_to_end(&mut back).expect("read");
    assert!(back == bytes);
    assert_eq!(session.wait().0.code(), Some(0));
}

#[test]
fn messages_are_answered_while_the_input_is_open() {
    let person = Person::new();
    person.install_image("server", &[]);
    let mut session = person.start("server");
    let answer = session.ask(&json!({
        "jsonrpc": "2.0", "id": "a", "method": "initialize",
        "params": {"protocolVersion": "2025-06-18"}
    }));
    assert_eq!(answer["result"]["serverInfo"]["name"], "berth-fixture");
    for round in 0..50 {
        let answer = session.ask(&json!({
            "jsonrpc": "2.0", "id": round, "method": "tools/call",
            "params": {"name": "echo", "arguments": {"text": format!("väl {round}")}}
        }));
        assert_eq!(answer["id"], round);
        assert_eq!(
            answer["result"]["content"][0]["text"],
            format!("väl {round}")
        );
    }
    let big = session.ask(&json!({
        "jsonrpc": "2.0", "id": 9, "method": "tools/call",
        "params": {"name": "big", "arguments": {"bytes": 5_000_000}}
    }));
    assert_eq!(big["id"], 9);
    session.end_input();
    let (status, errors) = session.wait();
    assert_eq!(status.code(), Some(0));
    assert_eq!(
        errors, "berth-fixture-server is up\n",
        "nothing of Berth's own"
    );
    person.until_no_container();
}

#[test]
fn the_servers_exit_code_is_the_launchers() {
    let person = Person::new();
    person.install_image("leave", &["--exit", "7"]);
    let (status, output, errors) = person.run("leave");
    assert_eq!(status.code(), Some(7));
    assert_eq!(output, "");
    assert_eq!(errors, "leaving at once, as asked\n");

    person.install_image("server", &[]);
    let mut session = person.start("server");
    let leave = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "leave", "arguments": {"code": 42}}
    });
    writeln!(session.input.as_mut().expect("open"), "{leave}").expect("written");
    assert_eq!(
        session.wait().0.code(),
        Some(42),
        "with its input still open"
    );
    person.until_no_container();
}

#[test]
fn sessions_of_one_installation_run_side_by_side() {
    let person = Person::new();
    person.install_image("server", &[]);
    let mut sessions: Vec<_> = (0..3).map(|_| person.start("server")).collect();
    for session in &mut sessions {
        session.until_up();
    }
    assert_eq!(person.containers().len(), 3);
    sessions.truncate(1);
    let mut last = sessions.pop().expect("one");
    last.until_up();
    last.end_input();
    assert_eq!(last.wait().0.code(), Some(0));
    person.until_no_container();
}

#[test]
fn a_version_that_the_engine_does_not_speak_any_more_is_agreed_anew() {
    let person = Person::new();
    person.install_image("leave", &["--exit", "3"]);
    let (_, ping) = crate::support::engine("GET", "/version");
    let spoken = ping["ApiVersion"].as_str().expect("a version").to_owned();
    for remembered in [
        Some(spoken.as_str()),
        Some("1.53"),
        Some("1.2"),
        Some("new"),
        None,
    ] {
        person.remember(&berth_testkit::ground::docker_host(), remembered);
        let (status, _, errors) = person.run("leave");
        assert_eq!(status.code(), Some(3), "{remembered:?} {errors}");
    }
}
