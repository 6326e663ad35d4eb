//! A server in a container that is reached over HTTP: its port is on this computer only, and it is
//! there for as long as the session.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::OnceLock;

use berth_core::port::Store;
use berth_core::server::{HealthPaths, HttpLaunch, Installation};
use berth_testkit::ground;
use berth_tests::http::Server;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Person, Session, pulled, until};

/// A server on port 8000 of its container, with `before` it listens and `each` request.
fn script(before: &str, each: &str) -> String {
    format!(
        r#"
        const {{ createServer }} = require('node:http');
        let asked = 0;
        {before}
        createServer(async (request, response) => {{
            let text = '';
            for await (const part of request) text += part;
            const say = (status, body) => {{
                response.writeHead(status, {{ 'Content-Type': 'application/json', 'Mcp-Session-Id': 'one' }});
                response.end(body && JSON.stringify(body));
            }};
            if (request.url === '/ready') return say(asked++ < 5 ? 503 : 200);
            if (request.method !== 'POST') return say(405);
            if (request.headers['x-team'] !== 'blue') return say(403);
            const {{ id, method }} = JSON.parse(text);
            console.log(`asked ${{method}}`);
            {each}
            if (id === undefined) return say(202);
            say(200, {{ jsonrpc: '2.0', id, result: {{ method, protocolVersion: '2025-06-18', asked }} }});
        }}).listen(8000, '0.0.0.0');
        "#
    )
}

fn image() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| pulled(&ground::image_node()))
}

fn install(person: &Person, script: &str, ready: Option<&str>) -> Installation {
    person.install_container("server", |launch| {
        launch.image = ground::image_node();
        launch.image_id = image().to_owned();
        launch.entrypoint = vec!["node".to_owned()];
        launch.args = vec!["-e".to_owned(), script.to_owned()];
        launch.http = Some(HttpLaunch {
            port: 8000,
            kept: None,
            path: "/mcp".to_owned(),
            headers: BTreeMap::from([("X-Team".to_owned(), "blue".to_owned())]),
            ready: ready.map(str::to_owned),
            health: HealthPaths::default(),
        });
    })
}

fn request(id: u32, method: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method })
}

/// The addresses at which the engine has published the container's ports.
fn bindings(container: &Value) -> Vec<(String, u16)> {
    let ports = container["NetworkSettings"]["Ports"]
        .as_object()
        .expect("ports");
    ports
        .values()
        .flat_map(|bound| bound.as_array().expect("a list"))
        .map(|bound| {
            let port = bound["HostPort"].as_str().expect("a port");
            (
                bound["HostIp"].as_str().expect("an address").to_owned(),
                port.parse().expect("a number"),
            )
        })
        .collect()
}

fn begun(person: &Person) -> (Session, Value) {
    let mut session = person.start("server");
    let answer = session.ask(&request(1, "initialize"));
    assert_eq!(answer["result"]["method"], "initialize", "{answer}");
    (session, answer)
}

#[test]
fn a_port_of_this_computer_leads_to_it_while_the_session_lasts() {
    let person = Person::new();
    install(&person, &script("", ""), Some("/ready"));
    let (mut session, answer) = begun(&person);
    assert_eq!(
        answer["result"]["asked"], 6,
        "it was waited for until it was ready"
    );
    let container = person.running_container();
    let bound = bindings(&container);
    let [(address, port)] = bound.as_slice() else {
        panic!("{bound:?}");
    };
    assert_eq!(address, "127.0.0.1");
    assert_eq!(container["HostConfig"]["ReadonlyRootfs"], true);
    assert_eq!(container["Config"]["OpenStdin"], false);
    let mut stream = TcpStream::connect(("127.0.0.1", *port)).expect("it listens");
    stream
        .write_all(
            b"POST /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        )
        .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(
        answer.starts_with("HTTP/1.1 403"),
        "others do not know the header: {answer}"
    );

    assert_eq!(session.ask(&request(2, "tools/list"))["id"], 2);
    session.end_input();
    let (status, errors) = session.wait();
    assert_eq!(status.code(), Some(0), "{errors}");
    assert!(
        errors.contains("asked tools/list"),
        "its output is the log: {errors}"
    );
    assert!(person.containers().is_empty(), "gone when the launcher is");
    assert!(TcpStream::connect(("127.0.0.1", *port)).is_err());
}

#[test]
fn several_sessions_have_a_port_each() {
    let person = Person::new();
    install(&person, &script("", ""), None);
    let sessions = [begun(&person).0, begun(&person).0];
    let ports: Vec<_> = person.containers().iter().flat_map(bindings).collect();
    assert_eq!(ports.len(), 2);
    assert_ne!(ports[0], ports[1]);
    for session in sessions {
        session.signal(Signal::TERM);
        assert_eq!(session.wait().0.code(), Some(143));
    }
    assert!(person.containers().is_empty());
}

#[test]
fn a_server_that_stops_answers_what_was_under_way() {
    let person = Person::new();
    let each =
        "if (method === 'crash') { console.error('the database stopped'); process.exit(7); }";
    install(&person, &script("", each), None);
    let (mut session, _) = begun(&person);
    let answer = session.ask(&request(2, "crash"));
    assert_eq!(answer["id"], 2);
    assert_eq!(
        answer["error"]["data"]["berth"]["code"], "server_unreachable",
        "{answer}"
    );
    let (status, errors) = session.wait();
    assert_eq!(status.code(), Some(7), "{errors}");
    assert!(errors.contains("the database stopped"), "{errors}");
    person.until_no_container();
}

#[test]
fn a_server_that_never_answers_is_ended() {
    let person = Person::new();
    install(&person, "console.error('no key'); process.exit(3)", None);
    let (status, _, errors) = person.run("server");
    assert_eq!(status.code(), Some(12), "{errors}");
    assert!(
        errors.contains("no key") && errors.contains("exit code 3"),
        "{errors}"
    );
    person.until_no_container();

    // It listens on itself alone, as many do unless they are told otherwise.
    let deaf = script("", "").replace("'0.0.0.0'", "'127.0.0.1'");
    let installation = install(&person, &deaf, None);
    let impatient = Installation {
        startup_seconds: 3,
        ..installation
    };
    person
        .store()
        .put_installation(&impatient)
        .expect("written");
    let (status, _, errors) = person.run("server");
    assert_eq!(status.code(), Some(12), "{errors}");
    assert!(errors.contains("did not answer within 3 s"), "{errors}");
    assert!(person.containers().is_empty());
}

#[test]
fn one_whose_launcher_was_killed_is_swept() {
    let person = Person::new();
    install(&person, &script("", ""), None);
    let (session, _) = begun(&person);
    session.signal(Signal::KILL);
    session.wait();
    assert_eq!(person.containers().len(), 1, "nobody ended it");
    let (session, _) = begun(&person);
    until("the next session sweeps it", || {
        (person.containers().len() == 1).then_some(())
    });
    session.signal(Signal::TERM);
    session.wait();
    assert!(person.containers().is_empty());
}

#[test]
fn an_engine_of_another_computer_has_no_port_here() {
    let person = Person::new();
    install(&person, &script("", ""), None);
    let elsewhere = Server::start(|exchange| exchange.text(200, &[("Api-Version", "1.41")], "OK"));
    person.choose_engine(&format!("tcp://127.0.0.1:{}", elsewhere.port()));
    let (status, _, errors) = person.run("server");
    assert_eq!(status.code(), Some(8), "{errors}");
    assert!(errors.contains("it is on another one"), "{errors}");
    let asked = elsewhere.seen();
    assert!(
        asked.iter().all(|request| request.path == "/_ping"),
        "nothing is made: {asked:?}"
    );
}
