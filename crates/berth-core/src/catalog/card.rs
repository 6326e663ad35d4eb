use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::search::{needs_secrets, runs_in};
use super::{Category, Entry, InputKind, InputSpec, RunsIn, Trust};

/// What search, filters and cards need of an entry. It is all that is kept in memory of an entry
/// from a file; the rest is read when somebody looks at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The entry's identifier.
    pub id: Box<str>,
    /// Its title.
    pub title: Box<str>,
    /// Its publisher.
    pub publisher: Box<str>,
    /// One line.
    pub summary: Box<str>,
    /// Its trust mark.
    pub trust: Trust,
    /// Its categories.
    pub categories: Box<[Category]>,
    /// How many tools, where known.
    pub tools: Option<u32>,
    /// Where its variants run (see [`runs_in`]).
    pub runs_in: Box<[RunsIn]>,
    /// What the person must have at hand.
    pub needs: Box<[Need]>,
    /// Whether it cannot be used without a secret.
    pub needs_secrets: bool,
    /// Whether no variant can be installed yet.
    pub planned: bool,
}

/// What an entry needs from the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Need {
    Secret,
    Folder,
    Value,
}

impl Card {
    /// The card of an entry.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        Self {
            id: entry.id.as_str().into(),
            title: entry.title.as_str().into(),
            publisher: entry.publisher.as_str().into(),
            summary: entry.summary.as_str().into(),
            trust: entry.trust,
            categories: entry.categories.as_slice().into(),
            tools: entry.known_tools(),
            runs_in: runs_in(entry).into(),
            needs: needs(entry).into(),
            needs_secrets: needs_secrets(entry),
            planned: entry.variants.iter().all(|v| v.planned.is_some()),
        }
    }
}

/// What must be at hand: required inputs that have no default.
fn needs(entry: &Entry) -> Vec<Need> {
    let mut needs = Vec::new();
    // What Berth makes itself needs nothing at hand.
    let asked = |input: &&InputSpec| input.required && input.kind.generate().is_none();
    for input in entry.inputs.iter().filter(asked) {
        let need = match &input.kind {
            InputKind::Secret { .. } => Need::Secret,
            InputKind::Folder { .. } | InputKind::File { .. } | InputKind::Source { .. } => {
                Need::Folder
            }
            InputKind::Text { default, .. }
            | InputKind::Choice { default, .. }
            | InputKind::Url { default, .. } => {
                if default.is_some() {
                    continue;
                }
                Need::Value
            }
            InputKind::Number { default, .. } => {
                if default.is_some() {
                    continue;
                }
                Need::Value
            }
            InputKind::Boolean { .. } => continue,
        };
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    needs
}
