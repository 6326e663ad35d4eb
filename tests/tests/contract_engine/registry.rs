//! Registries that misbehave, as small as a container engine needs them: one thread a connection,
//! plain HTTP on 127.0.0.1.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

/// What a registry does.
#[derive(Clone, Copy)]
pub enum Manner {
    /// Asks for a name and a password, and knows no image behind them.
    Password,
    /// Answers everything with this status and this code of the registry protocol.
    Always(u16, &'static str),
    /// Has an image whose layer never comes to an end.
    Endless,
}

/// What was seen by a registry.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    /// The `Authorization` that a request brought.
    Authorization(String),
    /// The engine began to fetch the endless layer.
    LayerBegun,
    /// The engine gave up on it.
    LayerDropped,
}

/// A registry that runs until the test's process ends.
pub struct Registry {
    /// `127.0.0.1:port`.
    pub address: String,
    /// What it saw.
    pub seen: Receiver<Seen>,
}

impl Registry {
    /// Starts one.
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (tell, seen) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let tell = tell.clone();
                std::thread::spawn(move || serve(stream, manner, &tell));
            }
        });
        Self { address, seen }
    }
}

struct Asked {
    method: String,
    path: String,
    authorization: Option<String>,
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut words = line.split_whitespace();
    let mut asked = Asked {
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
        authorization: None,
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            return Some(asked);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("authorization")
        {
            asked.authorization = Some(value.trim().to_owned());
        }
    }
}

fn serve(stream: TcpStream, manner: Manner, tell: &Sender<Seen>) {
    let mut out = stream.try_clone().expect("the same socket");
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        let wrote = match manner {
            Manner::Always(status, code) => answer(&mut out, &asked, status, &[], &words(code)),
            Manner::Password => match asked.authorization.clone() {
                None => answer(
                    &mut out,
                    &asked,
                    401,
                    &["WWW-Authenticate: Basic realm=\"r\""],
                    "{}",
                ),
                Some(value) => {
                    let _ = tell.send(Seen::Authorization(value));
                    let status = if asked.path == "/v2/" { 200 } else { 404 };
                    answer(&mut out, &asked, status, &[], &words("MANIFEST_UNKNOWN"))
                }
            },
            Manner::Endless => endless(&mut out, &mut reader, &asked, tell),
        };
        if wrote.is_err() {
            return;
        }
    }
}

fn words(code: &str) -> String {
    format!(r#"{{"errors":[{{"code":"{code}","message":"as the registry says it"}}]}}"#)
}

/// The configuration of the endless image, and its SHA-256.
const CONFIG: &str = r#"{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}}"#;
const CONFIG_DIGEST: &str =
    "sha256:5845a231921875a73b1fdd418c251fcab05dcc55d92b4f6a0c5b63b10e72f5e3";
const KIND: &str = "application/vnd.docker.distribution.manifest.v2+json";

fn endless(
    out: &mut TcpStream,
    reader: &mut impl Read,
    asked: &Asked,
    tell: &Sender<Seen>,
) -> std::io::Result<()> {
    if asked.path == "/v2/" {
        return answer(out, asked, 200, &[], "{}");
    }
    if asked.path.contains("/manifests/") {
        let layer = format!("sha256:{}", "a".repeat(64));
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"{KIND}","config":{{"mediaType":"application/vnd.docker.container.image.v1+json","size":{},"digest":"{CONFIG_DIGEST}"}},"layers":[{{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":10000000,"digest":"{layer}"}}]}}"#,
            CONFIG.len()
        );
        return answer(
            out,
            asked,
            200,
            &[&format!("Content-Type: {KIND}")],
            &manifest,
        );
    }
    if asked.path.ends_with(CONFIG_DIGEST) {
        return answer(out, asked, 200, &[], CONFIG);
    }
    let _ = tell.send(Seen::LayerBegun);
    let begin = |out: &mut TcpStream| {
        write!(out, "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")?;
        // Enough for the engine to report bytes.
        out.write_all(&[0; 5_000_000])?;
        out.flush()
    };
    // The engine sends nothing more on this connection but its end, which may come early.
    let begun = begin(out);
    if begun.is_ok() {
        let _ = reader.read(&mut [0; 1]);
    }
    let _ = tell.send(Seen::LayerDropped);
    begun.and(Err(std::io::ErrorKind::Other.into()))
}

fn answer(
    out: &mut TcpStream,
    asked: &Asked,
    status: u16,
    headers: &[&str],
    body: &str,
) -> std::io::Result<()> {
    let mut text = format!(
        "HTTP/1.1 {status} Status\r\nDocker-Distribution-Api-Version: registry/2.0\r\nContent-Length: {}\r\n",
        body.len()
    );
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    if asked.method != "HEAD" {
        text.push_str(body);
    }
    out.write_all(text.as_bytes())?;
    out.flush()
}
