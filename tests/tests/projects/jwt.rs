//! dynamic-mcp over HTTP for those who have a signed token, and its settings for heavy use.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use berth_testkit::ground;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::project::Project;
use berth_tests::sandbox::Ran;
use serde_json::{Value, json};

use super::elsewhere::gateway;

const NAME: &str = "dynamic-mcp";
const ISSUER: &str = "https://issuer.example.com/";
/// Makes an issuer's keys and its tokens: a right one, a second, and those that are to be refused.
const SIGN: &str = r"
const { generateKeyPairSync, sign } = require('node:crypto');
const make = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [ours, others] = [make(), make()];
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims, { privateKey } = ours) => {
    const text = part({ alg: 'RS256', kid: 'one' }) + '.' + part({
        iss: process.argv[1], aud: 'dynamic-mcp', sub: 'ada', exp: Math.floor(Date.now() / 1000) + 3600, ...claims,
    });
    return text + '.' + sign('sha256', Buffer.from(text), privateKey).toString('base64url');
};
console.log(JSON.stringify({
    keys: { keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] },
    right: token({}),
    next: token({ sub: 'grace' }),
    expired: token({ exp: 1 }),
    audience: token({ aud: 'another' }),
    issuer: token({ iss: 'https://else.example.com/' }),
    forged: token({}, others),
}));
";

fn issued() -> Value {
    let made = Command::new("node").args(["-e", SIGN, ISSUER]).output();
    let made = made.unwrap();
    assert!(made.status.success(), "{made:?}");
    serde_json::from_slice(&made.stdout).unwrap()
}

/// Serves the issuer's keys to whoever asks; its address for containers.
fn serve(host: &str, keys: String) -> String {
    let listener = TcpListener::bind((host, 0)).unwrap();
    let address = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let _ = stream.read(&mut [0; 4096]);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                keys.len()
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(keys.as_bytes());
        }
    });
    address
}

fn install(project: &Project, keys: &str, variable: &str, more: &[&str]) -> Ran {
    let folder = project.folder.to_str().unwrap();
    let keys = format!("jwks_url={keys}");
    let issuer = format!("issuer={ISSUER}");
    let token = format!("token={variable}");
    let args = [
        "install",
        NAME,
        "--yes",
        "--json",
        "--replace",
        "--variant",
        "http",
        "--source",
        folder,
        "--set",
        "auth=jwt",
        "--set",
        &keys,
        "--set",
        &issuer,
        "--secret-env",
        &token,
    ];
    project.sandbox.berth(&[&args[..], more].concat())
}

#[test]
fn a_token_is_asked_for_checked_changed_and_refused() {
    let mut project = Project::new(NAME, &ground::image_node(), &["dynamic-mcp:latest"]);
    let issued = issued();
    let text = |name: &str| issued[name].as_str().unwrap().to_owned();
    for name in ["right", "next", "expired", "audience", "issuer", "forged"] {
        let variable = format!("TOKEN_{}", name.to_uppercase());
        project.sandbox.set(&variable, text(name));
    }
    let keys = serve(&gateway(&project), issued["keys"].to_string());
    let sandbox = &project.sandbox;
    for (wrong, why) in [
        ("EXPIRED", "\"exp\" claim timestamp check failed"),
        ("AUDIENCE", "unexpected \"aud\" claim value"),
        ("ISSUER", "unexpected \"iss\" claim value"),
        ("FORGED", "signature verification failed"),
    ] {
        let refused = install(&project, &keys, &format!("TOKEN_{wrong}"), &[]);
        assert_eq!(refused.exit, Some(12), "{wrong}: {refused:?}");
        let error = &refused.last_json()["error"];
        assert_eq!(error["code"], "server_refused", "{wrong}: {refused:?}");
        assert_eq!(error["status"], 401);
        assert_eq!(error["causes"], json!([why]), "{refused:?}");
        assert!(error["hint"].as_str().unwrap().contains("berth secret set"));
        for said in ["live: /livez answers 200", "ready: /readyz answers 200"] {
            assert!(refused.stdout.contains(said), "{said}: {refused:?}");
        }
        assert_nothing_left(sandbox, NAME);
    }

    let tuned = [
        "--set",
        "concurrency=16",
        "--set",
        "calls=1000",
        "--set",
        "sandbox_memory=256m",
        "--set",
        "sandbox_cpus=0.5",
        "--set",
        "max_tools=2000",
        "--set",
        "session_seconds=900",
    ];
    install(&project, &keys, "TOKEN_RIGHT", &tuned).ok();
    assert!(is_connected(sandbox, NAME));
    let health = project.tool("system.health", &json!({}));
    assert_eq!(health["auth"], "jwt");
    let values = json!(["16", "1000", "256m", "0.5", "2000", "900"]);
    assert_eq!(health["tuned"], values);
    let kept = |name: &str| sandbox.files_with(&text(name));
    assert_eq!(kept("right"), Vec::<std::path::PathBuf>::new());

    let enterprise = ["--set", "profile=enterprise"];
    install(&project, &keys, "TOKEN_NEXT", &enterprise).ok();
    assert_eq!(project.tools(), 17);
    assert_eq!(kept("next"), Vec::<std::path::PathBuf>::new());
    let refused = install(&project, &keys, "TOKEN_EXPIRED", &enterprise);
    assert_eq!(refused.exit, Some(12), "{refused:?}");
    assert_eq!(project.tools(), 17, "what works is as it was");
    let wrong = install(
        &project,
        &keys,
        "TOKEN_NEXT",
        &["--set", "sandbox_memory=lots"],
    );
    assert_eq!(wrong.exit, Some(6), "{wrong:?}");
    let wrong = install(&project, &keys, "TOKEN_NEXT", &["--set", "concurrency=0"]);
    assert_eq!(wrong.exit, Some(6), "{wrong:?}");
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
}
