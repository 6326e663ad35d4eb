use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};

use serde_json::Value;

/// What a connection is.
pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Its headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body, `Null` where it is no JSON.
    pub body: Value,
}

impl Request {
    pub(super) fn read(stream: &mut BufReader<Box<dyn Stream>>) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_ascii_whitespace().map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            let before = headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            assert_eq!(before, None, "{name} is sent twice");
        }
        let length = headers
            .get("content-length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok(Some(Self {
            method,
            path,
            headers,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        }))
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The method of the message in it.
    #[must_use]
    pub fn rpc(&self) -> &str {
        self.body["method"].as_str().unwrap_or_default()
    }
}

/// A request and its answer to be.
pub struct Exchange<'a> {
    /// The request.
    pub request: Request,
    stream: &'a mut BufReader<Box<dyn Stream>>,
    answered: bool,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(request: Request, stream: &'a mut BufReader<Box<dyn Stream>>) -> Self {
        Self {
            request,
            stream,
            answered: false,
        }
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answered
    }

    /// Answers with a status, headers and a text.
    pub fn text(&mut self, status: u16, headers: &[(&str, &str)], text: &str) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n", text.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        self.write(format!("{head}\r\n{text}").as_bytes())?;
        self.answered = true;
        Ok(())
    }

    /// Answers with a status alone.
    pub fn status(&mut self, status: u16) -> io::Result<()> {
        self.text(status, &[], "")
    }

    /// Answers with JSON, laid out over several lines.
    pub fn json(&mut self, status: u16, headers: &[(&str, &str)], value: &Value) -> io::Result<()> {
        let json = [("Content-Type", "application/json; charset=utf-8")];
        let text = format!("{value:#}\n");
        self.text(status, &[&json[..], headers].concat(), &text)
    }

    /// Answers the request in the message with a result.
    pub fn result(&mut self, result: &Value) -> io::Result<()> {
        let id = self.request.body["id"].clone();
        let answer = serde_json::json!({ "jsonrpc": "2.0", "id": id, "result": result });
        self.json(200, &[], &answer)
    }

    /// Begins a stream of events.
    pub fn events(&mut self) -> io::Result<()> {
        self.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        )
    }

    /// Sends something of a stream as it is.
    pub fn raw(&mut self, text: &str) -> io::Result<()> {
        self.write(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes())
    }

    /// Sends a message of a stream.
    pub fn event(&mut self, id: Option<&str>, message: &Value) -> io::Result<()> {
        let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
        self.raw(&format!("{id}event: message\ndata: {message}\n\n"))
    }

    /// Sends these bytes, whatever they mean, and breaks off.
    pub fn verbatim(&mut self, text: &str) -> io::Result<()> {
        self.write(text.as_bytes())
    }

    /// Ends a stream.
    pub fn end(&mut self) -> io::Result<()> {
        self.write(b"0\r\n\r\n")?;
        self.answered = true;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes)?;
        stream.flush()
    }
}
