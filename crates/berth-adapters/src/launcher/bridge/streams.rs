//! The client's streams, as whole lines: a thread for each direction, which blocks.

use std::fs::File;
use std::io;
use std::sync::Mutex;
use std::thread;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::launcher::pipe::{ClientStreams, read_some, write_whole};

/// Bytes read at once.
const CHUNK: usize = 32 << 10;

/// These threads copy, and do nothing else.
const STACK: usize = 128 << 10;

/// Lines on their way, in each direction. Whoever is faster waits.
const WAITING: usize = 16;

/// What comes from the client.
pub(super) struct Input {
    /// Its lines, without the line ends. Empty ones are left out.
    pub lines: mpsc::Receiver<Bytes>,
    /// Its input has ended, though lines may be waiting.
    pub ended: oneshot::Receiver<()>,
}

/// What goes to the client.
#[derive(Debug)]
pub(super) struct Output {
    lines: mpsc::Sender<Bytes>,
    errors: Mutex<File>,
}

impl Output {
    /// Writes a line. A client that is gone is noticed elsewhere.
    pub async fn line(&self, line: Bytes) {
        let _ = self.lines.send(line).await;
    }

    /// Says something beside the protocol.
    pub fn say(&self, text: &str) {
        let mut errors = self.errors.lock().unwrap_or_else(|lock| lock.into_inner());
        // A client that has closed its error stream still has a session.
        let _ = write_whole(&mut errors, format!("{text}\n").as_bytes());
    }
}

/// Begins to copy. The last value is told when everything was written (once the [`Output`] is
/// gone), or that nobody reads any more.
pub(super) fn start(client: ClientStreams) -> io::Result<(Input, Output, oneshot::Receiver<()>)> {
    let ClientStreams {
        mut input,
        mut output,
        errors,
    } = client;
    let (to_bridge, lines) = mpsc::channel(WAITING);
    let (tell_input, ended) = oneshot::channel();
    thread::Builder::new()
        .name("input".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            copy_lines(&mut input, &to_bridge);
            // The receiver is gone only when the session is over.
            let _ = tell_input.send(());
        })?;
    let (to_client, mut from_bridge) = mpsc::channel::<Bytes>(WAITING);
    let (tell_output, written) = oneshot::channel();
    thread::Builder::new()
        .name("output".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            while let Some(line) = from_bridge.blocking_recv() {
                let whole = write_whole(&mut output, &line);
                if whole
                    .and_then(|()| write_whole(&mut output, b"\n"))
                    .is_err()
                {
                    break;
                }
            }
            drop(from_bridge);
            let _ = tell_output.send(());
        })?;
    let input = Input { lines, ended };
    let output = Output {
        lines: to_client,
        errors: Mutex::new(errors),
    };
    Ok((input, output, written))
}

fn copy_lines(client: &mut File, lines: &mpsc::Sender<Bytes>) {
    let mut buffer = vec![0; CHUNK];
    let mut begun: Vec<u8> = Vec::new();
    loop {
        let length = match read_some(client, &mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(length) => length,
        };
        let mut rest = &buffer[..length];
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            begun.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            if !send(std::mem::take(&mut begun), lines) {
                return;
            }
        }
        begun.extend_from_slice(rest);
    }
    // A last line without an end.
    send(begun, lines);
}

/// Whether anybody takes it.
fn send(line: Vec<u8>, lines: &mpsc::Sender<Bytes>) -> bool {
    let is_empty = line.iter().all(u8::is_ascii_whitespace);
    is_empty || lines.blocking_send(line.into()).is_ok()
}
