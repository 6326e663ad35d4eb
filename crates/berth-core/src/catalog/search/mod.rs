//! Search: from what was typed to a page of entries, fast enough for every keystroke.
//!
//! All words of all entries are in one sorted vocabulary with the entries that have them. A typed
//! word is looked up there: as a beginning, then inside, and only where nothing at all was found,
//! with typing errors. So the cost grows with the number of different words, not with the texts.

mod index;
mod typo;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{Card, Category, Entry, RunsIn, Trust};

pub(super) use index::{Index, Words};

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// What was typed; every word of it must be found.
    pub text: String,
    /// What is let through.
    pub filter: Filter,
    /// The order.
    pub sort: Sort,
    /// How many to skip.
    pub offset: usize,
    /// Most entries of the page; 0 is all.
    pub limit: usize,
}

/// What is let through. Whatever is empty lets everything through; of several values in one field
/// one is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Any of these categories.
    pub categories: Vec<Category>,
    /// Any of these trust marks.
    pub trust: Vec<Trust>,
    /// A variant that can be installed and runs in any of these.
    pub runs_in: Vec<RunsIn>,
    /// Cannot be used without a secret, or can.
    pub needs_secrets: Option<bool>,
    /// Is installed, or is not.
    pub installed: Option<bool>,
}

/// The order of what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// What fits best first; without text, what was checked best, then by title.
    #[default]
    Relevance,
    /// By title.
    Title,
    /// By publisher, then title.
    Publisher,
}

/// A page of what was found.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The cards of the page, in order.
    pub cards: Vec<&'a Card>,
    /// How many there are on all pages.
    pub total: usize,
    /// What the filters could narrow it to.
    pub facets: Facets,
}

/// Counts for the filters, over what the text finds, without any filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Each category that there is, with its number of entries, in the order of the type.
    pub categories: Vec<(Category, u32)>,
    /// Each trust mark that there is.
    pub trust: Vec<(Trust, u32)>,
    /// Each place to run that there is.
    pub runs_in: Vec<(RunsIn, u32)>,
    /// Entries that cannot be used without a secret.
    pub needs_secrets: u32,
    /// The others.
    pub needs_no_secrets: u32,
}

/// Where an entry's variants run: those that can be installed, or, where there is none, those
/// that are planned. In the order of the type, each once.
#[must_use]
pub fn runs_in(entry: &Entry) -> Vec<RunsIn> {
    let of = |planned: bool| -> Vec<RunsIn> {
        let mut places: Vec<RunsIn> = entry
            .variants
            .iter()
            .filter(|variant| variant.planned.is_some() == planned)
            .map(super::Variant::runs_in)
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    };
    let installable = of(false);
    if installable.is_empty() {
        of(true)
    } else {
        installable
    }
}

/// Whether an entry cannot be used without a secret.
#[must_use]
pub fn needs_secrets(entry: &Entry) -> bool {
    entry
        .inputs
        .iter()
        // One that only a choice asks for is not needed to use it.
        .any(|input| input.required && input.when.is_none() && input.kind.is_secret())
}

/// The searched text's words: lower case, split at everything that is neither letter nor digit.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}
