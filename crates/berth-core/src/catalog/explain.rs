//! What a text that a person has pasted shows: what its entry knows of, and errors of Berth's own.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Entry, Trouble};
use crate::error::Error;
use crate::text::plain;

/// Most bytes that are looked through: the end of the text, where errors stand.
pub const PASTED_LIMIT: usize = 256 * 1024;
/// Most characters of a line that are looked at.
const LINE_LIMIT: usize = 4096;
/// Most characters of a line that are shown.
const LINE_SHOWN: usize = 300;
/// Most errors of Berth's own that are told.
const ERRORS_SHOWN: usize = 3;

/// What a text shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Explained {
    /// What its entry knows of, in the entry's order.
    pub troubles: Vec<TroubleSeen>,
    /// Errors of Berth's own, in the order of the text.
    pub errors: Vec<ErrorSeen>,
    /// Whether only the end of the text was looked through, because it is longer than that.
    pub cut: bool,
}

/// Something that goes wrong with a server, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TroubleSeen {
    /// What goes wrong.
    pub trouble: Trouble,
    /// The last line that shows it.
    pub line: String,
}

/// An error of Berth's own, and where it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ErrorSeen {
    /// The error.
    pub error: Error,
    /// The last line that has it.
    pub line: String,
}

impl Entry {
    /// What a text shows, going by the signs of a variant, or of all where none is given.
    #[must_use]
    pub fn explain(&self, variant: Option<&str>, text: &str) -> Explained {
        let (text, cut) = end_of(text);
        let lines: Vec<String> = text
            .split(['\n', '\r'])
            .map(|line| plain(line, LINE_LIMIT))
            .collect();
        let of_variant = |trouble: &&Trouble| variant.is_none_or(|id| trouble.is_for(id));
        let troubles = self.troubles.iter().filter(of_variant);
        Explained {
            troubles: troubles
                .filter_map(|trouble| {
                    let line = trouble.shown_by(lines.iter().map(String::as_str))?;
                    Some(TroubleSeen {
                        trouble: trouble.clone(),
                        line: shown(line),
                    })
                })
                .collect(),
            errors: errors_in(&lines),
            cut,
        }
    }
}

fn errors_in(lines: &[String]) -> Vec<ErrorSeen> {
    let mut seen: Vec<ErrorSeen> = Vec::new();
    for line in lines {
        let Some(error) = Error::said_in(line) else {
            continue;
        };
        // A client writes the same thing at each try: the last time counts.
        seen.retain(|before| before.error.code != error.code);
        seen.push(ErrorSeen {
            error,
            line: shown(line),
        });
    }
    seen.split_off(seen.len().saturating_sub(ERRORS_SHOWN))
}

/// As much of the end of a text as is looked through, and whether that is not all of it.
fn end_of(text: &str) -> (&str, bool) {
    let mut from = text.len().saturating_sub(PASTED_LIMIT);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    (&text[from..], from > 0)
}

fn shown(line: &str) -> String {
    line.trim().chars().take(LINE_SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;
    use crate::error::ErrorCode;

    const ENTRY: &str = r#"
id: box
title: Box
publisher: Ada
summary: Keeps boxes
description: Keeps boxes.
categories: [utilities]
permissions: { network: none, files: none of yours }
variants:
  - { id: image, title: Image, best_for: All, version: "1", run: { type: image, image: "a/b:1" } }
  - { id: python, title: Python, best_for: All, version: "1", run: { type: python, package: b, version: "1", script: b } }
troubles:
  - { problem: No room, signs: ["no space left", "ENOSPC$"], cause: A full disk., help: Make room. }
  - { problem: Bad build, signs: ["^error: build"], cause: The cache., help: Again., variants: [image], then: rebuild_without_cache }
  - { problem: Never seen, cause: None., help: None. }
"#;

    fn entry() -> Entry {
        load("box.yaml", ENTRY, super::super::Trust::Community).expect("an entry")
    }

    fn problems(variant: Option<&str>, text: &str) -> Vec<(String, String)> {
        let explained = entry().explain(variant, text);
        let seen = explained.troubles.into_iter();
        seen.map(|seen| (seen.trouble.problem, seen.line)).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        expected.iter().map(owned).collect()
    }

    #[test]
    fn each_problem_has_the_last_line_that_shows_it() {
        let text = "no space left (1)\nfine\r\n  write: no space left (2)  \nerror: build";
        let both = [
            ("No room", "write: no space left (2)"),
            ("Bad build", "error: build"),
        ];
        assert_eq!(problems(None, text), pairs(&both));
        assert_eq!(problems(Some("image"), text), pairs(&both));
        assert_eq!(problems(Some("python"), text), pairs(&both[..1]));
        assert_eq!(problems(None, "all is well"), pairs(&[]));
    }

    #[test]
    fn colours_and_titles_hide_nothing() {
        for text in [
            "\u{1b}[1;31merror:\u{1b}[0m build",
            "\u{1b}]0;a title\u{7}error: build",
            "\u{1b}]8;;x\u{1b}\\error: \u{1b}(Bbuild",
            "90%\rerror: build",
        ] {
            assert_eq!(
                problems(None, text),
                pairs(&[("Bad build", "error: build")]),
                "{text:?}"
            );
        }
        assert_eq!(problems(None, "\u{1b}[31mENOSPC\u{1b}[0m").len(), 1);
        // Cut short in the middle of a sequence.
        assert_eq!(problems(None, "\u{1b}["), pairs(&[]));
    }

    #[test]
    fn only_the_end_of_a_long_text_counts() {
        let filler = format!("{}\n", "ü".repeat(999)).repeat(PASTED_LIMIT / 1999 + 1);
        let at_the_end = entry().explain(None, &format!("{filler}no space left"));
        assert!(at_the_end.cut);
        assert_eq!(at_the_end.troubles.len(), 1);
        let at_the_start = entry().explain(None, &format!("no space left\n{filler}"));
        assert!(at_the_start.cut);
        assert_eq!(at_the_start.troubles, []);
        assert!(!entry().explain(None, "no space left").cut);
        let long = "x".repeat(PASTED_LIMIT);
        assert!(entry().explain(None, &format!("no space left {long}")).cut);
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let text = format!("no space left{}", "ü".repeat(1000));
        let explained = entry().explain(None, &text);
        assert_eq!(explained.troubles[0].line.chars().count(), LINE_SHOWN);
    }

    #[test]
    fn what_berth_itself_said_is_known_again() {
        let text = "MCP server \"box\" failed\n\
                    berth: The container engine at unix:///a does not answer. Start it.\n\
                    berth: The keychain is locked. Unlock it.\n\
                    again: The container engine at unix:///a does not answer.";
        let errors = entry().explain(None, text).errors;
        let codes: Vec<ErrorCode> = errors.iter().map(|seen| seen.error.code.clone()).collect();
        let endpoint = "unix:///a".to_owned();
        assert_eq!(
            codes,
            [
                ErrorCode::KeychainLocked,
                ErrorCode::EngineStopped { endpoint }
            ]
        );
        assert!(errors[1].line.starts_with("again: "));
    }
}
