use std::collections::HashMap;
use std::sync::Arc;

use super::search::{Found, Index, Query, Words};
use super::{Card, Entry, Loader, Trust, built_in};
use crate::error::{Error, ErrorCode, Result};

/// This person's own catalog files.
pub trait OwnFiles: Send + Sync {
    /// Their names, in the order in which they count.
    fn names(&self) -> Vec<String>;

    /// The text of one; [`ErrorCode::FileFailed`] where it cannot be read.
    fn text(&self, name: &str) -> Result<String>;
}

/// All entries that there are, and the files that were skipped.
pub struct Catalog {
    cards: Vec<Card>,
    kept: Vec<Kept>,
    by_id: HashMap<Box<str>, u32>,
    index: Index,
    own: Option<Arc<dyn OwnFiles>>,
    reports: Vec<Error>,
}

/// Where the whole of an entry is.
enum Kept {
    /// In memory: there are few of these.
    Here(Arc<Entry>),
    /// In the person's own file with this name. There can be tens of thousands.
    File(Box<str>),
}

/// A catalog while its files are read.
struct Reading {
    cards: Vec<Card>,
    kept: Vec<Kept>,
    by_id: HashMap<Box<str>, u32>,
    /// File of each entry, by its place.
    files: Vec<Box<str>>,
    words: Words,
    reports: Vec<Error>,
}

impl Catalog {
    /// The entries that come with Berth.
    #[must_use]
    pub fn built_in() -> Self {
        Self::from_files(built_in::files().iter().copied(), Trust::Verified)
    }

    /// The entries that come with Berth, and this person's own files, of which nothing is proved.
    /// An own entry cannot take the place of a built-in one. Of an own file only the card is kept;
    /// [`Catalog::entry`] reads it again.
    #[must_use]
    pub fn with_own(own: Arc<dyn OwnFiles>) -> Self {
        Self::read(|loader, reading| {
            for (file, text) in built_in::files() {
                reading.take(file, loader.load(file, text, Trust::Verified), false);
            }
            for file in own.names() {
                let text = own.text(&file).map_err(|error| {
                    let problem = "it cannot be read".to_owned();
                    let file = file.clone();
                    Error::new(ErrorCode::EntryInvalid { file, problem }).caused_by(&error)
                });
                let loaded = text.and_then(|text| loader.load(&file, &text, Trust::Community));
                reading.take(&file, loaded, true);
            }
        })
        .with_files(own.clone())
    }

    /// Reads files, given as name and text. What is malformed is reported and skipped.
    #[must_use]
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        trust: Trust,
    ) -> Self {
        Self::read(|loader, reading| {
            for (file, text) in files {
                reading.take(file, loader.load(file, text, trust), false);
            }
        })
    }

    fn read(fill: impl FnOnce(&Loader, &mut Reading)) -> Self {
        let mut reading = Reading {
            cards: Vec::new(),
            kept: Vec::new(),
            by_id: HashMap::new(),
            files: Vec::new(),
            words: Words::default(),
            reports: Vec::new(),
        };
        match Loader::new() {
            Ok(loader) => fill(&loader, &mut reading),
            Err(error) => reading.reports.push(error),
        }
        reading.cards.shrink_to_fit();
        Self {
            index: Index::new(reading.words, &reading.cards),
            cards: reading.cards,
            kept: reading.kept,
            by_id: reading.by_id,
            own: None,
            reports: reading.reports,
        }
    }

    /// A catalog of entries that were checked already.
    #[cfg(test)]
    pub(super) fn from_entries(entries: Vec<Entry>) -> Self {
        Self::read(|_, reading| {
            for entry in entries {
                reading.take("", Ok(entry), false);
            }
        })
    }

    fn with_files(mut self, own: Arc<dyn OwnFiles>) -> Self {
        self.own = Some(own);
        self
    }

    /// The cards of all entries.
    #[must_use]
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// The entry with this identifier, or [`ErrorCode::EntryUnknown`]. One of the person's own is
    /// read from its file: what is wrong with that by now is [`ErrorCode::EntryInvalid`] or
    /// [`ErrorCode::FileFailed`].
    pub fn entry(&self, id: &str) -> Result<Arc<Entry>> {
        let unknown = || {
            Error::new(ErrorCode::EntryUnknown {
                entry: id.to_owned(),
            })
        };
        let place = *self.by_id.get(id).ok_or_else(unknown)?;
        match self.kept.get(place as usize).ok_or_else(unknown)? {
            Kept::Here(entry) => Ok(entry.clone()),
            Kept::File(file) => {
                let own = self.own.as_ref().ok_or_else(unknown)?;
                let entry = Loader::new()?.load(file, &own.text(file)?, Trust::Community)?;
                // Another entry stands in that file now.
                if entry.id == id {
                    Ok(Arc::new(entry))
                } else {
                    Err(unknown())
                }
            }
        }
    }

    /// Finds entries. `installed` says whether an entry is installed, for that filter.
    #[must_use]
    pub fn search(&self, query: &Query, installed: &dyn Fn(&str) -> bool) -> Found<'_> {
        self.index.search(&self.cards, query, installed)
    }

    /// What was skipped: [`ErrorCode::EntryInvalid`] for each file.
    #[must_use]
    pub fn reports(&self) -> &[Error] {
        &self.reports
    }
}

impl Reading {
    fn take(&mut self, file: &str, loaded: Result<Entry>, own: bool) {
        let entry = match loaded {
            Ok(entry) => entry,
            Err(error) => return self.reports.push(error),
        };
        if let Some(first) = self.by_id.get(entry.id.as_str()) {
            let first = &self.files[*first as usize];
            return self.reports.push(Error::new(ErrorCode::EntryInvalid {
                file: file.to_owned(),
                problem: format!("`{}` is in `{first}` already", entry.id),
            }));
        }
        let place = u32::try_from(self.cards.len()).unwrap_or(u32::MAX);
        let card = Card::of(&entry);
        self.by_id.insert(card.id.clone(), place);
        self.words.add(&entry);
        self.cards.push(card);
        self.files.push(file.into());
        self.kept.push(if own {
            Kept::File(file.into())
        } else {
            Kept::Here(Arc::new(entry))
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_malformed_file_is_reported_and_the_others_are_there() {
        let good = built_in::files();
        let files = [
            ("broken.yaml", "id: ["),
            good[0],
            ("again.yaml", good[0].1),
            good[1],
        ];
        let catalog = Catalog::from_files(files, Trust::Community);
        assert_eq!(catalog.cards().len(), 2);
        assert!(catalog.cards().iter().all(|c| c.trust == Trust::Community));
        let names: Vec<_> = catalog
            .reports()
            .iter()
            .map(|report| match &report.code {
                ErrorCode::EntryInvalid { file, .. } => file.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(names, ["broken.yaml", "again.yaml"]);
    }

    /// Files that can change while the catalog is there.
    struct Folder(Mutex<Vec<(String, String)>>);

    impl Folder {
        fn of(files: &[(&str, &str)]) -> Arc<Self> {
            let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
            Arc::new(Self(Mutex::new(files.iter().map(own).collect())))
        }
    }

    impl OwnFiles for Folder {
        fn names(&self) -> Vec<String> {
            let files = self.0.lock().expect("whole");
            files.iter().map(|(name, _)| name.clone()).collect()
        }

        fn text(&self, name: &str) -> Result<String> {
            let files = self.0.lock().expect("whole");
            let found = files.iter().find(|(known, _)| known == name);
            found.map(|(_, text)| text.clone()).ok_or_else(|| {
                Error::new(ErrorCode::FileFailed {
                    operation: "read".to_owned(),
                    path: name.to_owned(),
                })
            })
        }
    }

    #[test]
    fn an_own_entry_is_read_from_its_file_each_time() {
        let (_, text) = built_in::files()[0];
        let id = Catalog::built_in().cards()[0].id.to_string();
        let mine = text.replacen(&format!("id: {id}"), "id: mine", 1);
        let folder = Folder::of(&[("mine.yaml", &mine)]);
        let catalog = Catalog::with_own(folder.clone());
        let startup = |seconds: u32| format!("{mine}\nstartup_seconds: {seconds}\n");
        let read = || catalog.entry("mine").map(|entry| entry.startup_seconds);
        let change = |text: String| folder.0.lock().expect("whole")[0].1 = text;
        change(startup(77));
        assert_eq!(read(), Ok(77));
        change("id: [".to_owned());
        let code = read().map_err(|error| error.code);
        assert!(
            matches!(code, Err(ErrorCode::EntryInvalid { .. })),
            "{code:?}"
        );
        change(text.replacen(&format!("id: {id}"), "id: another", 1));
        let code = read().map_err(|error| error.code);
        assert!(
            matches!(code, Err(ErrorCode::EntryUnknown { .. })),
            "{code:?}"
        );
        folder.0.lock().expect("whole").clear();
        let code = read().map_err(|error| error.code);
        assert!(
            matches!(code, Err(ErrorCode::FileFailed { .. })),
            "{code:?}"
        );
    }

    #[test]
    fn an_own_entry_cannot_pass_for_a_built_in_one() {
        let (name, text) = built_in::files()[0];
        let id = name.trim_end_matches(".yaml");
        let renamed = text.replacen(&format!("id: {id}"), "id: mine", 1);
        let own = Folder::of(&[("fake.yaml", text), ("mine.yaml", &renamed)]);
        let catalog = Catalog::with_own(own);
        assert_eq!(catalog.reports().len(), 1, "{:?}", catalog.reports());
        let trust = |id: &str| catalog.entry(id).map(|entry| entry.trust);
        assert_eq!(trust(id), Ok(Trust::Verified));
        assert_eq!(trust("mine"), Ok(Trust::Community));
    }

    #[test]
    fn an_entry_is_found_by_its_identifier() {
        let catalog = Catalog::built_in();
        assert_eq!(catalog.reports(), []);
        assert_eq!(
            catalog.entry("time").map(|e| e.id.clone()),
            Ok("time".to_owned())
        );
        assert_eq!(
            catalog.entry("nothing").map(|_| ()).map_err(|e| e.code),
            Err(ErrorCode::EntryUnknown {
                entry: "nothing".to_owned()
            })
        );
    }
}
