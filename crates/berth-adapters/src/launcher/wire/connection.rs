//! One connection to an engine: asynchronous while requests are made on it, blocking once it
//! carries a session.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use berth_core::error::{Error, ErrorCode};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::Endpoint;

#[cfg(unix)]
type Local = tokio::net::UnixStream;
#[cfg(windows)]
type Local = tokio::net::windows::named_pipe::NamedPipeClient;

/// A connection.
#[derive(Debug)]
pub enum Connection {
    /// A socket or a named pipe of this computer.
    Local(Local),
    /// Over the network.
    Tcp(TcpStream),
}

/// Connects. The error's kind says what is wrong: see [`failure`].
pub async fn connect(endpoint: &Endpoint) -> io::Result<Connection> {
    match endpoint {
        Endpoint::Tcp(address) => {
            let stream = TcpStream::connect(address.as_str()).await?;
            // A message is written in one go and waits for its answer.
            stream.set_nodelay(true)?;
            Ok(Connection::Tcp(stream))
        }
        #[cfg(unix)]
        Endpoint::Unix(path) => Ok(Connection::Local(Local::connect(path).await?)),
        #[cfg(windows)]
        Endpoint::Pipe(name) => Ok(Connection::Local(open_pipe(name).await?)),
        #[cfg(unix)]
        Endpoint::Pipe(_) => Err(io::ErrorKind::Unsupported.into()),
        #[cfg(windows)]
        Endpoint::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Between accepting one client and offering the pipe again a server has none: all of them busy.
#[cfg(windows)]
async fn open_pipe(name: &str) -> io::Result<Local> {
    use tokio::net::windows::named_pipe::ClientOptions;
    use windows_sys::Win32::Foundation::ERROR_PIPE_BUSY;
    let busy = i32::try_from(ERROR_PIPE_BUSY).unwrap_or_default();
    for _ in 0..40 {
        match ClientOptions::new().open(name) {
            Err(error) if error.raw_os_error() == Some(busy) => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            result => return result,
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// What a failed connection means: no socket, no right to use it, or nobody behind it.
#[must_use]
pub fn failure(endpoint: &Endpoint, error: &io::Error) -> Error {
    let endpoint = endpoint.to_string();
    Error::new(match error.kind() {
        io::ErrorKind::NotFound => ErrorCode::EngineMissing,
        io::ErrorKind::PermissionDenied => ErrorCode::EngineDenied { endpoint },
        _ => ErrorCode::EngineStopped { endpoint },
    })
    .caused_by(error)
}

/// The side that writes.
pub trait End: Write + Send {
    /// Says that nothing more will be written. The other direction stays open.
    fn finish(&mut self) -> io::Result<()>;
}

/// Both directions, for a thread each.
pub struct Halves {
    /// From the engine.
    pub read: Box<dyn Read + Send>,
    /// To the engine.
    pub write: Box<dyn End>,
}

impl Connection {
    /// Takes the two directions apart, for threads that block: a thread that waits in `read` is
    /// woken by the kernel alone, with no event loop between two copies.
    #[cfg(unix)]
    pub fn into_halves(self) -> io::Result<Halves> {
        match self {
            Self::Local(stream) => {
                let stream = stream.into_std()?;
                stream.set_nonblocking(false)?;
                Ok(Halves {
                    read: Box::new(stream.try_clone()?),
                    write: Box::new(stream),
                })
            }
            Self::Tcp(stream) => tcp_halves(stream),
        }
    }

    /// As on Unix. A named pipe is opened for overlapped use, so its threads wait for the runtime.
    #[cfg(windows)]
    pub fn into_halves(self) -> io::Result<Halves> {
        match self {
            Self::Local(pipe) => {
                let (read, write) = tokio::io::split(pipe);
                let runtime = tokio::runtime::Handle::current();
                Ok(Halves {
                    read: Box::new(pipes::Reader {
                        runtime: runtime.clone(),
                        half: read,
                    }),
                    write: Box::new(pipes::Writer {
                        runtime,
                        half: write,
                    }),
                })
            }
            Self::Tcp(stream) => tcp_halves(stream),
        }
    }
}

fn tcp_halves(stream: TcpStream) -> io::Result<Halves> {
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    Ok(Halves {
        read: Box::new(stream.try_clone()?),
        write: Box::new(stream),
    })
}

#[cfg(unix)]
impl End for std::os::unix::net::UnixStream {
    fn finish(&mut self) -> io::Result<()> {
        self.shutdown(std::net::Shutdown::Write)
    }
}

impl End for std::net::TcpStream {
    fn finish(&mut self) -> io::Result<()> {
        self.shutdown(std::net::Shutdown::Write)
    }
}

#[cfg(windows)]
mod pipes {
    use super::{End, Local};
    use std::io::{self, Read, Write};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
    use tokio::runtime::Handle;

    pub struct Reader {
        pub runtime: Handle,
        pub half: ReadHalf<Local>,
    }

    impl Read for Reader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.runtime.block_on(self.half.read(buffer))
        }
    }

    pub struct Writer {
        pub runtime: Handle,
        pub half: WriteHalf<Local>,
    }

    impl Write for Writer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.runtime.block_on(self.half.write(bytes))
        }

        fn flush(&mut self) -> io::Result<()> {
            self.runtime.block_on(self.half.flush())
        }
    }

    impl End for Writer {
        /// The engine's pipes carry messages; an empty one is the end of input there (this is how
        /// Docker's own client says it: a named pipe cannot be closed in one direction).
        fn finish(&mut self) -> io::Result<()> {
            self.runtime.block_on(self.half.write(&[])).map(|_| ())
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Local(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Local(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Local(stream) => Pin::new(stream).poll_flush(context),
            Self::Tcp(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Local(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn refused(endpoint: &Endpoint) -> String {
        let error = connect(endpoint).await.expect_err("nobody there");
        failure(endpoint, &error).name()
    }

    fn socket(path: &std::path::Path) -> Endpoint {
        Endpoint::Unix(path.to_str().expect("text").to_owned())
    }

    #[tokio::test]
    async fn tells_a_missing_engine_from_a_stopped_one() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("engine.sock");
        let endpoint = socket(&path);
        assert_eq!(refused(&endpoint).await, "engine_missing");
        drop(std::os::unix::net::UnixListener::bind(&path).expect("bound"));
        assert_eq!(
            refused(&endpoint).await,
            "engine_stopped",
            "its socket is left"
        );
    }

    #[tokio::test]
    async fn each_direction_ends_by_itself() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("engine.sock");
        let listener = std::os::unix::net::UnixListener::bind(&path).expect("bound");
        let engine = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut all = Vec::new();
            stream.read_to_end(&mut all).expect("until it ends");
            stream.write_all(&all).expect("the other way");
            all
        });
        let Halves {
            mut read,
            mut write,
        } = connect(&socket(&path))
            .await
            .expect("connects")
            .into_halves()
            .expect("two directions");
        write.write_all(b"question").expect("written");
        write.finish().expect("ended");
        let mut answer = Vec::new();
        read.read_to_end(&mut answer).expect("read");
        assert_eq!(answer, b"question");
        assert_eq!(engine.join().expect("no panic"), b"question");
    }
}
