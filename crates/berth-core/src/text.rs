//! What programs write for terminals, as text.

/// The first characters of a line, without what it has for terminals only: colours, titles,
/// movements (ECMA-48), control characters other than tabs.
#[must_use]
pub fn plain(line: &str, most: usize) -> String {
    let mut end = line.char_indices().map(|(at, _)| at);
    let line = end.nth(most).map_or(line, |end| &line[..end]);
    let shown = |c: &char| *c == '\t' || !c.is_control();
    // What strips the sequences takes tabs for one of them.
    let cells = line.split('\t').map(strip_ansi_escapes::strip_str);
    let text = cells.collect::<Vec<_>>().join("\t");
    text.chars().filter(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_what_is_for_terminals() {
        for (line, text) in [
            ("\u{1b}[1;31merror:\u{1b}[0m build", "error: build"),
            ("\u{1b}]0;a title\u{7}build", "build"),
            ("\u{1b}]8;;x\u{1b}\\a\u{1b}(Bb", "ab"),
            ("a\tb\u{8}\u{7f}\u{9b}c", "a\tbc"),
            ("ü\u{1b}[", "ü"),
            ("", ""),
        ] {
            assert_eq!(plain(line, 100), text, "{line:?}");
        }
        assert_eq!(plain("üüü", 2), "üü");
        assert_eq!(plain("üüü", 3), "üüü");
    }
}
