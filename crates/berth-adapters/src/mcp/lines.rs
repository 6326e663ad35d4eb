//! Between a server's stdout and the protocol: what is not JSON goes to the log.

use berth_core::progress::Watch;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader, DuplexStream};

/// Longest line that is taken for a message: a tool list with whole schemas can be megabytes.
const LINE_LIMIT: u64 = 32 * 1024 * 1024;
/// How much may wait between the two.
const BUFFER: usize = 64 * 1024;

/// Passes on the lines that are JSON objects or arrays. Some servers print banners and warnings on
/// stdout (FORMATS, "Claude Code CLI"); those are reported as log lines.
pub fn only_json(stdout: impl AsyncRead + Send + Unpin + 'static, watch: Watch) -> DuplexStream {
    let (near, mut far) = tokio::io::duplex(BUFFER);
    tokio::spawn(async move {
        let mut reader = tokio::io::AsyncReadExt::take(BufReader::new(stdout), LINE_LIMIT);
        let mut line = Vec::new();
        // A broken pipe on either side ends the session; whoever waits for an answer says so.
        while let Ok(1..) = reader.read_until(b'\n', &mut line).await {
            if is_message(&line) {
                if far.write_all(&line).await.is_err() {
                    break;
                }
            } else {
                let text = String::from_utf8_lossy(&line);
                let text = text.trim();
                if !text.is_empty() {
                    watch.line(text);
                }
            }
            line.clear();
            reader.set_limit(LINE_LIMIT);
        }
    });
    near
}

fn is_message(line: &[u8]) -> bool {
    let first = line.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
        && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::io::AsyncReadExt;
    use tokio_util::sync::CancellationToken;

    use super::*;

    #[tokio::test]
    async fn banners_go_to_the_log_and_messages_through() {
        let log = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&log);
        let watch = Watch::new(
            move |line| sink.lock().expect("no panic").push(format!("{line:?}")),
            CancellationToken::new(),
        );
        let stdout: &[u8] = b"Starting...\n{\"a\":1}\r\n[INFO] {not json}\n\n[{\"b\":2}]\n";
        let mut text = String::new();
        only_json(stdout, watch)
            .read_to_string(&mut text)
            .await
            .expect("text");
        assert_eq!(text, "{\"a\":1}\r\n[{\"b\":2}]\n");
        assert_eq!(log.lock().expect("no panic").len(), 2);
    }
}
