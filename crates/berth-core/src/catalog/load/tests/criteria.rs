//! What has to be true beside the handshake, as entries declare it.

use super::*;

const HEALTH: &str = r#"
health:
  - { id: store, title: The store can be written, variants: [image], check: { type: writable, path: /data/store } }
  - { id: keys, title: Keys are private, help: Make new ones., variants: [node], required: true, check: { type: mode, path: "{{berth.data}}/k/*.key", at_most: "0600" } }
  - { id: log, title: All is quiet, variants: [node, image], check: { type: log, pattern: critical } }
  - { id: status, title: It is well, variants: [node], check: { type: command, command: [demo-status, "--zone={{zone}}"], without: broken } }
"#;

fn good() -> String {
    format!("{GOOD}{HEALTH}")
}

#[test]
fn criteria_are_for_the_variants_that_they_name() {
    let entry = load("demo.yaml", &good(), Trust::Community).expect("a good entry");
    let of = |variant: &str| -> Vec<&str> {
        let criteria = entry.health.iter().filter(|it| it.is_for(variant));
        criteria.map(|it| it.id.as_str()).collect()
    };
    assert_eq!(of("node"), ["keys", "log", "status"]);
    assert_eq!(of("image"), ["store", "log"]);
    assert!(entry.health[1].required);
}

#[test]
fn criteria_that_could_not_be_looked_at_are_found() {
    for (from, to, expected) in [
        ("id: keys,", "id: store,", "health: `store` is there twice"),
        (
            "title: Keys are private,",
            "title: \" \",",
            "health `keys`.title: is empty",
        ),
        (
            "variants: [node], required",
            "variants: [x], required",
            "there is no variant `x`",
        ),
        (
            "path: /data/store",
            "path: /elsewhere",
            "`/elsewhere` is in no volume",
        ),
        (
            "path: /data/store",
            "path: /database",
            "`/database` is in no volume",
        ),
        (
            "path: /data/store",
            "path: /data/../etc",
            "`/data/../etc` is in no volume",
        ),
        (
            "path: /data/store",
            "path: /folders/x",
            "`/folders/x` is in no volume",
        ),
        (
            "path: /data/store",
            "path: \"/data/*\"",
            "has a `*`; that is for `mode`",
        ),
        (
            "{{berth.data}}/k/*.key",
            "/home/ada/k",
            "is not below {{berth.data}}",
        ),
        (
            "{{berth.data}}/k/*.key",
            "{{berth.data}}/../k",
            "is not below {{berth.data}}",
        ),
        ("at_most: \"0600\"", "at_most: \"0900\"", "at_most"),
        (
            "pattern: critical",
            "pattern: \"(\"",
            "the pattern does not compile",
        ),
        ("pattern: critical", "pattern: \"x*\"", "is in every line"),
        ("without: broken", "without: \"x*\"", "is in every line"),
        (
            "[demo-status,",
            "[/bin/sh,",
            "`/bin/sh` is not a program of its own",
        ),
        (
            "[demo-status,",
            "[\"../sh\",",
            "`../sh` is not a program of its own",
        ),
        (
            "[demo-status, \"--zone={{zone}}",
            "[demo-status, \"--zone={{nothing}}",
            "names `nothing`, which it cannot have",
        ),
        (
            "variants: [node, image], check",
            "check",
            "variant `cluster`: nothing of it is on this computer",
        ),
    ] {
        let text = good();
        assert!(text.contains(from), "{from}");
        let found = problems(&text.replacen(from, to, 1));
        assert!(
            found.iter().any(|p| p.contains(expected)),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn a_program_beside_the_server_is_told_no_secret() {
    let status =
        "variants: [node], check: { type: command, command: [demo-status, \"--zone={{zone}}\"]";
    for (to, expected) in [
        (
            "variants: [image], check: { type: command, command: [status, \"{{token}}\"]",
            "names `token`",
        ),
        (
            "variants: [image], check: { type: command, command: [status, \"{{folders}}\"]",
            "names `folders`",
        ),
        (
            "variants: [image], check: { type: command, command: [status, \"{{berth.data}}\"]",
            "{{berth.data}}",
        ),
    ] {
        let found = problems(&good().replacen(status, to, 1));
        assert!(
            found.iter().any(|p| p.contains(expected)),
            "{expected}: {found:?}"
        );
    }
    let absolute = "variants: [image], check: { type: command, command: [/usr/bin/status]";
    load(
        "demo.yaml",
        &good().replacen(status, absolute, 1),
        Trust::Community,
    )
    .expect("inside");
}
