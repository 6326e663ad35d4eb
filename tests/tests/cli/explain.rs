//! An error on standard input: what it shows, and what helps.

use berth_tests::http::{Mcp, Server};
use berth_tests::left::assert_nothing_left;
use berth_tests::sandbox::{Ran, Sandbox};

use crate::people::berth_with;

const NAME: &str = "away";

const ENTRY: &str = r#"
id: away
title: Away
publisher: Example Org
summary: Answers from somewhere else
description: A server for tests.
categories: [utilities]
permissions: { network: "the server that you name", files: "none of yours" }
inputs:
  - { key: server, title: Server, required: true, kind: { type: url } }
variants:
  - { id: remote, title: Remote, best_for: Everyone, run: { type: remote, url: "{{server}}" } }
  - { id: other, title: Other, best_for: Nobody, run: { type: remote, url: "{{server}}" } }
troubles:
  - { problem: It is full, signs: ["ENOSPC"], cause: A disk., help: Make room., variants: [remote], then: rebuild }
  - { problem: It is another, signs: ["EOTHER"], cause: Unknown., help: None., variants: [other] }
"#;

fn explain(sandbox: &Sandbox, args: &[&str], text: &str) -> Ran {
    let args: Vec<&str> = std::iter::once("explain")
        .chain(args.iter().copied())
        .collect();
    berth_with(sandbox, &args, text, &[])
}

#[test]
fn an_error_is_explained_for_what_is_installed_and_for_an_entry() {
    let sandbox = Sandbox::new();
    sandbox.add_entry(NAME, ENTRY);
    let mcp = Mcp::new();
    let server = Server::start(move |exchange| mcp.answer(exchange));
    let url = format!("server={}", server.url("/mcp"));
    let text =
        "\u{1b}[31mwrite: ENOSPC\u{1b}[0m\nEOTHER\nberth: The keychain is locked. Unlock it.\n";

    let before = explain(&sandbox, &[NAME, "--json"], text).ok().json();
    let problems = |value: &serde_json::Value| -> Vec<String> {
        let troubles = value["troubles"].as_array().unwrap().iter();
        let problem =
            |seen: &serde_json::Value| seen["trouble"]["problem"].as_str().map(str::to_owned);
        troubles.filter_map(problem).collect()
    };
    assert_eq!(problems(&before), ["It is full", "It is another"]);

    sandbox
        .berth(&[
            "install",
            NAME,
            "--yes",
            "--variant",
            "remote",
            "--set",
            &url,
        ])
        .ok();
    let json = explain(&sandbox, &[NAME, "--json"], text).ok().json();
    assert_eq!(problems(&json), ["It is full"], "of its variant only");
    assert_eq!(json["errors"][0]["error"]["code"], "keychain_locked");
    let said = explain(&sandbox, &[NAME], text).ok().stdout;
    assert_eq!(
        said,
        "The keychain is locked.\nUnlock it (look for its window), then try again.\n\n\
         It is full\n  Shown by: write: ENOSPC\n  A disk.\n  Make room.\n  Run: berth update away\n"
    );
    let nothing = explain(&sandbox, &[NAME], "something else\n").ok().stdout;
    assert!(nothing.contains("`berth verify away`"), "{nothing}");
    assert!(
        sandbox.files_with("write: ENOSPC").is_empty(),
        "nothing is kept of what was given"
    );

    assert_eq!(explain(&sandbox, &["nowhere"], text).exit, Some(3));
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
}
