//! Everything that is printed: one JSON value, JSON lines, or text for people.

pub mod exit;
pub mod health;
pub mod plan;
pub mod steps;
pub mod table;
pub mod text;

use std::io::{IsTerminal, Write};

use berth_core::error::Error;
use serde::Serialize;
use serde_json::{Map, Value, json};

pub use text::clean;

/// Where a command's answer goes.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// JSON instead of text.
    pub json: bool,
}

impl Output {
    /// The command's answer: one JSON value, or its text.
    pub fn answer(self, value: &impl Serialize, text: impl FnOnce() -> String) {
        if self.json {
            self.line(value);
        } else {
            print(&mut std::io::stdout(), &text());
        }
    }

    /// One JSON line on standard output; nothing without `--json`.
    pub fn line(self, value: &impl Serialize) {
        if self.json
            && let Ok(line) = serde_json::to_string(value)
        {
            print(&mut std::io::stdout(), &line);
        }
    }

    /// Text for people on standard output; nothing with `--json`.
    pub fn text(self, text: &str) {
        if !self.json {
            print(&mut std::io::stdout(), text);
        }
    }

    /// A remark for people, on standard error.
    pub fn remark(self, text: &str) {
        if !self.json {
            print(&mut std::io::stderr(), text);
        }
    }

    /// Part of a line on standard error, without a line break.
    pub fn part(self, text: &str) {
        let mut to = std::io::stderr();
        // A closed standard error is no reason to stop.
        let _ = write!(to, "{text}").and_then(|()| to.flush());
    }

    /// The error that ends the command.
    pub fn failure(self, error: &Error) {
        if self.json {
            self.line(&json!({ "error": error_value(error) }));
        } else {
            print(&mut std::io::stderr(), &error_text(error));
        }
    }

    /// Whether standard error is a terminal, where a line can be written over.
    pub fn is_live(self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }
}

/// An error's JSON: its code with its parameters, the two sentences, and the causes.
pub fn error_value(error: &Error) -> Value {
    let mut object = match serde_json::to_value(error) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    };
    object.insert("message".to_owned(), Value::String(error.message()));
    object.insert(
        "hint".to_owned(),
        error.hint().map_or(Value::Null, Value::String),
    );
    Value::Object(object)
}

/// An error for people: what happened, why, and what to do.
pub fn error_text(error: &Error) -> String {
    let mut text = clean(&error.message());
    for cause in &error.causes {
        for line in cause.lines() {
            text.push_str("\n  ");
            text.push_str(&clean(line));
        }
    }
    if let Some(hint) = error.hint() {
        text.push('\n');
        text.push_str(&clean(&hint));
    }
    text
}

/// Prints a text and ends its last line. Whoever has closed the other end wants nothing more.
fn print(to: &mut impl Write, text: &str) {
    let end = if text.ends_with('\n') || text.is_empty() {
        ""
    } else {
        "\n"
    };
    let _ = write!(to, "{text}{end}").and_then(|()| to.flush());
}
