//! Text that others wrote, made safe for a terminal.

/// Catalog text, tool descriptions and what tools answer are untrusted: a control sequence in
/// them could rewrite what a terminal shows, and a change of direction could hide what a command
/// says. Line breaks and tabs stay.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| {
            if is_harmful(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

fn is_harmful(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Marks, embeddings, overrides and isolates of direction; line and paragraph separators.
        '\u{200e}'
        | '\u{200f}'
        | '\u{061c}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => true,
        c => c.is_control(),
    }
}

/// A text in which every line but the first begins with `indent`.
pub fn indented(text: &str, indent: &str) -> String {
    clean(text)
        .lines()
        .collect::<Vec<_>>()
        .join(&format!("\n{indent}"))
}

/// "1 tool", "3 tools".
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {many}")
    }
}

/// A number of bytes as engines show it: 84.2 MB.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut amount = bytes as f64 / 1000.0;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        if amount < 999.95 {
            break;
        }
        (amount, unit) = (amount / 1000.0, next);
    }
    format!("{amount:.1} {unit}")
}

/// The day of a time (RFC 3339).
pub fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_days_are_short() {
        for (bytes, text) in [
            (0, "0.0 kB"),
            (84_200_000, "84.2 MB"),
            (999_960, "1.0 MB"),
            (1_230_000_000, "1.2 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(day("2026-01-02T03:04:05.678Z"), "2026-01-02");
    }

    #[test]
    fn control_sequences_and_changes_of_direction_do_not_reach_the_terminal() {
        let text = "a\u{1b}[2Jb\rc\u{9b}d\u{202e}e\u{7f}";
        let shown = clean(text);
        assert_eq!(shown, "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}");
        assert_eq!(clean("two\n\tlines, ü, 時"), "two\n\tlines, ü, 時");
    }
}
