//! A server that tells its secret tells it to nobody who looks through Berth.

use berth_core::secret::DOTS;
use berth_testkit::{ground, token};
use berth_tests::leak::{self, Watch};
use berth_tests::left::assert_nothing_left;
use berth_tests::sandbox::{Ran, Sandbox};

use crate::people::{berth_with, using_image};

const TELLER: &str = "teller";

#[test]
fn a_stored_secret_is_in_nothing_that_is_told_of_its_server() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    let entry = format!(
        r#"
id: {TELLER}
title: Teller
publisher: Tests
summary: Tells its token
description: For tests.
categories: [utilities]
permissions: {{ network: none, files: none of yours }}
inputs:
  - key: token
    title: Token
    required: true
    kind: {{ type: secret }}
variants:
  - id: image
    title: Container
    best_for: Tests
    run:
      type: image
      image: "{}"
      args: [--tell, TOKEN]
      env: {{ TOKEN: "{{{{token}}}}" }}
      network: none
"#,
        ground::image_server()
    );
    sandbox.add_entry(TELLER, &entry);
    let (right, wrong) = (token::right(), token::wrong());
    let watch = Watch::start(&[&right, &wrong]);
    let silent = |ran: Ran| {
        let all = format!("{ran:?}");
        assert!(!all.contains(&right) && !all.contains(&wrong), "it tells");
        // Its beginning is told as well, "so that it is known again".
        assert!(!all.contains(&wrong[..8]), "it tells the beginning");
        ran
    };
    let args = ["install", TELLER, "--secret", "token", "--yes"];
    silent(berth_with(&sandbox, &args, &right, &[])).ok();
    silent(sandbox.berth(&["verify", TELLER])).ok();

    // Now it is refused, and dies of it.
    let args = ["secret", "set", TELLER, "token"];
    silent(berth_with(&sandbox, &args, &wrong, &[]));
    for told in [
        &["verify", TELLER, "--json"][..],
        &["verify", TELLER],
        &["doctor", TELLER],
        &["doctor", TELLER, "--json"],
        &["call", TELLER, "whoami"],
        &["show", TELLER, "--json"],
    ] {
        let ran = silent(sandbox.berth(told));
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(
            all.contains(&format!("{DOTS}… is refused")),
            "{told:?}: {ran:?}"
        );
    }
    let jobs = silent(sandbox.berth(&["jobs", "--json"])).ok().json();
    let jobs = jobs.as_array().unwrap();
    assert!(jobs.len() >= 3, "{jobs:?}");
    let mut logs = String::new();
    for job in jobs {
        let id = job["id"].as_str().unwrap();
        logs += &silent(sandbox.berth(&["jobs", "show", id])).ok().stdout;
    }
    let lines = logs.matches(&format!("TOKEN is {DOTS}")).count();
    assert!(lines >= 3, "each is told without it: {logs}");

    // Claude Code keeps what a server writes as it is, in a place of its own.
    for secret in [&right, &wrong, &wrong[..16].to_owned()] {
        let (found, read) = leak::files(&sandbox.berth_home(), secret);
        assert!(found.is_empty(), "{found:?}");
        assert!(read > 5);
    }
    assert!(watch.looks() > 10);
    let seen = watch.stop();
    assert!(seen.is_empty(), "{seen:#?}");
    sandbox.berth(&["remove", TELLER, "--data", "--yes"]).ok();
    assert_nothing_left(&sandbox, TELLER);
}
