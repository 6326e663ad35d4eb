//! `.dockerignore`: which files of a folder are left out, by Docker's own rules.
//!
//! They are not git's: a pattern is matched from the root of the folder unless it begins with
//! `**`, a later line wins over an earlier one, and an exception (`!`) can bring back what is
//! below a folder that was left out. The translation of a pattern is the one of Docker's own
//! matcher (moby/patternmatcher).

use regex::Regex;

/// A line that cannot be a pattern.
#[derive(Debug, PartialEq, Eq)]
pub struct BadPattern(pub String);

/// The patterns of one file, in their order.
#[derive(Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    exception: bool,
    regex: Regex,
    /// The folders that it names, up to the first that is not named outright; `None` there.
    parts: Vec<Option<Regex>>,
}

/// Which of the patterns matched a path. What a pattern matches it also matches below it.
#[derive(Clone, Debug, Default)]
pub struct Matched(Vec<bool>);

impl Ignore {
    /// Reads the file's text.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut found = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let line = line.trim();
            let (exception, pattern) = match line.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            if line.is_empty() {
                continue;
            }
            let clean = clean(pattern);
            if pattern.is_empty() || clean.is_empty() {
                return Err(BadPattern(line.to_owned()));
            }
            found.add(exception, &clean)?;
        }
        Ok(found)
    }

    /// A file that is sent whatever the patterns say.
    pub fn always(&mut self, path: &str) -> Result<(), BadPattern> {
        let literal: String = path
            .chars()
            .flat_map(|c| {
                let special = "*?[]\\".contains(c);
                special.then_some('\\').into_iter().chain([c])
            })
            .collect();
        self.add(true, &literal)
    }

    fn add(&mut self, exception: bool, pattern: &str) -> Result<(), BadPattern> {
        let bad = || BadPattern(pattern.to_owned());
        let mut parts = Vec::new();
        for part in pattern.split('/') {
            let open = part.contains("**");
            parts.push(match open {
                true => None,
                false => Some(regex(part).ok_or_else(bad)?),
            });
            if open {
                break;
            }
        }
        self.patterns.push(Pattern {
            exception,
            regex: regex(pattern).ok_or_else(bad)?,
            parts,
        });
        Ok(())
    }

    /// What of the patterns matches `path` (with `/`, from the folder's root), whose folder
    /// matched `parent`; and whether it is left out.
    #[must_use]
    pub fn look(&self, path: &str, parent: &Matched) -> (Matched, bool) {
        let mut out = false;
        let matched = self.patterns.iter().enumerate().map(|(index, pattern)| {
            let above = parent.0.get(index).copied().unwrap_or(false);
            let matched = above || pattern.regex.is_match(path);
            if matched {
                out = !pattern.exception;
            }
            matched
        });
        let matched = Matched(matched.collect());
        (matched, out)
    }

    /// Whether an exception can match something below a folder that is left out.
    #[must_use]
    pub fn can_bring_back(&self, folder: &str) -> bool {
        self.patterns
            .iter()
            .filter(|pattern| pattern.exception)
            .any(|pattern| {
                let mut parts = pattern.parts.iter();
                for name in folder.split('/') {
                    match parts.next() {
                        Some(Some(part)) if part.is_match(name) => {}
                        Some(None) => return true,
                        _ => return false,
                    }
                }
                parts.next().is_some()
            })
    }
}

/// A path without `.`, `..` and doubled slashes, from the folder's root; empty where nothing is
/// left of it.
fn clean(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    match parts.is_empty() {
        // Docker takes the folder itself for a pattern that matches nothing in it.
        true if !pattern.is_empty() => ".".to_owned(),
        _ => parts.join("/"),
    }
}

/// The pattern as a regular expression; `None` where it has no meaning.
fn regex(pattern: &str) -> Option<Regex> {
    let mut text = String::from("^");
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                // `**/` stands for any folders, none of them as well.
                if chars.peek() == Some(&'/') {
                    chars.next();
                }
                text.push_str(if chars.peek().is_none() {
                    ".*"
                } else {
                    "(?:.*/)?"
                });
            }
            '*' => text.push_str("[^/]*"),
            '?' => text.push_str("[^/]"),
            '\\' => push_literal(&mut text, chars.next()?),
            '[' => class(&mut text, &mut chars)?,
            _ => push_literal(&mut text, c),
        }
    }
    text.push('$');
    regex::RegexBuilder::new(&text)
        .dot_matches_new_line(true)
        .build()
        .ok()
}

fn push_literal(text: &mut String, c: char) {
    text.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

/// `[a-z]` or `[^a-z]`, up to its end.
fn class(text: &mut String, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<()> {
    text.push('[');
    if chars.peek() == Some(&'^') {
        chars.next();
        text.push('^');
    }
    let mut any = false;
    loop {
        match chars.next()? {
            ']' if any => break,
            '-' if any => text.push('-'),
            '\\' => push_in_class(text, chars.next()?),
            c => push_in_class(text, c),
        }
        any = true;
    }
    text.push(']');
    Some(())
}

fn push_in_class(text: &mut String, c: char) {
    if !c.is_alphanumeric() {
        text.push('\\');
    }
    text.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a path is left out, asked folder by folder as a walk does.
    fn out(ignore: &Ignore, path: &str) -> bool {
        let mut parent = Matched::default();
        let mut out = false;
        for (end, _) in path.match_indices('/').chain([(path.len(), "")]) {
            (parent, out) = ignore.look(&path[..end], &parent);
        }
        out
    }

    /// Docker's documented examples, and those of its own tests.
    #[test]
    fn patterns_mean_what_docker_says() {
        const TABLE: &[(&str, &[&str], &[&str])] = &[
            // From the documentation of `.dockerignore`.
            (
                "# comment\n*/temp*",
                &["a/temp.txt", "a/temp", "a/temp/x"],
                &["temp", "a/b/temp"],
            ),
            ("*/*/temp*", &["a/b/temporary.txt"], &["a/temporary.txt"]),
            (
                "temp?",
                &["tempa", "tempb", "tempa/x"],
                &["temp", "tempab", "a/tempa"],
            ),
            ("**/*.go", &["a.go", "a/b.go", "a/b/c.go"], &["a.gox", "go"]),
            ("*.md\n!README.md", &["a.md"], &["README.md", "a/b.md"]),
            (
                "*.md\n!README*.md\nREADME-secret.md",
                &["a.md", "README-secret.md"],
                &["README.md", "README-x.md"],
            ),
            (
                "*.md\nREADME-secret.md\n!README*.md",
                &["a.md"],
                &["README-secret.md"],
            ),
            ("/foo/bar", &["foo/bar", "foo/bar/x"], &["bar", "a/foo/bar"]),
            ("foo/bar/", &["foo/bar", "foo/bar/x"], &["foo/barx"]),
            ("./a/../b", &["b"], &["a"]),
            // Whole folders, and what is brought back from them.
            (
                "*\n!src\n!a/b.txt",
                &["x", "a/c", "a"],
                &["src", "src/deep/x", "a/b.txt"],
            ),
            (
                "docs\n!docs/README.md",
                &["docs", "docs/a"],
                &["docs/README.md"],
            ),
            ("**\n!**/*.py", &["a.txt", "x/y.txt"], &["a.py", "x/y.py"]),
            // Lines.
            ("  a  \n\n#b\n ! c", &["a"], &["b", "c", "#b"]),
            ("\u{feff}a", &["a"], &["b"]),
            ("\\#a", &["#a"], &["a"]),
            (".", &[], &["a"]),
            // Of the matcher's own tests.
            ("**", &["file", "dir/file"], &[]),
            ("**/", &["file", "dir/file"], &[]),
            ("**/**", &["file", "dir/file"], &[]),
            ("dir/**", &["dir/file", "dir/dir/file"], &["file"]),
            (
                "**/dir2/*",
                &["dir/dir2/file", "dir/dir2/dir2/file"],
                &["dir2"],
            ),
            (
                "**/file",
                &["file", "dir/file", "dir/dir/file"],
                &["dir/file.txt"],
            ),
            (
                "**/file*txt",
                &["file.txt", "dir/file.txt"],
                &["dir/file.tx"],
            ),
            ("**/**/*.txt", &["a.txt", "dir/dir/file.txt"], &[]),
            (
                "a**/*.txt",
                &["a/file.txt", "a/dir/dir/file.txt"],
                &["b/file.txt"],
            ),
            ("a/*.txt", &["a/file.txt"], &["a/dir/file.txt"]),
            ("a[b-d]e", &["abe", "ade"], &["aze", "ae"]),
            ("[^a]b", &["xb"], &["ab"]),
            ("abc.def", &["abc.def"], &["abcdef", "abcZdef"]),
            ("abc?def", &["abcZdef"], &["abcdef", "abc/def"]),
            ("a\\*b", &["a*b"], &["axb"]),
            ("a(b)+{c}|d$", &["a(b)+{c}|d$"], &["ab"]),
            (
                "**/.git",
                &[".git", ".git/config", "x/.git/y"],
                &[".gitignore"],
            ),
            (
                ".env*\n!.env.example",
                &[".env", ".env.local"],
                &[".env.example", "a/.env"],
            ),
        ];
        for (text, left_out, sent) in TABLE {
            let ignore = Ignore::parse(text).expect(text);
            for path in *left_out {
                assert!(out(&ignore, path), "{text:?} leaves {path} out");
            }
            for path in *sent {
                assert!(!out(&ignore, path), "{text:?} sends {path}");
            }
        }
    }

    #[test]
    fn a_pattern_without_meaning_is_named() {
        for text in ["[", "a[", "[]", "a\\", "!", "! "] {
            Ignore::parse(text).expect_err(text);
        }
    }

    #[test]
    fn a_file_is_sent_whatever_its_name_looks_like() {
        let mut ignore = Ignore::parse("*").expect("patterns");
        ignore.always("docker/Docker[1]*").expect("a path");
        assert!(!out(&ignore, "docker/Docker[1]*"));
        assert!(out(&ignore, "docker/Docker1x"));
        assert!(ignore.can_bring_back("docker"));
    }

    #[test]
    fn folders_that_hold_nothing_of_interest_are_not_entered() {
        let ignore = Ignore::parse("*\n!a/b*/c\n!x").expect("patterns");
        for folder in ["a", "a/b", "a/bbb"] {
            assert!(ignore.can_bring_back(folder), "{folder}");
        }
        for folder in ["b", "a/c", "a/b/d", "a/b/c/d", "x"] {
            assert!(!ignore.can_bring_back(folder), "{folder}");
        }
        let ignore = Ignore::parse("*\n!a/**/c").expect("patterns");
        assert!(ignore.can_bring_back("a/x/y/z") && !ignore.can_bring_back("b"));
    }
}
