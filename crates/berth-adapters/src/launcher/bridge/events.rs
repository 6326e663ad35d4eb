//! Server-sent events (WHATWG HTML, "Server-sent events"): what of them MCP uses.

/// An event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// The data of all its lines, joined by line feeds.
    pub data: Vec<u8>,
    /// The stream's last identifier, if this event set it.
    pub id: Option<Vec<u8>>,
    /// How long to wait before asking again, in milliseconds, if this event set it.
    pub retry: Option<u64>,
}

/// Reads a stream of events, in whatever pieces it comes.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    event: Event,
    begun: bool,
    /// The last byte was a carriage return: a line feed after it belongs to the same line end.
    after_return: bool,
    first_line_is_over: bool,
}

/// More than this in one event is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Events {
    /// Takes the next bytes; the events that they complete. None of them is longer than `limit`
    /// bytes.
    pub fn feed(&mut self, bytes: &[u8], limit: usize) -> Result<Vec<Event>, TooLong> {
        let mut complete = Vec::new();
        let mut rest = bytes;
        if std::mem::take(&mut self.after_return) && rest.first() == Some(&b'\n') {
            rest = &rest[1..];
        }
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line.extend_from_slice(&rest[..end]);
            let is_return = rest[end] == b'\r';
            rest = &rest[end + 1..];
            if is_return {
                match rest.first() {
                    Some(b'\n') => rest = &rest[1..],
                    Some(_) => {}
                    None => self.after_return = true,
                }
            }
            complete.extend(self.end_line());
            if self.event.data.len() > limit {
                return Err(TooLong);
            }
        }
        self.line.extend_from_slice(rest);
        if self.line.len() > limit {
            return Err(TooLong);
        }
        Ok(complete)
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !std::mem::replace(&mut self.first_line_is_over, true) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if line.is_empty() {
            self.begun = false;
            let event = std::mem::take(&mut self.event);
            return (event != Event::default()).then_some(event);
        }
        let (name, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &b""[..]),
        };
        match name {
            b"data" => {
                if std::mem::replace(&mut self.begun, true) {
                    self.event.data.push(b'\n');
                }
                self.event.data.extend_from_slice(value);
            }
            b"id" if !value.contains(&0) => self.event.id = Some(value.to_vec()),
            b"retry" => {
                self.event.retry = std::str::from_utf8(value)
                    .ok()
                    .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
                    .and_then(|text| text.parse().ok());
            }
            // Comments keep a connection open; events are told apart by their data here.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(text: &str) -> Event {
        Event {
            data: text.as_bytes().to_vec(),
            ..Event::default()
        }
    }

    fn all(stream: &[u8], piece: usize) -> Vec<Event> {
        let mut events = Events::default();
        stream
            .chunks(piece)
            .flat_map(|bytes| events.feed(bytes, 1 << 20).expect("short"))
            .collect()
    }

    #[test]
    fn events_are_the_same_in_whatever_pieces_they_come() {
        let stream = b"\xef\xbb\xbf: hello\r\nid: 7\r\ndata:\r\n\r\nevent: message\ndata: {\"a\":\ndata:1}\nretry: 250\n\n\rdata: x\r\rid:8\ndata\n\ndata: cut off";
        let expected = [
            Event {
                id: Some(b"7".to_vec()),
                ..Event::default()
            },
            Event {
                retry: Some(250),
                ..data("{\"a\":\n1}")
            },
            data("x"),
            Event {
                id: Some(b"8".to_vec()),
                ..Event::default()
            },
        ];
        for piece in 1..stream.len() {
            assert_eq!(all(stream, piece), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_left_out() {
        let stream = b"retry: 1e3\nid: a\0b\nunknown: x\ndata: y\n\n";
        assert_eq!(all(stream, 100), [data("y")]);
    }

    #[test]
    fn a_message_without_end_is_refused() {
        let mut one_line = Events::default();
        assert_eq!(one_line.feed(&[b'x'; 11], 10), Err(TooLong));
        let mut lines = Events::default();
        assert_eq!(lines.feed(&b"data: xxxx\n".repeat(3), 10), Err(TooLong));
    }
}
