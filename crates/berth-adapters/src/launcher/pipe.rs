//! The pipe between a client and a container: bytes, unchanged, in both directions.
//!
//! Each direction is a thread that blocks: it is woken by the kernel, copies once and waits again.
//! Neither can hold up the other, so a client that writes a lot before it reads cannot lock up,
//! and signals are handled whatever the client does. Nothing is parsed and nothing is kept: what
//! has been read is written before the next read.

use std::fs::File;
use std::io::{self, Read, Write};
use std::thread;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::wire::{End, Halves};

/// Bytes copied at once. Pipes hold 64 KiB; the engine sends at most half of that in a frame.
const CHUNK: usize = 32 << 10;

/// These threads copy, and do nothing else.
const STACK: usize = 128 << 10;

/// The client's ends.
pub(super) struct ClientStreams {
    /// What the client writes.
    pub input: File,
    /// What the client reads.
    pub output: File,
    /// Where the client shows or keeps what the server says beside the protocol.
    pub errors: File,
}

impl ClientStreams {
    /// This process's own standard streams, without the buffers of the standard library.
    pub fn own() -> io::Result<Self> {
        Ok(Self {
            input: duplicate(&io::stdin())?,
            output: duplicate(&io::stdout())?,
            errors: duplicate(&io::stderr())?,
        })
    }
}

#[cfg(unix)]
fn duplicate(stream: &impl std::os::fd::AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn duplicate(stream: &impl std::os::windows::io::AsHandle) -> io::Result<File> {
    Ok(File::from(stream.as_handle().try_clone_to_owned()?))
}

/// A pipe that runs.
pub(super) struct Pipe {
    /// The client has ended its input, and the container's has been ended.
    pub input_ended: oneshot::Receiver<()>,
    /// Nothing more comes out of the container, or nobody takes it.
    pub output_ended: oneshot::Receiver<OutputEnd>,
}

/// Why the output ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OutputEnd {
    /// The container's output ended and the client has all of it.
    Complete,
    /// The client does not read any more.
    NobodyListens,
    /// The connection to the engine broke, or carried something else than a session.
    EngineGone,
}

/// Starts the pipe. `already_read` came in with the engine's answer.
pub(super) fn start(
    halves: Halves,
    already_read: Bytes,
    client: ClientStreams,
) -> io::Result<Pipe> {
    let Halves {
        mut read,
        mut write,
    } = halves;
    let ClientStreams {
        mut input,
        mut output,
        mut errors,
    } = client;
    let (tell_input, input_ended) = oneshot::channel();
    let (tell_output, output_ended) = oneshot::channel();
    // Made here: a thread that never allocates needs no heap of its own.
    let (mut to, mut from) = (vec![0; CHUNK], vec![0; CHUNK]);
    thread::Builder::new()
        .name("input".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            copy_input(&mut input, write.as_mut(), &mut to);
            // The receiver is gone only when the session is over.
            let _ = tell_input.send(());
        })?;
    thread::Builder::new()
        .name("output".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let end = copy_output(
                read.as_mut(),
                &already_read,
                &mut output,
                &mut errors,
                &mut from,
            );
            let _ = tell_output.send(end);
        })?;
    Ok(Pipe {
        input_ended,
        output_ended,
    })
}

/// Starts the half of it that a server needs which is reached otherwise: whatever it writes, to
/// either stream, goes to the client's error stream.
pub(super) fn log(halves: Halves, already_read: Bytes, log: File) -> io::Result<Pipe> {
    let Halves { mut read, write } = halves;
    let mut output = log.try_clone()?;
    let mut errors = log;
    let (tell_input, input_ended) = oneshot::channel();
    let (tell_output, output_ended) = oneshot::channel();
    let mut from = vec![0; CHUNK];
    thread::Builder::new()
        .name("log".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            // The engine may take the end of this direction for the end of both.
            let _open = (write, tell_input);
            let end = copy_output(
                read.as_mut(),
                &already_read,
                &mut output,
                &mut errors,
                &mut from,
            );
            let _ = tell_output.send(end);
        })?;
    Ok(Pipe {
        input_ended,
        output_ended,
    })
}

/// Until the client's end, or until the container takes no more (then its output ends as well).
fn copy_input(client: &mut File, container: &mut dyn End, buffer: &mut [u8]) {
    while let Ok(length @ 1..) = read_some(client, buffer) {
        if container.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
    // A container that is gone has no input to end.
    let _ = container.finish();
}

fn copy_output(
    engine: &mut dyn Read,
    already_read: &[u8],
    output: &mut File,
    errors: &mut File,
    buffer: &mut [u8],
) -> OutputEnd {
    let mut frames = Frames::default();
    let mut deliver = |bytes: &[u8], frames: &mut Frames| {
        frames.feed(bytes, |channel, part| match channel {
            Channel::Output => write_whole(output, part),
            // A client that has closed its error stream still has a session.
            Channel::Errors => write_whole(errors, part).or(Ok(())),
        })
    };
    let mut fed = deliver(already_read, &mut frames);
    loop {
        match fed {
            Ok(()) => {}
            Err(Undelivered::Nobody) => return OutputEnd::NobodyListens,
            Err(Undelivered::NoFrame) => return OutputEnd::EngineGone,
        }
        fed = match engine.read(buffer) {
            Ok(0) if frames.is_between() => return OutputEnd::Complete,
            Ok(0) => return OutputEnd::EngineGone,
            Ok(length) => deliver(&buffer[..length], &mut frames),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(_) => return OutputEnd::EngineGone,
        };
    }
}

/// Reads at least one byte, or 0 at the end.
pub(super) fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait(file, Direction::In)?,
            result => return result,
        }
    }
}

/// Writes all of it.
pub(super) fn write_whole(file: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => bytes = &bytes[length..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait(file, Direction::Out)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

enum Direction {
    In,
    Out,
}

/// A stream that is shared with the client can be in non-blocking mode; that is the client's
/// choice, and changing it would change it for the client.
#[cfg(unix)]
fn wait(file: &File, direction: Direction) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let wanted = match direction {
        Direction::In => PollFlags::IN,
        Direction::Out => PollFlags::OUT,
    };
    match poll(&mut [PollFd::new(file, wanted)], None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(windows)]
fn wait(_: &File, _: Direction) -> io::Result<()> {
    thread::sleep(std::time::Duration::from_millis(1));
    Ok(())
}

/// Where a part of the container's output belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channel {
    Output,
    Errors,
}

/// Why a part was not delivered.
#[derive(Debug, PartialEq, Eq)]
enum Undelivered {
    /// It could not be written.
    Nobody,
    /// It is not in the engine's form.
    NoFrame,
}

/// Takes the engine's frames apart: a byte for the channel (0 or 1 output, 2 errors, 3 the
/// engine's own errors), three zeros, four bytes of length, most significant first, and as many
/// bytes of content. Content is handed on as it comes, not when a frame is complete.
#[derive(Default)]
struct Frames {
    header: [u8; 8],
    /// How much of the header is there; 8 within a content.
    have: usize,
    /// What is left of the content.
    left: u32,
}

impl Frames {
    fn is_between(&self) -> bool {
        self.have == 0
    }

    fn feed(
        &mut self,
        mut bytes: &[u8],
        mut deliver: impl FnMut(Channel, &[u8]) -> io::Result<()>,
    ) -> Result<(), Undelivered> {
        while !bytes.is_empty() {
            if self.have < 8 {
                let take = bytes.len().min(8 - self.have);
                self.header[self.have..self.have + take].copy_from_slice(&bytes[..take]);
                self.have += take;
                bytes = &bytes[take..];
                if self.have < 8 {
                    break;
                }
                let [channel, a, b, c, length @ ..] = self.header;
                if channel > 3 || [a, b, c] != [0, 0, 0] {
                    return Err(Undelivered::NoFrame);
                }
                self.left = u32::from_be_bytes(length);
            } else {
                let take = bytes.len().min(self.left as usize);
                let channel = if self.header[0] < 2 {
                    Channel::Output
                } else {
                    Channel::Errors
                };
                deliver(channel, &bytes[..take]).map_err(|_| Undelivered::Nobody)?;
                bytes = &bytes[take..];
                // `take` is at most `left`.
                self.left -= u32::try_from(take).unwrap_or(self.left);
            }
            if self.left == 0 {
                self.have = 0;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(channel: u8, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).expect("short");
        let mut frame = vec![channel, 0, 0, 0];
        frame.extend(length.to_be_bytes());
        frame.extend(content);
        frame
    }

    fn taken_apart(pieces: &[&[u8]]) -> (Vec<u8>, Vec<u8>, bool) {
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        let mut frames = Frames::default();
        for piece in pieces {
            frames
                .feed(piece, |channel, part| {
                    match channel {
                        Channel::Output => output.extend(part),
                        Channel::Errors => errors.extend(part),
                    }
                    Ok(())
                })
                .expect("frames");
        }
        (output, errors, frames.is_between())
    }

    #[test]
    fn content_is_the_same_wherever_the_stream_is_cut() {
        let mut stream = frame(1, b"{\"jsonrpc\":");
        stream.extend(frame(2, b"\x00\x01\xff log"));
        stream.extend(frame(1, b""));
        stream.extend(frame(0, b"\"2.0\"}\n"));
        stream.extend(frame(3, b"!"));
        let whole = (
            b"{\"jsonrpc\":\"2.0\"}\n".to_vec(),
            b"\x00\x01\xff log!".to_vec(),
            true,
        );
        assert_eq!(taken_apart(&[&stream]), whole);
        for first in 0..stream.len() {
            for second in first..stream.len() {
                let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
                assert_eq!(taken_apart(&pieces), whole, "{first} {second}");
            }
        }
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(taken_apart(&single), whole);
    }

    #[test]
    fn content_does_not_wait_for_its_frame() {
        let stream = frame(1, b"first half, second half");
        let (output, _, between) = taken_apart(&[&stream[..18]]);
        assert_eq!((output.as_slice(), between), (&b"first half"[..], false));
    }

    #[test]
    fn what_is_no_frame_is_not_passed_on() {
        for stream in [&b"HTTP/1.1 500"[..], &[1, 0, 1, 0, 0, 0, 0, 1, 9]] {
            let mut frames = Frames::default();
            let fed = frames.feed(stream, |_, _| unreachable!("nothing is delivered"));
            assert_eq!(fed, Err(Undelivered::NoFrame));
        }
    }

    #[cfg(unix)]
    mod running {
        use super::*;
        use std::os::unix::net::UnixStream;

        /// A pipe between a client and an engine that this test plays both.
        fn piped() -> (Pipe, UnixStream, UnixStream, UnixStream, UnixStream) {
            piped_to(true)
        }

        fn piped_to(blocking: bool) -> (Pipe, UnixStream, UnixStream, UnixStream, UnixStream) {
            let pair = || UnixStream::pair().expect("a pair");
            let file = |stream: UnixStream| File::from(std::os::fd::OwnedFd::from(stream));
            let (engine, other) = pair();
            let (input, from_client) = pair();
            let (output, to_client) = pair();
            let (errors, to_log) = pair();
            for end in [&from_client, &to_client, &to_log] {
                end.set_nonblocking(!blocking).expect("set");
            }
            let halves = Halves {
                read: Box::new(other.try_clone().expect("both directions")),
                write: Box::new(other),
            };
            let client = ClientStreams {
                input: file(from_client),
                output: file(to_client),
                errors: file(to_log),
            };
            let pipe = start(halves, Bytes::from_static(&[1, 0, 0]), client).expect("starts");
            (pipe, engine, input, output, errors)
        }

        #[tokio::test]
        async fn the_end_of_input_leaves_the_output_open() {
            let (pipe, mut engine, mut input, mut output, mut errors) = piped();
            input.write_all(b"a\0b").expect("written");
            drop(input);
            let mut all = Vec::new();
            engine.read_to_end(&mut all).expect("read");
            assert_eq!(all, b"a\0b");
            pipe.input_ended.await.expect("told");

            engine.write_all(&frame(1, b"late")[3..]).expect("written");
            engine.write_all(&frame(2, b"log")).expect("written");
            drop(engine);
            assert_eq!(pipe.output_ended.await, Ok(OutputEnd::Complete));
            let (mut out, mut err) = (String::new(), String::new());
            output.read_to_string(&mut out).expect("read");
            errors.read_to_string(&mut err).expect("read");
            assert_eq!((out.as_str(), err.as_str()), ("late", "log"));
        }

        #[tokio::test]
        async fn a_client_that_only_closed_its_log_still_gets_answers() {
            let (pipe, mut engine, _input, mut output, errors) = piped();
            drop(errors);
            engine.write_all(&frame(1, b"an")[3..]).expect("written");
            engine.write_all(&frame(2, b"log")).expect("written");
            engine.write_all(&frame(1, b"swer")).expect("written");
            drop(engine);
            assert_eq!(pipe.output_ended.await, Ok(OutputEnd::Complete));
            let mut out = String::new();
            output.read_to_string(&mut out).expect("read");
            assert_eq!(out, "answer");
        }

        #[tokio::test]
        async fn a_client_that_is_gone_is_noticed() {
            let (pipe, mut engine, _input, output, _errors) = piped();
            drop(output);
            engine
                .write_all(&frame(1, b"answer")[3..])
                .expect("written");
            assert_eq!(pipe.output_ended.await, Ok(OutputEnd::NobodyListens));
        }

        #[tokio::test]
        async fn a_stream_that_breaks_off_is_not_a_complete_one() {
            let (pipe, mut engine, _input, _output, _errors) = piped();
            engine
                .write_all(&frame(1, b"answer")[3..9])
                .expect("written");
            drop(engine);
            assert_eq!(pipe.output_ended.await, Ok(OutputEnd::EngineGone));
        }

        #[tokio::test]
        async fn streams_that_do_not_block_are_waited_for() {
            const LENGTH: u32 = 1 << 20;
            let (pipe, mut engine, mut input, mut output, _errors) = piped_to(false);
            let client = std::thread::spawn(move || {
                // Nothing is there to read yet when the pipe looks for the first time.
                let mut answer = [0; 4];
                output.read_exact(&mut answer).expect("read");
                input.write_all(b"now").expect("written");
                drop(input);
                let mut all = Vec::new();
                output.read_to_end(&mut all).expect("read");
                all.len()
            });
            engine.write_all(&frame(1, b"wait")[3..]).expect("written");
            let mut asked = Vec::new();
            engine.read_to_end(&mut asked).expect("read");
            assert_eq!(asked, b"now");
            // More than the client's buffer holds.
            let mut header = vec![1, 0, 0, 0];
            header.extend(LENGTH.to_be_bytes());
            engine.write_all(&header).expect("written");
            engine
                .write_all(&vec![b'x'; LENGTH as usize])
                .expect("written");
            drop(engine);
            assert_eq!(pipe.output_ended.await, Ok(OutputEnd::Complete));
            assert_eq!(client.join().expect("no panic"), LENGTH as usize);
        }
    }
}
