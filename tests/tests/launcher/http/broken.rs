//! When the server does not answer as it should, no request stays without an answer.

use super::*;

/// The answer to a request that failed: what is said of it.
fn failure(answer: &Value) -> (&str, &str) {
    let error = &answer["error"];
    let code = error["data"]["berth"]["code"].as_str();
    (
        code.unwrap_or_else(|| panic!("{answer}")),
        error["message"].as_str().expect("a sentence"),
    )
}

#[test]
fn a_session_that_the_server_has_forgotten_begins_again_unseen() {
    for status in [404, 400] {
        let mcp = Arc::new(Mcp::new());
        let served = mcp.clone();
        let server = Server::start(move |exchange| {
            let known = exchange.request.header("mcp-session-id");
            // Many servers say 400 instead.
            if status == 400 && known == Some("session-1") && served.sessions() == 0 {
                return exchange.json(400, &[], &json!({ "error": { "message": "No session" } }));
            }
            served.answer(exchange)
        });
        let (_person, mut session) = begun(&server);
        assert_eq!(text_of(&session.ask(&echo(1, "before"))), "before");
        mcp.forget();
        for id in 2..12 {
            tell(&mut session, &echo(id, "after"));
        }
        for _ in 2..12 {
            assert_eq!(text_of(&hear(&mut session)), "after");
        }
        let seen = server.seen();
        let begun = seen.iter().filter(|request| request.rpc() == "initialize");
        assert_eq!(begun.count(), 2, "once for all of them");
        session.end_input();
        let (status, errors) = session.wait();
        assert_eq!(status.code(), Some(0));
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(errors.contains("a new one was begun"), "{errors}");
    }
}

#[test]
fn a_server_that_comes_back_is_found_again() {
    let mcp = Mcp::new();
    let server = Server::start(move |exchange| mcp.answer(exchange));
    let port = server.port();
    let (_person, mut session) = begun(&server);
    drop(server);
    for id in [1, 2] {
        let answer = session.ask(&echo(id, "x"));
        assert_eq!(answer["id"], id);
        assert_eq!(failure(&answer).0, "server_unreachable");
    }
    let mcp = Mcp::new();
    let _server = Server::again(port, move |exchange| mcp.answer(exchange));
    assert_eq!(text_of(&session.ask(&echo(3, "again"))), "again");
    session.end_input();
    let (status, errors) = session.wait();
    assert_eq!(status.code(), Some(0));
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(
        lines.len(),
        2,
        "one for both failures, one for the new session: {errors}"
    );
    assert!(lines[0].contains("does not answer"), "{errors}");
}

#[test]
fn a_connection_that_breaks_answers_what_was_under_way() {
    let mcp = Mcp::new();
    let server = Server::start(move |exchange| match exchange.request.body["id"].as_str() {
        // Without a word, and in the middle of one.
        Some("silent") => Ok(()),
        Some("json") => {
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{";
            exchange.verbatim(head)
        }
        Some("stream") => {
            exchange.events()?;
            exchange.raw("data: {\"jsonrpc\"")
        }
        Some("ended stream") => {
            exchange.events()?;
            exchange.end()
        }
        Some("accepted") => exchange.status(202),
        _ => mcp.answer(exchange),
    });
    let (_person, mut session) = begun(&server);
    for (id, code) in [
        ("silent", "server_unreachable"),
        ("json", "server_unreachable"),
        ("stream", "server_unreachable"),
        ("ended stream", "server_protocol"),
        ("accepted", "server_protocol"),
    ] {
        let answer = session.ask(&echo(id, "x"));
        assert_eq!(answer["id"], id);
        assert_eq!(failure(&answer).0, code, "{id}");
    }
    assert_eq!(
        text_of(&session.ask(&echo(1, "x"))),
        "x",
        "the session goes on"
    );
}

#[test]
fn a_stream_that_breaks_off_goes_on_where_it_was() {
    let mcp = Mcp::new();
    let times = std::sync::atomic::AtomicU32::new(0);
    let server = Server::start(move |exchange| {
        if exchange.request.rpc() == "tools/call" {
            exchange.events()?;
            return exchange.raw("retry: 5\nid: a-1\ndata:\n\n");
        }
        if exchange.request.header("last-event-id") != Some("a-1") {
            return mcp.answer(exchange);
        }
        assert_eq!(exchange.request.method, "GET");
        exchange.events()?;
        if times.fetch_add(1, Ordering::SeqCst) < 2 {
            return exchange.raw(": nothing yet\n\n");
        }
        exchange.event(
            None,
            &json!({ "jsonrpc": "2.0", "id": 1, "result": { "late": true } }),
        )?;
        exchange.end()
    });
    let (_person, mut session) = begun(&server);
    assert_eq!(session.ask(&echo(1, "x"))["result"]["late"], true);
}

#[test]
fn a_session_that_cannot_begin_says_why_and_ends() {
    let status = |status: u16, said: &'static str| {
        Server::start(move |exchange| {
            let body = json!({ "jsonrpc": "2.0", "id": null, "error": { "message": said } });
            exchange.json(
                status,
                &[("Location", "https://evil.example.com/?a=b")],
                &body,
            )
        })
    };
    let gone = Server::start(|exchange| exchange.status(200));
    let nobody = gone.url("/mcp");
    drop(gone);
    let unauthorized = status(401, "bad token");
    let failing = status(500, "Docker is not there");
    let elsewhere = status(307, "");
    for (url, code, words) in [
        (nobody, "server_unreachable", "does not answer"),
        (
            unauthorized.url("/mcp"),
            "server_refused",
            "refused the token",
        ),
        (
            failing.url("/mcp?key=hidden"),
            "server_status",
            "Docker is not there",
        ),
        (
            elsewhere.url("/mcp"),
            "server_status",
            "redirects to https://evil.example.com/",
        ),
    ] {
        let person = Person::new();
        install(&person, &url);
        let mut session = person.start("server");
        let answer = session.ask(&initialize());
        assert_eq!(answer["id"], 0);
        assert_eq!(failure(&answer).0, code);
        let (status, errors) = session.wait();
        assert_eq!(status.code(), Some(12), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(
            errors.starts_with("berth: ") && errors.contains(words),
            "{errors}"
        );
        assert!(!errors.contains("hidden"), "{errors}");
    }
    assert_eq!(
        elsewhere.seen().len(),
        1,
        "no redirect to anybody else is followed"
    );
}

#[test]
fn a_token_that_is_refused_later_is_said_once() {
    let mcp = Mcp::new();
    let revoked = Arc::new(AtomicBool::new(false));
    let now = revoked.clone();
    let server = Server::start(move |exchange| {
        if now.load(Ordering::SeqCst) {
            return exchange.status(403);
        }
        mcp.answer(exchange)
    });
    let (_person, mut session) = begun(&server);
    revoked.store(true, Ordering::SeqCst);
    for id in 1..4 {
        let answer = session.ask(&echo(id, "x"));
        let (code, sentence) = failure(&answer);
        assert_eq!(code, "server_refused");
        assert!(sentence.contains("berth secret set"), "{sentence}");
    }
    session.end_input();
    let (_, errors) = session.wait();
    assert_eq!(errors.lines().count(), 1, "{errors}");
}

#[test]
fn a_redirect_on_the_same_server_is_followed_once_and_kept() {
    let mcp = Mcp::new();
    let server = Server::start(move |exchange| match exchange.request.path.as_str() {
        "/mcp" => exchange.text(307, &[("Location", "/mcp/")], ""),
        _ => mcp.answer(exchange),
    });
    let (_person, mut session) = begun(&server);
    assert_eq!(text_of(&session.ask(&echo(1, "x"))), "x");
    let seen = server.seen();
    let redirected = seen.iter().filter(|request| request.path == "/mcp");
    assert_eq!(redirected.count(), 1);
    assert_eq!(seen[1].body, seen[0].body, "with its message");
}
