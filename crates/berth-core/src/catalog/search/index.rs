use std::collections::HashMap;

use super::typo;
use super::{Facets, Filter, Found, Query, Sort, words};
use crate::catalog::{Card, Category, Entry, RunsIn, Trust};

/// What a match in a field is worth. A word counts for the best field that has it.
const TITLE: u8 = 100;
const KEYWORD: u8 = 60;
const PUBLISHER: u8 = 40;
const TOOL: u8 = 30;
const SUMMARY: u8 = 20;
const DESCRIPTION: u8 = 8;

/// What a kind of match is worth; multiplied with the field's.
const WHOLE: u32 = 8;
const BEGINNING: u32 = 5;
const INSIDE: u32 = 2;
const MISTYPED: u32 = 1;

/// Added where the title is what was typed, or begins with it.
const TITLE_IS: u32 = 4000;
const TITLE_BEGINS: u32 = 1000;

/// Most words of a text that are looked for; what is pasted can be long.
const WORDS: usize = 12;

/// Fewest characters of a word that is looked for inside of others.
const INSIDE_FROM: usize = 3;

/// Everything that search needs to know of the entries, prepared once.
pub(in crate::catalog) struct Index {
    /// All words, sorted.
    words: Vec<Box<str>>,
    /// [`typo::letters`] of each word.
    letters: Vec<u64>,
    /// Where each word's postings begin; one more at the end.
    begins: Vec<u32>,
    /// Entry and field: `entry << 8 | field's worth`.
    postings: Vec<u32>,
    traits: Vec<Traits>,
}

/// What filters and orders need of one entry.
struct Traits {
    title: Box<str>,
    categories: u16,
    runs_in: u8,
    trust: Trust,
    needs_secrets: bool,
    /// Position in the order of trust and title, of title, of publisher and title.
    by_trust: u32,
    by_title: u32,
    by_publisher: u32,
}

/// The words of entries while they are read, one entry after the other.
#[derive(Default)]
pub(in crate::catalog) struct Words {
    found: HashMap<Box<str>, Vec<u32>>,
    worth: HashMap<String, u8>,
    entries: u32,
}

impl Words {
    /// Takes the words of the next entry.
    pub(in crate::catalog) fn add(&mut self, entry: &Entry) {
        let id = self.entries;
        self.entries += 1;
        gather(entry, &mut self.worth);
        for (word, field) in self.worth.drain() {
            self.found
                .entry(word.into_boxed_str())
                .or_default()
                .push(id << 8 | u32::from(field));
        }
    }
}

impl Index {
    /// The index of entries whose cards these are, in the order in which their words were taken.
    pub(in crate::catalog) fn new(words: Words, cards: &[Card]) -> Self {
        let mut sorted: Vec<(Box<str>, Vec<u32>)> = words.found.into_iter().collect();
        sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));

        let mut index = Self {
            words: Vec::with_capacity(sorted.len()),
            letters: Vec::with_capacity(sorted.len()),
            begins: Vec::with_capacity(sorted.len() + 1),
            postings: Vec::with_capacity(sorted.iter().map(|(_, list)| list.len()).sum()),
            traits: traits(cards),
        };
        for (word, list) in sorted {
            index.begins.push(offset(index.postings.len()));
            index.postings.extend(list);
            index.letters.push(typo::letters(&word));
            index.words.push(word);
        }
        index.begins.push(offset(index.postings.len()));
        index
    }

    pub(in crate::catalog) fn search<'a>(
        &self,
        cards: &'a [Card],
        query: &Query,
        installed: &dyn Fn(&str) -> bool,
    ) -> Found<'a> {
        let hits = self.hits(&query.text);
        let facets = self.facets(&hits);
        let mut keys: Vec<(u64, u32)> = hits
            .into_iter()
            .filter(|(id, _)| self.passes(*id, &query.filter))
            .filter(|(id, _)| {
                query
                    .filter
                    .installed
                    .is_none_or(|wanted| installed(&cards[*id as usize].id) == wanted)
            })
            .map(|(id, score)| (self.key(id, score, query.sort), id))
            .collect();
        let total = keys.len();

        let from = query.offset.min(total);
        let to = match query.limit {
            0 => total,
            limit => from.saturating_add(limit).min(total),
        };
        if to < total {
            // Only the page needs to be in order.
            keys.select_nth_unstable(to);
            keys.truncate(to);
        }
        keys.sort_unstable();
        Found {
            cards: keys[from..]
                .iter()
                .map(|(_, id)| &cards[*id as usize])
                .collect(),
            total,
            facets,
        }
    }

    /// Entries that have every word of the text, with their score. All of them for no text.
    fn hits(&self, text: &str) -> Vec<(u32, u32)> {
        let mut typed: Vec<String> = words(text).take(WORDS).collect();
        let whole = typed.join(" ");
        typed.sort_unstable();
        typed.dedup();
        if typed.is_empty() {
            return (0..offset(self.traits.len())).map(|id| (id, 0)).collect();
        }
        let mut total = vec![0_u32; self.traits.len()];
        let mut scores = vec![0_u32; self.traits.len()];
        for (index, word) in typed.iter().enumerate() {
            scores.fill(0);
            self.score(word, &mut scores);
            for (sum, score) in total.iter_mut().zip(&scores) {
                // A word that is missing takes the entry out, whatever the others found.
                *sum = if *score == 0 || (index > 0 && *sum == 0) {
                    0
                } else {
                    *sum + score
                };
            }
        }
        (0_u32..)
            .zip(total)
            .filter(|(_, score)| *score > 0)
            .map(|(id, score)| (id, score + self.title_bonus(id, &whole)))
            .collect()
    }

    fn title_bonus(&self, id: u32, typed: &str) -> u32 {
        let title = &self.traits[id as usize].title;
        if **title == *typed {
            TITLE_IS
        } else if title.starts_with(typed) {
            TITLE_BEGINS
        } else {
            0
        }
    }

    /// The best score of one word for each entry.
    fn score(&self, typed: &str, scores: &mut [u32]) {
        let first = self.words.partition_point(|word| **word < *typed);
        let mut found = false;
        for index in first..self.words.len() {
            let word = &*self.words[index];
            if !word.starts_with(typed) {
                break;
            }
            found = true;
            let kind = if word.len() == typed.len() {
                WHOLE
            } else {
                BEGINNING
            };
            self.add(index, kind, scores);
        }
        if typed.chars().count() >= INSIDE_FROM {
            let letters = typo::letters(typed);
            for index in 0..self.words.len() {
                if letters & !self.letters[index] == 0
                    && self.words[index].len() > typed.len()
                    && self.words[index].contains(typed)
                {
                    found = true;
                    self.add(index, INSIDE, scores);
                }
            }
        }
        if !found {
            self.mistyped(typed, scores);
        }
    }

    fn mistyped(&self, typed: &str, scores: &mut [u32]) {
        let typed_chars: Vec<char> = typed.chars().collect();
        let most = typo::allowed(typed_chars.len());
        if most == 0 {
            return;
        }
        let letters = typo::letters(typed);
        let mut rows = Default::default();
        let mut chars = Vec::new();
        for (index, word) in self.words.iter().enumerate() {
            // A character has at most four bytes.
            if !typo::can_be_near(letters, self.letters[index], most)
                || word.len().abs_diff(typed.len()) > 4 * most
            {
                continue;
            }
            chars.clear();
            chars.extend(word.chars());
            if typo::is_near(&typed_chars, &chars, most, &mut rows) {
                self.add(index, MISTYPED, scores);
            }
        }
    }

    fn add(&self, word: usize, kind: u32, scores: &mut [u32]) {
        let range = self.begins[word] as usize..self.begins[word + 1] as usize;
        for posting in &self.postings[range] {
            let score = &mut scores[(posting >> 8) as usize];
            *score = (*score).max((posting & 0xFF) * kind);
        }
    }

    fn passes(&self, id: u32, filter: &Filter) -> bool {
        let traits = &self.traits[id as usize];
        let any = |wanted: u16, has: u16| wanted == 0 || wanted & has != 0;
        any(
            filter
                .categories
                .iter()
                .fold(0, |bits, c| bits | category_bit(*c)),
            traits.categories,
        ) && any(
            filter
                .runs_in
                .iter()
                .fold(0, |bits, r| bits | u16::from(runs_in_bit(*r))),
            u16::from(traits.runs_in),
        ) && (filter.trust.is_empty() || filter.trust.contains(&traits.trust))
            && filter
                .needs_secrets
                .is_none_or(|wanted| wanted == traits.needs_secrets)
    }

    /// What the order sorts by, smallest first.
    fn key(&self, id: u32, score: u32, sort: Sort) -> u64 {
        let traits = &self.traits[id as usize];
        match sort {
            Sort::Relevance => u64::from(u32::MAX - score) << 32 | u64::from(traits.by_trust),
            Sort::Title => u64::from(traits.by_title),
            Sort::Publisher => u64::from(traits.by_publisher),
        }
    }

    fn facets(&self, hits: &[(u32, u32)]) -> Facets {
        let mut categories = [0_u32; CATEGORIES.len()];
        let mut places = [0_u32; PLACES.len()];
        let mut trust = [0_u32; TRUST.len()];
        let mut needs = 0;
        for (id, _) in hits {
            let traits = &self.traits[*id as usize];
            for (bit, count) in categories.iter_mut().enumerate() {
                *count += u32::from(traits.categories >> bit & 1);
            }
            for (bit, count) in places.iter_mut().enumerate() {
                *count += u32::from(traits.runs_in >> bit & 1);
            }
            for (mark, count) in TRUST.iter().zip(&mut trust) {
                *count += u32::from(traits.trust == *mark);
            }
            needs += u32::from(traits.needs_secrets);
        }
        Facets {
            categories: present(&CATEGORIES, &categories),
            trust: present(&TRUST, &trust),
            runs_in: present(&PLACES, &places),
            needs_secrets: needs,
            needs_no_secrets: offset(hits.len()) - needs,
        }
    }
}

/// The words of an entry, each with the worth of the best field that has it.
fn gather(entry: &Entry, worth: &mut HashMap<String, u8>) {
    let mut add = |text: &str, field: u8| {
        for word in words(text) {
            let best = worth.entry(word).or_default();
            *best = (*best).max(field);
        }
    };
    add(&entry.title, TITLE);
    add(&entry.id, TITLE);
    for keyword in &entry.keywords {
        add(keyword, KEYWORD);
    }
    for category in &entry.categories {
        add(&format!("{category:?}"), SUMMARY);
    }
    add(&entry.publisher, PUBLISHER);
    for tool in &entry.tools {
        add(&tool.name, TOOL);
        add(&tool.description, DESCRIPTION);
    }
    add(&entry.summary, SUMMARY);
    add(&entry.description, DESCRIPTION);
}

fn traits(cards: &[Card]) -> Vec<Traits> {
    let mut traits: Vec<Traits> = cards
        .iter()
        .map(|card| Traits {
            title: words(&card.title).collect::<Vec<_>>().join(" ").into(),
            categories: card
                .categories
                .iter()
                .fold(0, |bits, category| bits | category_bit(*category)),
            runs_in: card
                .runs_in
                .iter()
                .fold(0, |bits, place| bits | runs_in_bit(*place)),
            trust: card.trust,
            needs_secrets: card.needs_secrets,
            by_trust: 0,
            by_title: 0,
            by_publisher: 0,
        })
        .collect();

    let titles: Vec<String> = cards.iter().map(|card| card.title.to_lowercase()).collect();
    let publishers: Vec<String> = cards
        .iter()
        .map(|card| card.publisher.to_lowercase())
        .collect();
    let title = |id: &usize| (titles[*id].as_str(), &*cards[*id].id);
    for (rank, id) in order(cards.len(), |a, b| title(a).cmp(&title(b))) {
        traits[id].by_title = rank;
    }
    let by_publisher = |id: &usize| (publishers[*id].as_str(), title(id));
    for (rank, id) in order(cards.len(), |a, b| by_publisher(a).cmp(&by_publisher(b))) {
        traits[id].by_publisher = rank;
    }
    // What can be installed comes before what cannot yet.
    let by_trust = |id: &usize| (cards[*id].trust, cards[*id].planned, title(id));
    for (rank, id) in order(cards.len(), |a, b| by_trust(a).cmp(&by_trust(b))) {
        traits[id].by_trust = rank;
    }
    traits
}

fn order(
    count: usize,
    compare: impl Fn(&usize, &usize) -> std::cmp::Ordering,
) -> impl Iterator<Item = (u32, usize)> {
    let mut ids: Vec<usize> = (0..count).collect();
    ids.sort_unstable_by(compare);
    (0_u32..).zip(ids)
}

/// A number of entries or postings; both fit into 24 bits by far.
fn offset(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

const CATEGORIES: [Category; 9] = [
    Category::Cloud,
    Category::Databases,
    Category::DeveloperTools,
    Category::Files,
    Category::Knowledge,
    Category::Reasoning,
    Category::Utilities,
    Category::Web,
    Category::Work,
];
const PLACES: [RunsIn; 5] = [
    RunsIn::Python,
    RunsIn::Node,
    RunsIn::Container,
    RunsIn::Remote,
    RunsIn::Kubernetes,
];
const TRUST: [Trust; 3] = [Trust::Verified, Trust::Publisher, Trust::Community];

// A new value must be in the lists above: these fail to compile until it is.
const fn category_bit(category: Category) -> u16 {
    1 << match category {
        Category::Cloud => 0,
        Category::Databases => 1,
        Category::DeveloperTools => 2,
        Category::Files => 3,
        Category::Knowledge => 4,
        Category::Reasoning => 5,
        Category::Utilities => 6,
        Category::Web => 7,
        Category::Work => 8,
    }
}

const fn runs_in_bit(place: RunsIn) -> u8 {
    1 << match place {
        RunsIn::Python => 0,
        RunsIn::Node => 1,
        RunsIn::Container => 2,
        RunsIn::Remote => 3,
        RunsIn::Kubernetes => 4,
    }
}

fn present<T: Copy>(values: &[T], counts: &[u32]) -> Vec<(T, u32)> {
    values
        .iter()
        .copied()
        .zip(counts.iter().copied())
        .filter(|(_, count)| *count > 0)
        .collect()
}
