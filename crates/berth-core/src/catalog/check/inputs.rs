use regex::RegexBuilder;

use super::super::template::{Part, parse};
use super::super::{Entry, Generate, InputKind, InputSpec, Marker, When};
use super::{https, not_blank, unique};
use crate::source::is_name;

/// Largest compiled regular expression, in bytes: a pattern from an entry must not eat memory.
const PATTERN_LIMIT: usize = 256 * 1024;

pub(super) fn check(entry: &Entry, found: &mut Vec<String>) {
    unique(
        "inputs",
        entry.inputs.iter().map(|input| input.key.clone()),
        found,
    );
    for input in &entry.inputs {
        let mut problems = Vec::new();
        one(entry, input, &mut problems);
        found.extend(
            problems
                .into_iter()
                .map(|problem| format!("input `{}`: {problem}", input.key)),
        );
    }
}

fn one(entry: &Entry, input: &InputSpec, found: &mut Vec<String>) {
    not_blank("title", &input.title, found);
    if let Some(template) = &input.link {
        link(entry, input, template, found);
    }
    unique("variants", input.variants.iter().cloned(), found);
    for id in &input.variants {
        if entry.variant(id).is_none() {
            found.push(format!("there is no variant `{id}`"));
        }
    }
    from_env(entry, input, found);
    when(entry, input, found);
    kind(input, found);
}

/// Values out of a `.env` file are texts of one line, or secrets; and there has to be a folder that
/// the file is in.
fn from_env(entry: &Entry, input: &InputSpec, found: &mut Vec<String>) {
    if input.from_env.is_empty() {
        return;
    }
    unique("from_env", input.from_env.iter().cloned(), found);
    for name in &input.from_env {
        if !is_name(name) {
            found.push(format!("from_env: `{name}` is not a variable's name"));
        }
    }
    if matches!(
        input.kind,
        InputKind::File { .. } | InputKind::Folder { .. } | InputKind::Source { .. }
    ) {
        found.push("from_env: files and folders are not taken from there".to_owned());
    }
    let is_source = |other: &InputSpec| matches!(other.kind, InputKind::Source { .. });
    if !entry.inputs.iter().any(is_source) {
        found.push("from_env: the entry asks for no source folder".to_owned());
    }
}

/// A condition that can be met, on an input that every variant asks for that asks for this one.
fn when(entry: &Entry, input: &InputSpec, found: &mut Vec<String>) {
    let Some(when) = &input.when else {
        return;
    };
    let key = &when.input;
    let mut before = entry.inputs.iter().take_while(|other| *other != input);
    let Some(other) = before.find(|other| other.key == *key) else {
        found.push(format!(
            "when: `{key}` is no input that is asked for before"
        ));
        return;
    };
    let ids = entry.variants.iter().map(|variant| variant.id.as_str());
    for id in ids {
        let asks = |spec: &InputSpec| entry.inputs_of(id).any(|asked| asked == spec);
        if asks(input) && !asks(other) {
            found.push(format!("when: the variant `{id}` does not ask for `{key}`"));
        }
    }
    condition(when, other, found);
}

/// A condition that the other input can meet, and that it does not always meet.
pub(super) fn condition(when: &When, other: &InputSpec, found: &mut Vec<String>) {
    let When { input: key, is } = when;
    unique("when: is", is.iter().cloned(), found);
    if is.is_empty() && matches!(other.kind, InputKind::Boolean { .. }) {
        found.push(format!(
            "when: `{key}` always has a value; say whether `yes` or `no`"
        ));
    }
    for value in is {
        let fits = match &other.kind {
            InputKind::Boolean { .. } => ["yes", "no"].contains(&value.as_str()),
            kind => crate::input::check_text(kind, value).is_ok(),
        };
        if !fits {
            found.push(format!("when: `{key}` cannot be `{value}`"));
        }
    }
    if matches!(
        other.kind,
        InputKind::Secret { .. }
            | InputKind::File { .. }
            | InputKind::Folder { .. }
            | InputKind::Source { .. }
    ) {
        found.push(format!("when: `{key}` is a secret, a file or a folder"));
    }
}

fn kind(input: &InputSpec, found: &mut Vec<String>) {
    match &input.kind {
        InputKind::Text {
            default,
            pattern,
            pattern_help,
            min_length,
            max_length,
            extract,
        } => {
            if let Some(extract) = extract {
                extraction(extract, found);
            }
            patterns(pattern.as_deref(), pattern_help.as_deref(), found);
            if let (Some(min), Some(max)) = (min_length, max_length)
                && min > max
            {
                found.push("min_length is larger than max_length".to_owned());
            }
            default_fits(input, default.as_deref(), found);
        }
        InputKind::Number {
            default, min, max, ..
        } => {
            if let (Some(min), Some(max)) = (min, max)
                && min > max
            {
                found.push("min is larger than max".to_owned());
            }
            if let Some(value) = default
                && let Err(problem) = crate::input::check_number(&input.kind, *value)
            {
                found.push(format!("its default {problem}"));
            }
        }
        InputKind::Choice { default, options } => {
            unique("options", options.iter().map(|o| o.value.clone()), found);
            for option in options {
                not_blank("options: a title", &option.title, found);
                if let Some(note) = &option.note {
                    not_blank("options: a note", note, found);
                }
            }
            default_fits(input, default.as_deref(), found);
        }
        InputKind::Url { default, schemes } => {
            for scheme in schemes {
                let fits = !scheme.is_empty()
                    && scheme.bytes().all(|b| {
                        b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b)
                    });
                if !fits {
                    found.push(format!("`{scheme}` is not a scheme (write `https`)"));
                }
            }
            default_fits(input, default.as_deref(), found);
        }
        InputKind::Secret {
            pattern,
            pattern_help,
            generate,
            ..
        } => {
            patterns(pattern.as_deref(), pattern_help.as_deref(), found);
            if let Some(generate) = generate {
                made(input, generate, found);
            }
        }
        InputKind::Source { marker } => {
            // The schema has refused everything else that is none.
            if [".", ".."].contains(&marker.file.as_str()) {
                found.push(format!("marker: `{}` is not a file's name", marker.file));
            }
            if let Some(name) = &marker.name {
                not_blank("marker: a name", name, found);
                if !Marker::NAMED.contains(&marker.file.as_str()) {
                    found.push(format!(
                        "marker: no name is read from `{}`; only from {}",
                        marker.file,
                        Marker::NAMED.join(", ")
                    ));
                }
            }
        }
        InputKind::Boolean { .. } | InputKind::File { .. } | InputKind::Folder { .. } => {}
    }
}

/// What Berth would make has to be what the server takes.
fn made(input: &InputSpec, generate: &Generate, found: &mut Vec<String>) {
    if !Generate::LENGTHS.contains(&generate.length) {
        found.push(format!(
            "generate: length must be between {} and {}",
            Generate::LENGTHS.start(),
            Generate::LENGTHS.end()
        ));
        return;
    }
    if !generate
        .prefix
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
    {
        found.push("generate: the prefix may have letters, digits, `-`, `.`, `_`, `~`".to_owned());
    }
    for sample in crate::secret::samples(generate) {
        if let Err(problem) = crate::input::check_secret(input, &sample) {
            found.push(format!("generate: what would be made {problem}"));
            return;
        }
    }
}

/// A link that is built from other values leads where its fixed part says: the scheme stands there,
/// and every value is one that a person can see before following it.
fn link(entry: &Entry, input: &InputSpec, template: &str, found: &mut Vec<String>) {
    let parts = match parse(template) {
        Ok(parts) => parts,
        Err(problem) => {
            found.push(format!("link: `{template}` {problem}"));
            return;
        }
    };
    let mut example = String::new();
    for part in &parts {
        match part {
            Part::Text(text) => example.push_str(text),
            Part::Value(key) => {
                let before = entry.inputs.iter().take_while(|other| *other != input);
                let fits = before.filter(|other| other.key == *key).any(|other| {
                    matches!(
                        other.kind,
                        InputKind::Text { .. } | InputKind::Choice { .. }
                    )
                });
                if !fits {
                    found.push(format!(
                        "link: `{key}` is no text or choice that is asked for before"
                    ));
                }
                example.push('x');
            }
            Part::Switch { .. } | Part::Known(_) => {
                found.push("link: can hold values of inputs only".to_owned());
            }
        }
    }
    https("link", &example, found);
}

fn extraction(pattern: &str, found: &mut Vec<String>) {
    match whole(pattern) {
        Err(error) => found.push(format!("extract does not compile ({error})")),
        // The whole match is a group as well.
        Ok(regex) if regex.captures_len() != 2 => {
            found.push("extract needs exactly one group, the value".to_owned());
        }
        Ok(_) => {}
    }
}

fn default_fits(input: &InputSpec, default: Option<&str>, found: &mut Vec<String>) {
    if let Some(value) = default
        && let Err(problem) = crate::input::check_text(&input.kind, value)
    {
        found.push(format!("its default {problem}"));
    }
}

fn patterns(pattern: Option<&str>, help: Option<&str>, found: &mut Vec<String>) {
    match (pattern, help) {
        (Some(pattern), help) => {
            if let Err(error) = whole(pattern) {
                found.push(format!("its pattern does not compile ({error})"));
            }
            if help.is_none_or(|help| help.trim().is_empty()) {
                found.push("its pattern needs a pattern_help, in words".to_owned());
            }
        }
        (None, Some(_)) => found.push("has a pattern_help without a pattern".to_owned()),
        (None, None) => {}
    }
}

/// Compiles a pattern so that it matches whole values only.
pub(crate) fn whole(pattern: &str) -> Result<regex::Regex, String> {
    // On its own first: `a)(b` would compile inside the group.
    sign(pattern)?;
    sign(&format!("^(?:{pattern})$"))
}

/// Compiles a pattern that is looked for anywhere in a line.
pub(crate) fn sign(pattern: &str) -> Result<regex::Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(PATTERN_LIMIT)
        .build()
        .map_err(|error| {
            let text = error.to_string();
            text.lines().last().unwrap_or_default().trim().to_owned()
        })
}
