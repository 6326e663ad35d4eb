//! What the launcher adds to a message's way there and back, and what the docker command adds:
//! the same server behind the engine's own stream, without either.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Instant;

use berth_testkit::ground;

use crate::Samples;
use crate::person::{INITIALIZE, Person, docker};

/// Round trips on one side before the next one's turn.
const TURN: usize = 100;
const TURNS: usize = 40;
/// Turns that are not counted.
const WARM_UP: usize = 2;

const PING: &str = r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#;

/// Milliseconds of each round trip.
pub fn measure() -> Samples {
    let person = Person::new();
    let (mut berth, mut theirs) = (person.berth(), person.docker());
    let mut attached = Attached::start(&person);
    berth.ask(INITIALIZE);
    theirs.ask(INITIALIZE);
    attached.ask(INITIALIZE);
    let mut samples = Samples::default();
    for turn in 0..WARM_UP + TURNS {
        let ours = trips(|| berth.ask(PING));
        let docker = trips(|| theirs.ask(PING));
        let without = trips(|| attached.ask(PING));
        if turn >= WARM_UP {
            samples.ours.extend(ours);
            samples.theirs.extend(docker);
            samples.without.extend(without);
        }
    }
    samples
}

fn trips(mut ask: impl FnMut()) -> Vec<f64> {
    (0..TURN)
        .map(|_| {
            let started = Instant::now();
            ask();
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect()
}

/// The engine's stream of a container, read and written here.
struct Attached {
    stream: BufReader<UnixStream>,
    line: Vec<u8>,
}

impl Attached {
    fn start(person: &Person) -> Self {
        let id = person.made();
        let host = ground::docker_host();
        let socket = host.strip_prefix("unix://").expect("a socket");
        let mut stream = UnixStream::connect(socket).expect("an engine");
        let request = format!(
            "POST /containers/{id}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: engine\r\n\
             Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("written");
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).expect("an answer");
        assert!(line.contains(" 101 "), "{line}");
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).expect("an answer");
        }
        docker(&["start", &id]);
        Self {
            stream,
            line: Vec::new(),
        }
    }

    fn ask(&mut self, request: &str) {
        let input = self.stream.get_mut();
        input.write_all(request.as_bytes()).expect("written");
        input.write_all(b"\n").expect("written");
        self.line.clear();
        while self.line.last() != Some(&b'\n') {
            // One byte for the stream, three of nothing, four for the length.
            let mut head = [0; 8];
            self.stream.read_exact(&mut head).expect("a head");
            let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
            let from = self.line.len();
            self.line.resize(from + length as usize, 0);
            self.stream
                .read_exact(&mut self.line[from..])
                .expect("a part of the answer");
        }
        let answer = String::from_utf8_lossy(&self.line);
        assert!(answer.contains("\"result\""), "{answer}");
    }
}
