//! The templates of arguments and environment values, read into parts.
//!
//! | written | gives |
//! |---|---|
//! | `{{key}}` | the value of the input; no value where it has none |
//! | `{{key?TEXT}}` | TEXT where the yes-or-no input is on, or another input has a value; no value otherwise |
//! | `{{berth.data}}` | the installation's data folder |
//! | `{{berth.user}}` | the person's `uid:gid`, for a container's `user` |
//!
//! There is no escape: a text that needs `{{` cannot be written.

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// The value of the input with this key.
    Value(String),
    /// A text that is there where a yes-or-no input is on, or another one has a value.
    Switch {
        /// The input's key.
        key: String,
        /// The text.
        text: String,
    },
    /// Something that Berth knows.
    Known(Known),
}

/// What Berth itself fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    /// Folder that survives updates of the installation.
    Data,
    /// The person's `uid:gid` where that is what a container should run as.
    User,
}

impl Part {
    /// The key of the input that this part needs.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Value(key) | Self::Switch { key, .. } => Some(key),
            Self::Text(_) | Self::Known(_) => None,
        }
    }
}

/// Reads a template. The error says what is wrong with it, to follow a "`…` ".
pub fn parse(template: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find("{{") {
        let (text, after) = rest.split_at(open);
        push_text(&mut parts, text)?;
        let after = &after[2..];
        let close = after
            .find("}}")
            .ok_or_else(|| "has `{{` without `}}`".to_owned())?;
        parts.push(placeholder(&after[..close])?);
        rest = &after[close + 2..];
    }
    push_text(&mut parts, rest)?;
    Ok(parts)
}

fn push_text(parts: &mut Vec<Part>, text: &str) -> Result<(), String> {
    if text.contains("}}") {
        return Err("has `}}` without `{{`".to_owned());
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Ok(())
}

fn placeholder(inside: &str) -> Result<Part, String> {
    if let Some((key, text)) = inside.split_once('?') {
        let key = checked_key(key)?;
        if text.is_empty() || text.contains("{{") {
            return Err(format!("has `{{{{{inside}}}}}`, which gives no text"));
        }
        return Ok(Part::Switch {
            key,
            text: text.to_owned(),
        });
    }
    match inside.trim() {
        "berth.data" => Ok(Part::Known(Known::Data)),
        "berth.user" => Ok(Part::Known(Known::User)),
        key => checked_key(key).map(Part::Value),
    }
}

fn checked_key(key: &str) -> Result<String, String> {
    let key = key.trim();
    if is_key(key) {
        Ok(key.to_owned())
    } else {
        Err(format!("names `{key}`, which cannot be an input"))
    }
}

/// Whether a text can be the key of an input: lower-case letters, digits and `_`, beginning with
/// a letter, at most 64 characters.
#[must_use]
pub fn is_key(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn value(key: &str) -> Part {
        Part::Value(key.to_owned())
    }

    #[test]
    fn reads_text_values_and_switches() {
        assert_eq!(parse(""), Ok(vec![]));
        assert_eq!(parse("stdio"), Ok(vec![text("stdio")]));
        assert_eq!(
            parse("--zone={{ zone }}/{{x_1}}!"),
            Ok(vec![
                text("--zone="),
                value("zone"),
                text("/"),
                value("x_1"),
                text("!")
            ])
        );
        assert_eq!(
            parse("{{quiet?--log = {none}}}"),
            Ok(vec![
                Part::Switch {
                    key: "quiet".to_owned(),
                    text: "--log = {none".to_owned()
                },
                text("}")
            ])
        );
        assert_eq!(
            parse("{{berth.data}}/x"),
            Ok(vec![Part::Known(Known::Data), text("/x")])
        );
        assert_eq!(parse("a { b } c"), Ok(vec![text("a { b } c")]));
    }

    #[test]
    fn says_what_is_wrong() {
        for (template, part) in [
            ("{{zone", "without `}}`"),
            ("zone}}", "without `{{`"),
            ("{{}}", "cannot be an input"),
            ("{{Zone}}", "cannot be an input"),
            ("{{berth.home}}", "cannot be an input"),
            ("{{a b}}", "cannot be an input"),
            ("{{a?}}", "gives no text"),
            ("{{?x}}", "cannot be an input"),
            ("{{a|into}}", "cannot be an input"),
            ("{{{{a}}}}", "cannot be an input"),
        ] {
            let problem = parse(template).expect_err(template);
            assert!(problem.contains(part), "{template}: {problem}");
        }
    }
}
