//! Variants that run somewhere else.

use super::*;

/// The good entry with a variant of an address, and one of the person's own address.
fn remote() -> String {
    let variants = r#"variants:
  - id: hosted
    title: Hosted
    best_for: People who run nothing
    run:
      type: remote
      url: https://{{team}}.example.com/mcp
      headers: { Authorization: "Bearer {{token}}", X-Zone: "{{zone}}" }
  - id: own
    title: Your own
    best_for: Teams
    run:
      type: remote
      url: "{{server}}"
      headers: { X-Zone: "{{zone}}" }
"#;
    let inputs = r#"  - key: team
    title: Team
    required: true
    variants: [hosted]
    kind: { type: text }
  - key: server
    title: Server
    required: true
    variants: [own]
    kind: { type: url }
variants:
"#;
    let text = GOOD.replacen(
        "variants:\n  - id: node",
        &format!("{variants}  - id: node"),
        1,
    );
    let text = text.replacen(
        "variants:\n  - id: hosted",
        &format!("{inputs}  - id: hosted"),
        1,
    );
    text.replacen(
        "title: Token\n    variants: [image]",
        "title: Token\n    variants: [image, hosted]",
        1,
    )
}

#[test]
fn a_server_elsewhere_has_an_address_and_headers() {
    let text = remote();
    let entry = load("demo.yaml", &text, Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let Run::Remote(spec) = &entry.variant("hosted").expect("there").run else {
        panic!("a variant that runs somewhere else");
    };
    assert_eq!(spec.url, "https://{{team}}.example.com/mcp");
    assert_eq!(spec.headers["Authorization"], "Bearer {{token}}");
    let hosted = "https://{{team}}.example.com/mcp";
    for (from, to, expected) in [
        (hosted, "http://{{team}}.example.com/mcp", "not an https://"),
        (
            hosted,
            "https://me:x@{{team}}.example.com",
            "not an https://",
        ),
        (hosted, "\"{{team}}\"", "no text that can be a part"),
        (
            hosted,
            "https://{{token}}.example.com",
            "no text that can be",
        ),
        (hosted, "https://{{nothing}}.example.com", "is not declared"),
        (
            hosted,
            "https://x.example.com/{{berth.data}}",
            "more than inputs",
        ),
        (
            "\"{{server}}\"",
            "\"https://{{server}}/\"",
            "no text that can be",
        ),
        (
            "title: Team\n    required: true",
            "title: Team",
            "`team` has to be required",
        ),
        (
            "X-Zone: \"{{zone}}\" }\n  - id: own",
            "\"X Zone\": \"{{zone}}\" }\n  - id: own",
            "cannot be a header's name",
        ),
        (
            "X-Zone: \"{{zone}}\" }\n  - id: own",
            "Host: \"{{zone}}\" }\n  - id: own",
            "is set by the protocol",
        ),
        ("Bearer {{token}}", "{{zone}} {{token}}", "mixes a secret"),
        (
            "Bearer {{token}}",
            "Bearer",
            "asks for `token` and does not use it",
        ),
        (
            "X-Zone: \"{{zone}}\" }\n  - id: own",
            "X: \"{{berth.data}}{{zone}}\" }\n  - id: own",
            "of this computer",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let found = problems(&text.replacen(from, to, 1));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn a_container_can_be_reached_over_http() {
    let http = "      http: { port: 8080, headers: { X-Key: \"{{token}}\" }, ready: /readyz }\n";
    let text = GOOD.replacen("      network: none\n", http, 1);
    let entry = load("demo.yaml", &text, Trust::Community)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.causes));
    let spec = entry
        .variant("image")
        .and_then(|variant| variant.container());
    let reached = spec.and_then(|spec| spec.http.as_ref()).expect("over HTTP");
    assert_eq!((reached.port, reached.path.as_str()), (8080, "/mcp"));
    for (from, to, expected) in [
        ("port: 8080", "port: 0", "port"),
        (
            "port: 8080",
            "port: 8080, path: \"/a b\"",
            "`/a b` is not a path",
        ),
        ("ready: /readyz", "ready: \"/a#b\"", "`/a#b` is not a path"),
        ("ready: /readyz", "ready: readyz", "ready"),
        ("ready: /readyz", "live: \"/a b\"", "`/a b` is not a path"),
        (
            "ready: /readyz",
            "metrics: //example.com/",
            "`//example.com/` is not a path",
        ),
        ("X-Key:", "Content-Type:", "is set by the protocol"),
        (
            "      http:",
            "      network: none\n      http:",
            "without a network",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let found = problems(&text.replacen(from, to, 1));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{to}: {found:?}"
        );
    }
}
