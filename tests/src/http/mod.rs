//! An HTTP server of a test's own, on a free port of 127.0.0.1, and an MCP server on it that is as
//! strict as the specification: what a test wants otherwise, it does itself.

mod exchange;
mod mcp;

use std::io::{self, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

pub use exchange::{Exchange, Request};
pub use mcp::Mcp;

type Handler = dyn Fn(&mut Exchange<'_>) -> io::Result<()> + Send + Sync;

/// A server, until it is dropped.
pub struct Server {
    port: u16,
    scheme: &'static str,
    stopped: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<Request>>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    listening: Option<thread::JoinHandle<()>>,
}

/// Encrypts a server's connections.
pub type Encryption = Arc<rustls::ServerConfig>;

impl Server {
    /// Starts one: every request is `answer`ed in a thread of its connection.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn start(
        answer: impl Fn(&mut Exchange<'_>) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::on(0, None, Arc::new(answer))
    }

    /// The same on a port that was a server's before.
    ///
    /// # Panics
    /// When the port is not free.
    pub fn again(
        port: u16,
        answer: impl Fn(&mut Exchange<'_>) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::on(port, None, Arc::new(answer))
    }

    /// The same with encryption.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn encrypted(
        encryption: Encryption,
        answer: impl Fn(&mut Exchange<'_>) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::on(0, Some(encryption), Arc::new(answer))
    }

    fn on(port: u16, encryption: Option<Encryption>, answer: Arc<Handler>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a port");
        let mut server = Self {
            port: listener.local_addr().expect("an address").port(),
            scheme: if encryption.is_some() {
                "https"
            } else {
                "http"
            },
            stopped: Arc::default(),
            seen: Arc::default(),
            open: Arc::default(),
            listening: None,
        };
        let stopped = server.stopped.clone();
        let seen = server.seen.clone();
        let open = server.open.clone();
        server.listening = Some(thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                if let Ok(copy) = stream.try_clone() {
                    lock(&open).push(copy);
                }
                let (answer, seen) = (answer.clone(), seen.clone());
                let encryption = encryption.clone();
                thread::spawn(move || {
                    // A client may go at any time.
                    let _ = serve(stream, encryption, answer.as_ref(), &seen);
                });
            }
        }));
        server
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.port)
    }

    /// Every request until now.
    #[must_use]
    pub fn seen(&self) -> Vec<Request> {
        lock(&self.seen).clone()
    }

    /// Breaks every connection off.
    pub fn break_off(&self) {
        for stream in lock(&self.open).drain(..) {
            // It may be gone already.
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // The listener looks at it when somebody comes.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
        self.break_off();
    }
}

fn lock<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(
    stream: TcpStream,
    encryption: Option<Encryption>,
    answer: &Handler,
    seen: &Mutex<Vec<Request>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let connection = stream.try_clone()?;
    let mut stream: BufReader<Box<dyn exchange::Stream>> = match encryption {
        None => BufReader::new(Box::new(stream)),
        Some(config) => {
            let connection = rustls::ServerConnection::new(config).map_err(io::Error::other)?;
            BufReader::new(Box::new(rustls::StreamOwned::new(connection, stream)))
        }
    };
    while let Some(request) = Request::read(&mut stream)? {
        lock(seen).push(request.clone());
        let mut exchange = Exchange::new(request, &mut stream);
        answer(&mut exchange)?;
        if !exchange.is_answered() {
            // Left without an answer, or in the middle of one: it is broken off.
            return connection.shutdown(std::net::Shutdown::Both);
        }
    }
    Ok(())
}
