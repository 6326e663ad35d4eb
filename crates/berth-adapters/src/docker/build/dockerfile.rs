//! As much of a Dockerfile as has to be known before an engine reads it: its stages, the images
//! that it begins with, and what only BuildKit understands.

use std::collections::BTreeMap;

/// The instructions of a Dockerfile.
#[derive(Debug, Default)]
pub struct Dockerfile {
    instructions: Vec<Instruction>,
}

/// One instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instruction {
    /// In capitals: `RUN`.
    pub keyword: String,
    /// `--mount=type=cache,…`, each.
    pub flags: Vec<String>,
    /// What follows.
    pub words: Vec<String>,
}

impl Instruction {
    /// Reads one instruction, joined to one line.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace().map(str::to_owned).peekable();
        let keyword = words.next()?.to_ascii_uppercase();
        let mut flags = Vec::new();
        while let Some(flag) = words.next_if(|word| word.starts_with("--")) {
            flags.push(flag);
        }
        Some(Self {
            keyword,
            flags,
            words: words.collect(),
        })
    }

    fn flag(&self, name: &str) -> Option<&str> {
        let value = |flag: &'_ String| -> Option<usize> {
            let rest = flag.strip_prefix("--")?.strip_prefix(name)?;
            (rest.is_empty() || rest.starts_with('=')).then(|| flag.len() - rest.len())
        };
        let flag = self.flags.iter().find(|flag| value(flag).is_some())?;
        Some(flag[value(flag)?..].trim_start_matches('='))
    }

    /// Whether the engine's classic builder cannot carry it out.
    #[must_use]
    pub fn needs_buildkit(&self) -> bool {
        let flags: &[&str] = match self.keyword.as_str() {
            "RUN" => &["mount", "network", "security", "device"],
            "COPY" => &["link", "chmod", "parents", "exclude"],
            "ADD" => &[
                "link",
                "chmod",
                "checksum",
                "keep-git-dir",
                "exclude",
                "unpack",
            ],
            _ => return false,
        };
        flags.iter().any(|flag| self.flag(flag).is_some()) || !self.heredocs().is_empty()
    }

    /// What ends the texts that stand below it: `EOF` of `<<EOF`.
    fn heredocs(&self) -> Vec<String> {
        if !matches!(self.keyword.as_str(), "RUN" | "COPY" | "ADD") {
            return Vec::new();
        }
        let delimiter = |word: &String| {
            let name = word.strip_prefix("<<")?;
            let name = name.strip_prefix('-').unwrap_or(name);
            let name = name.trim_matches(|c| c == '"' || c == '\'');
            let fits = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            fits.then(|| name.to_owned())
        };
        self.words.iter().filter_map(delimiter).collect()
    }

    /// As a person reads it, on one line.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = std::iter::once(&self.keyword)
            .chain(&self.flags)
            .chain(&self.words);
        parts.cloned().collect::<Vec<_>>().join(" ")
    }
}

impl Dockerfile {
    /// Reads a Dockerfile. What is wrong with it the engine says better.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let escape = escape(text);
        let mut instructions = Vec::new();
        let mut joined = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let line = line.trim();
            // Comments and empty lines do not end an instruction that goes on.
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(part) = line.strip_suffix(escape) {
                joined.push_str(part);
                joined.push(' ');
                continue;
            }
            joined.push_str(line);
            let Some(instruction) = Instruction::parse(&std::mem::take(&mut joined)) else {
                continue;
            };
            for end in instruction.heredocs() {
                lines.find(|line| line.trim() == end);
            }
            instructions.push(instruction);
        }
        instructions.extend(Instruction::parse(&joined));
        Self { instructions }
    }

    /// The first instruction that only BuildKit understands.
    #[must_use]
    pub fn needs_buildkit(&self) -> Option<&Instruction> {
        self.instructions
            .iter()
            .find(|instruction| instruction.needs_buildkit())
    }

    fn stages(&self) -> impl Iterator<Item = &Instruction> {
        self.instructions
            .iter()
            .filter(|instruction| instruction.keyword == "FROM")
    }

    /// Whether there is a stage of that name, or of that number.
    #[must_use]
    pub fn has_stage(&self, target: &str) -> bool {
        let numbered = target
            .parse::<usize>()
            .is_ok_and(|number| number < self.stages().count());
        numbered || self.stages().any(|stage| is_stage(stage, target))
    }

    /// The image of a `FROM`, with its arguments filled in; `None` for anything else.
    #[must_use]
    pub fn base_of(&self, at: &Instruction, args: &BTreeMap<String, String>) -> Option<String> {
        let word = at.words.first().filter(|_| at.keyword == "FROM")?;
        let (mut known, mut image) = (BTreeMap::new(), None);
        for instruction in &self.instructions {
            match instruction.keyword.as_str() {
                "ARG" => declare(instruction, args, &mut known),
                _ => {
                    image = Some(fill(word, &known));
                    break;
                }
            }
        }
        image
    }

    /// The image that a stage begins with, through the stages before it; the last stage, unless one is
    /// named. `None` where it begins with nothing (`scratch`), or there is no such stage.
    #[must_use]
    pub fn begins_with(
        &self,
        target: Option<&str>,
        args: &BTreeMap<String, String>,
    ) -> Option<String> {
        let stages: Vec<&Instruction> = self.stages().collect();
        let mut at = match target {
            None => stages.len().checked_sub(1)?,
            Some(target) => {
                let named = stages.iter().position(|stage| is_stage(stage, target));
                named.or_else(|| target.parse().ok())?
            }
        };
        loop {
            let image = self.base_of(stages.get(at)?, args)?;
            // A stage knows only those before it.
            match stages[..at]
                .iter()
                .rposition(|stage| is_stage(stage, &image))
            {
                Some(before) => at = before,
                None => return Some(image).filter(|image| image != "scratch"),
            }
        }
    }

    /// The images that it begins with, or copies from, with their arguments filled in.
    #[must_use]
    pub fn images(&self, args: &BTreeMap<String, String>) -> Vec<String> {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        let mut stages: Vec<&Instruction> = Vec::new();
        let mut images: Vec<String> = Vec::new();
        for instruction in &self.instructions {
            let image = match instruction.keyword.as_str() {
                // Only those before the first stage count for it.
                "ARG" if stages.is_empty() => {
                    declare(instruction, args, &mut known);
                    continue;
                }
                "FROM" => {
                    let image = instruction.words.first().map(|word| fill(word, &known));
                    let image = image.filter(|image| {
                        !stages.iter().any(|stage| is_stage(stage, image)) && image != "scratch"
                    });
                    stages.push(instruction);
                    image
                }
                "COPY" => instruction
                    .flag("from")
                    .filter(|from| from.parse::<usize>().is_err())
                    .filter(|from| !stages.iter().any(|stage| is_stage(stage, from)))
                    .map(str::to_owned),
                _ => None,
            };
            if let Some(image) = image.filter(|image| !images.contains(image)) {
                images.push(image);
            }
        }
        images
    }
}

/// `ARG NAME=default …`, each with the value that was given for it.
fn declare(
    instruction: &Instruction,
    args: &BTreeMap<String, String>,
    known: &mut BTreeMap<String, String>,
) {
    for word in &instruction.words {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let value = value.trim_matches(|c| c == '"' || c == '\'');
        let value = args
            .get(name)
            .cloned()
            .unwrap_or_else(|| fill(value, known));
        known.insert(name.to_owned(), value);
    }
}

/// `FROM image AS name`.
fn is_stage(from: &Instruction, name: &str) -> bool {
    match from.words.as_slice() {
        [_, word, own, ..] => word.eq_ignore_ascii_case("as") && own.eq_ignore_ascii_case(name),
        _ => false,
    }
}

/// The character that continues a line; `# escape=` at the very top changes it.
fn escape(text: &str) -> char {
    for line in text.lines() {
        let Some((name, value)) = line
            .trim()
            .strip_prefix('#')
            .and_then(|c| c.split_once('='))
        else {
            break;
        };
        if name.trim().eq_ignore_ascii_case("escape") {
            return value.trim().chars().next().unwrap_or('\\');
        }
    }
    '\\'
}

/// Fills in `$NAME`, `${NAME}`, `${NAME:-other}` and `${NAME:+other}`.
fn fill(text: &str, known: &BTreeMap<String, String>) -> String {
    let name_end = |text: &str| {
        text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(text.len())
    };
    let value = |name: &str| known.get(name).filter(|value| !value.is_empty());
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        if let Some((inside, after)) = after.strip_prefix('{').and_then(|s| s.split_once('}')) {
            let (name, other) = inside.split_at(name_end(inside));
            filled.push_str(match (value(name), other.get(..2)) {
                (None, Some(":-")) => &other[2..],
                (Some(_), Some(":+")) => &other[2..],
                (Some(value), _) => value,
                (None, _) => "",
            });
            rest = after;
        } else {
            let (name, after) = after.split_at(name_end(after));
            filled.push_str(value(name).map_or("", String::as_str));
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
