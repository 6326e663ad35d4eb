//! What a client shows of an error: one line on the error stream.

use berth_core::error::{Error, ErrorCode};

/// Most characters of the details: one line that a client can show.
const DETAIL_LIMIT: usize = 500;

/// What happened and what to do, in one line. Where the hint points to details, they follow.
#[must_use]
pub fn line(error: &Error) -> String {
    let mut line = format!("berth: {}", error.message());
    if let Some(hint) = error.hint() {
        line.push(' ');
        line.push_str(&hint);
    }
    let has_details = matches!(
        error.code,
        ErrorCode::EngineFailed { .. }
            | ErrorCode::KeychainFailed { .. }
            | ErrorCode::StoreFailed { .. }
            | ErrorCode::FileFailed { .. }
            | ErrorCode::ServerUnreachable { .. }
            | ErrorCode::ServerRefused { .. }
            | ErrorCode::ServerStatus { .. }
            | ErrorCode::Internal { .. }
    );
    if has_details && !error.causes.is_empty() {
        let details = error.causes.join(": ");
        line.push_str(" (");
        line.extend(details.chars().take(DETAIL_LIMIT));
        line.push(')');
    }
    // Texts of others may hold line breaks and control sequences.
    line.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line() {
        let missing = Error::new(ErrorCode::NotInstalled {
            name: "time".to_owned(),
        })
        .with_cause("not shown");
        assert_eq!(
            line(&missing),
            "berth: No server named `time` is installed. See what is installed: `berth list`."
        );
        let failed = Error::new(ErrorCode::EngineFailed {
            operation: "start the server".to_owned(),
        })
        .with_cause("runc:\n\u{1b}[31mno such file");
        assert_eq!(
            line(&failed),
            "berth: The container engine could not start the server. See the details; the \
             engine's own log may say more. (runc:  [31mno such file)"
        );
    }
}
