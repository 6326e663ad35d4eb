//! Reads the text of a `.env` file. Nothing is put into any environment, and no value is made from
//! another one's.

use std::collections::BTreeMap;

use crate::secret::Secret;

/// The name of the file.
pub const FILE: &str = ".env";

/// The values of a `.env` file. Each may be a secret, so none can be printed.
#[derive(Clone, Debug, Default)]
pub struct EnvFile {
    values: BTreeMap<String, Secret>,
    /// Lines that say nothing that is understood, or that refer to other values.
    pub ignored: u32,
}

impl EnvFile {
    /// Reads a text as it is written by people and by the usual tools: `NAME=value`, also with
    /// `export`, blanks around the `=`, comments, quotes (`'as it is'`, `"with \n escapes"`, both
    /// over several lines), line ends of Windows and a byte order mark. Of several values of a
    /// name the last one counts. A line that is none of this is counted and left out, and so is
    /// one that refers to another value (`${NAME}`).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        let mut rest = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        while !rest.is_empty() {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            let bare = line.trim();
            if bare.is_empty() || bare.starts_with('#') {
                rest = after;
                continue;
            }
            match assignment(rest) {
                Some((name, value, end)) => {
                    file.values.insert(name.to_owned(), Secret::new(value));
                    rest = end;
                }
                None => {
                    file.ignored += 1;
                    rest = after;
                }
            }
        }
        file
    }

    /// The first of these names that has a value, with it. An empty one is none.
    #[must_use]
    pub fn first<'a>(&self, names: &'a [String]) -> Option<(&'a str, &Secret)> {
        names.iter().find_map(|name| {
            let value = self.values.get(name)?;
            (!value.is_empty()).then_some((name.as_str(), value))
        })
    }
}

/// Whether a text can be a variable's name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = bytes.next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The assignment that a text begins with: its name, its value, and what comes after its line.
fn assignment(text: &str) -> Option<(&str, String, &str)> {
    let text = text.trim_start();
    let text = match text.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start_matches([' ', '\t']),
        _ => text,
    };
    let (name, text) = text.split_once('=')?;
    let name = name.trim_end_matches([' ', '\t']);
    if !is_name(name) {
        return None;
    }
    let value = text.trim_start_matches([' ', '\t']);
    let spaced = value.len() < text.len();
    let (value, rest) = match value.chars().next() {
        Some('\'') => single(&value[1..])?,
        Some('"') => double(&value[1..])?,
        _ => plain(value, spaced)?,
    };
    Some((name, value, rest))
}

/// A value without quotes: to the end of the line, or to a `#` behind a blank.
fn plain(text: &str, spaced: bool) -> Option<(String, &str)> {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut end = line.len();
    let mut blank = spaced;
    for (at, c) in line.char_indices() {
        if c == '#' && blank {
            end = at;
            break;
        }
        blank = c == ' ' || c == '\t';
    }
    let value = line[..end].trim();
    (!value.contains("${")).then(|| (value.to_owned(), rest))
}

/// A value in single quotes, as it is.
fn single(text: &str) -> Option<(String, &str)> {
    let (value, rest) = text.split_once('\'')?;
    Some((value.replace("\r\n", "\n"), closed(rest)?))
}

/// A value in double quotes, with its escapes.
fn double(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, closed(&text[at + 1..])?)),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                escaped @ ('"' | '\\' | '$' | '\'') => value.push(escaped),
                // Windows' paths are written with single ones.
                other => value.extend(['\\', other]),
            },
            '$' if chars.peek().is_some_and(|(_, next)| *next == '{') => return None,
            '\r' if chars.peek().is_some_and(|(_, next)| *next == '\n') => {}
            c => value.push(c),
        }
    }
    None
}

/// What comes after the line on which a quote was closed; only a comment may follow it there.
fn closed(text: &str) -> Option<&str> {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim();
    (line.is_empty() || line.starts_with('#')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        let file = EnvFile::parse(text);
        let names = ["A".to_owned()];
        file.first(&names)
            .map(|(_, value)| value.expose().to_owned())
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        for (text, expected) in [
            ("A=b", "b"),
            ("A=b\n", "b"),
            ("A=b\r\nB=c\r\n", "b"),
            ("\u{FEFF}A=b\nB=c", "b"),
            ("  A = b  ", "b"),
            ("\texport A=b", "b"),
            ("export  A=b", "b"),
            ("# A=no\n\n   # more\nA=b", "b"),
            ("A=b # a comment", "b"),
            ("A=b#c", "b#c"),
            ("A=#b", "#b"),
            ("A=b c  d", "b c  d"),
            ("A=b=c==", "b=c=="),
            ("A=https://x.example/?a=b&c#d", "https://x.example/?a=b&c#d"),
            ("A=p$word", "p$word"),
            ("A=it's", "it's"),
            ("A='b'", "b"),
            ("A='b' # a comment", "b"),
            ("A='b # c'", "b # c"),
            ("A=' b '", " b "),
            (r"A='b\n${C}'", r"b\n${C}"),
            (r#"A='"'"#, "\""),
            (r#"A="b""#, "b"),
            ("A=\"b\"#c", "b"),
            (r#"A="it's \"b\" \\ \$x \t|""#, "it's \"b\" \\ $x \t|"),
            (r#"A="b\nc""#, "b\nc"),
            (r#"A="C:\Users\d""#, r"C:\Users\d"),
            (
                "A=\"-----BEGIN\nline\n-----END\"\nB=c",
                "-----BEGIN\nline\n-----END",
            ),
            ("A=\"b\r\nc\"\r\n", "b\nc"),
            ("A='b\r\nc'\r\n", "b\nc"),
            ("A=first\nA=last", "last"),
            ("A=käse 🧀", "käse 🧀"),
            ("exportA=no\nA=b", "b"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn empty_values_are_none() {
        for text in [
            "",
            "A=",
            "A= ",
            "A=''",
            "A=\"\"",
            "A= # a comment",
            "A=b\nA=",
            "B=A",
            "#A=b",
        ] {
            assert_eq!(value(text), None, "{text:?}");
            assert_eq!(EnvFile::parse(text).ignored, 0, "{text:?}");
        }
    }

    #[test]
    fn lines_that_say_nothing_are_counted_and_harm_no_other() {
        for (text, ignored) in [
            ("A", 1),
            ("just words\nB=c", 1),
            ("1A=b", 1),
            ("A-B=c", 1),
            ("=b", 1),
            ("A: b", 1),
            ("A='b", 1),
            ("A=\"b", 1),
            ("A=\"b\\", 1),
            ("A='b' c", 1),
            ("A=\"b\" c", 1),
            ("A=${B}", 1),
            ("A=\"x${B}\"", 1),
            ("one\ntwo\n\nthree", 3),
        ] {
            assert_eq!(value(text), None, "{text:?}");
            assert_eq!(EnvFile::parse(text).ignored, ignored, "{text:?}");
            // What stands below is still read.
            let more = format!("{text}\nA=last");
            assert_eq!(value(&more).as_deref(), Some("last"), "{more:?}");
        }
    }

    #[test]
    fn the_first_name_with_a_value_counts() {
        let names = ["NEW".to_owned(), "OLD".to_owned()];
        let first = |text: &str| {
            let file = EnvFile::parse(text);
            let found = file.first(&names);
            found.map(|(name, value)| format!("{name} {}", value.expose()))
        };
        assert_eq!(first("OLD=a\nNEW=b").as_deref(), Some("NEW b"));
        assert_eq!(first("OLD=a\nNEW=").as_deref(), Some("OLD a"));
        assert_eq!(first("OTHER=a"), None);
    }

    #[test]
    fn no_value_is_printed() {
        let file = EnvFile::parse("A=hunter2-hunter2");
        assert!(!format!("{file:?} {file:#?}").contains("hunter2"));
    }

    #[test]
    fn the_environment_is_neither_read_nor_changed() {
        let home = std::env::var("PATH").expect("a path");
        assert_eq!(value("PATH=x\nA=$PATH").as_deref(), Some("$PATH"));
        assert_eq!(std::env::var("PATH"), Ok(home));
    }
}
