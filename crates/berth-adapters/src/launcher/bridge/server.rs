//! A server that is reached over HTTP: connections to it, and requests on them.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::input::InputProblem;
use berth_core::secret::Secret;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

/// How long a server may take to accept a connection, encryption included.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// How long a server may take to say how it is.
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// A connection that has been idle for longer is not used again. Servers close theirs after 5 s
/// and more, and a request that meets the closing cannot be repeated: it may have been carried out.
const IDLE_LIMIT: Duration = Duration::from_secs(3);

/// Most redirects that are followed for one request.
const REDIRECTS: u8 = 3;

/// Where a server is, and what every request to it carries.
pub(in crate::launcher) struct Target {
    /// The address of the server's MCP endpoint: `http` or `https`.
    pub url: Url,
    /// Headers of every request. They may be secret; they are never shown, and go to this address
    /// only.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Target {
    /// An address, and headers of which some are secret.
    ///
    /// # Errors
    /// `InputInvalid` of a header whose value cannot be one.
    pub fn new(
        url: &str,
        plain: &BTreeMap<String, String>,
        secret: &[(String, Secret)],
    ) -> Result<Self> {
        let url = Url::parse(url)
            .map_err(|error| Error::internal("the address cannot be read").caused_by(&error))?;
        let plain = plain.iter().map(|(name, value)| (name, value.as_str()));
        let secret = secret.iter().map(|(name, value)| (name, value.expose()));
        let headers = plain.chain(secret).map(|(name, value)| {
            let forbidden = || {
                Error::new(ErrorCode::InputInvalid {
                    input: name.clone(),
                    problem: InputProblem::Forbidden,
                })
            };
            let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| forbidden())?;
            let mut value = HeaderValue::from_str(value).map_err(|_| forbidden())?;
            value.set_sensitive(true);
            Ok((known, value))
        });
        let headers = headers.collect::<Result<_>>()?;
        Ok(Self { url, headers })
    }
}

type Sender = SendRequest<Full<Bytes>>;

/// The server of a [`Target`].
pub(super) struct Server {
    target: Target,
    authority: HeaderValue,
    /// Path and query, after redirects.
    path: Mutex<String>,
    idle: Mutex<Vec<(Sender, Instant)>>,
    tls: OnceLock<TlsConnector>,
}

impl Server {
    pub fn new(target: Target) -> Result<Self> {
        let url = &target.url;
        let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let authority = HeaderValue::from_str(authority)
            .map_err(|error| Error::internal("an address has no host").caused_by(&error))?;
        let path = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        Ok(Self {
            authority,
            path: Mutex::new(path),
            idle: Mutex::default(),
            tls: OnceLock::new(),
            target,
        })
    }

    /// The address, for people: without query and fragment.
    pub fn address(&self) -> String {
        self.target.url[..url::Position::AfterPath].to_owned()
    }

    /// The error of a server that cannot be spoken with.
    pub fn unreachable(&self) -> Error {
        Error::new(ErrorCode::ServerUnreachable {
            address: self.address(),
        })
    }

    /// Sends a request and gives the answer, of which the body has not been read. Redirects are
    /// followed only where they stay at this very host and port: nothing of what a request carries
    /// is for anybody else.
    pub async fn send(
        &self,
        method: Method,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Response<Incoming>> {
        for _ in 0..=REDIRECTS {
            let path = self.path().clone();
            let response = self
                .send_once(method.clone(), &path, headers, body.clone())
                .await?;
            // The others turn a POST into a GET.
            let redirects = matches!(
                response.status(),
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
            );
            let there = redirects
                .then(|| self.within(&path, response.headers()))
                .flatten();
            match there {
                Some(there) => *self.path() = there,
                None => return Ok(response),
            }
        }
        Err(self.unreachable().with_cause("it redirects without end"))
    }

    fn path(&self) -> std::sync::MutexGuard<'_, String> {
        self.path.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a redirect leads, if that is this host and port by this protocol.
    fn within(&self, path: &str, headers: &HeaderMap) -> Option<String> {
        let location = headers.get(LOCATION)?.to_str().ok()?;
        let from = self.target.url.join(path).ok()?;
        let there = from.join(location).ok()?;
        (there.origin() == self.target.url.origin())
            .then(|| there[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
    }

    async fn send_once(
        &self,
        method: Method,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Response<Incoming>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = path
            .parse()
            .map_err(|error| Error::internal("an address has no path").caused_by(&error))?;
        let to = request.headers_mut();
        // What the entry says comes first, so that it cannot replace what the protocol needs.
        for (name, value) in &self.target.headers {
            to.insert(name, value.clone());
        }
        to.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("berth/", env!("CARGO_PKG_VERSION"))),
        );
        for (name, value) in headers {
            to.insert(name, value.clone());
        }
        to.insert(HOST, self.authority.clone());

        while let Some(mut sender) = self.take_idle() {
            match sender.try_send_request(request).await {
                Ok(response) => {
                    self.keep(sender);
                    return Ok(response);
                }
                // It was closed before anything of the request was sent.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(self.unreachable().caused_by(&error.into_error())),
                },
            }
        }
        let mut sender = self.connect().await?;
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| self.unreachable().caused_by(&error))?;
        self.keep(sender);
        Ok(response)
    }

    /// Its answer may still be on the way; whether it is free is asked when it is needed.
    fn keep(&self, sender: Sender) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((sender, Instant::now()));
    }

    fn take_idle(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // One that is not ready carries an answer, and is dropped with it if it is not taken later.
        idle.retain(|(sender, since)| {
            !sender.is_closed() && (!sender.is_ready() || since.elapsed() < IDLE_LIMIT)
        });
        let free = idle.iter().rposition(|(sender, _)| sender.is_ready())?;
        Some(idle.swap_remove(free).0)
    }

    async fn connect(&self) -> Result<Sender> {
        let opened = timeout(CONNECT_LIMIT, self.open())
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(|error| self.unreachable().caused_by(&error))?;
        let (sender, work) = http1::handshake(TokioIo::new(opened))
            .await
            .map_err(|error| self.unreachable().caused_by(&error))?;
        // Its errors come out of the requests that they belong to.
        tokio::spawn(work);
        Ok(sender)
    }

    async fn open(&self) -> io::Result<Pin<Box<dyn Stream>>> {
        let url = &self.target.url;
        let no_host = || io::Error::from(io::ErrorKind::InvalidInput);
        let host = url.host().ok_or_else(no_host)?;
        let port = url.port_or_known_default().ok_or_else(no_host)?;
        let stream = match host {
            Host::Domain(name) => TcpStream::connect((name, port)).await?,
            Host::Ipv4(ip) => TcpStream::connect((ip, port)).await?,
            Host::Ipv6(ip) => TcpStream::connect((ip, port)).await?,
        };
        // A message is written in one go and waits for its answer.
        stream.set_nodelay(true)?;
        if url.scheme() != "https" {
            return Ok(Box::pin(stream));
        }
        let name = match host {
            Host::Domain(name) => {
                ServerName::try_from(name.to_owned()).map_err(io::Error::other)?
            }
            Host::Ipv4(ip) => ServerName::from(std::net::IpAddr::from(ip)),
            Host::Ipv6(ip) => ServerName::from(std::net::IpAddr::from(ip)),
        };
        let tls = match self.tls.get() {
            Some(tls) => tls,
            None => {
                let made = tls().map_err(io::Error::other)?;
                self.tls.get_or_init(|| made)
            }
        };
        Ok(Box::pin(tls.connect(name, stream).await?))
    }
}

/// What a path answers to whoever asks: the status, and no more of the body than this. `None` where
/// nobody answers in time.
pub(super) async fn look(url: Url, most: usize) -> Option<(StatusCode, Vec<u8>)> {
    let target = Target {
        url,
        headers: Vec::new(),
    };
    let server = Server::new(target).ok()?;
    let headers = HeaderMap::new();
    let asked = async {
        let answer = server
            .send(Method::GET, &headers, Bytes::new())
            .await
            .ok()?;
        let status = answer.status();
        let mut body = answer.into_body();
        let mut read = Vec::new();
        while read.len() < most {
            // What breaks off has still been answered.
            let Some(Ok(frame)) = body.frame().await else {
                break;
            };
            if let Some(data) = frame.data_ref() {
                read.extend_from_slice(&data[..data.len().min(most - read.len())]);
            }
        }
        Some((status, read))
    };
    timeout(PROBE_LIMIT, asked).await.ok()?
}

/// The status that a server answers with at a path beside its endpoint; at the endpoint without
/// one. Nothing secret is sent there. `None` where nobody answers.
pub(super) async fn status(target: &Target, path: Option<&str>) -> Option<StatusCode> {
    let url = path.map_or(Ok(target.url.clone()), |path| target.url.join(path));
    let target = Target {
        url: url.ok()?,
        headers: Vec::new(),
    };
    let (probe, headers) = (Server::new(target).ok()?, HeaderMap::new());
    let answered = probe.send(Method::GET, &headers, Bytes::new());
    let answer = timeout(PROBE_LIMIT, answered).await.ok()?.ok()?;
    Some(answer.status())
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.address()).finish()
    }
}

/// Whom the system trusts, this trusts.
fn tls() -> std::result::Result<TlsConnector, rustls::Error> {
    use rustls_platform_verifier::BuilderVerifierExt;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

trait Stream: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Stream for T {}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Server {
        Server::new(Target {
            url: url.parse().expect("an address"),
            headers: Vec::new(),
        })
        .expect("a server")
    }

    #[test]
    fn an_address_is_taken_apart() {
        let server = server("https://mcp.example.com:8443/a/mcp?key=1#x");
        assert_eq!(server.authority, "mcp.example.com:8443");
        assert_eq!(*server.path(), "/a/mcp?key=1");
        assert_eq!(server.address(), "https://mcp.example.com:8443/a/mcp");
        assert_eq!(self::server("http://[::1]/mcp").authority, "[::1]");
    }

    #[test]
    fn a_redirect_to_anywhere_else_is_not_followed() {
        let server = server("https://mcp.example.com/mcp");
        let follows = |location: &str| {
            let location = HeaderValue::from_str(location).expect("a value");
            server.within("/mcp", &HeaderMap::from_iter([(LOCATION, location)]))
        };
        assert_eq!(follows("/mcp/"), Some("/mcp/".to_owned()));
        assert_eq!(
            follows("https://mcp.example.com/v2?x=1"),
            Some("/v2?x=1".to_owned())
        );
        for elsewhere in [
            "https://example.com/mcp",
            "http://mcp.example.com/mcp",
            "https://mcp.example.com:444/mcp",
            "//other.example.com/mcp",
            "file:///etc/passwd",
        ] {
            assert_eq!(follows(elsewhere), None, "{elsewhere}");
        }
    }
}
