use std::collections::HashMap;

use super::search::{Found, Index, Query};
use super::{Entry, Loader, Trust, built_in};
use crate::error::{Error, ErrorCode, Result};

/// All entries that there are, and the files that were skipped.
pub struct Catalog {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
    index: Index,
    reports: Vec<Error>,
}

impl Catalog {
    /// The entries that come with Berth.
    #[must_use]
    pub fn built_in() -> Self {
        Self::from_files(built_in::files().iter().copied(), Trust::Verified)
    }

    /// The entries that come with Berth, and this person's own files (name and text), of which
    /// nothing is proved. An own entry cannot take the place of a built-in one.
    #[must_use]
    pub fn with_own<'a>(own: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let built_in = built_in::files().iter().copied();
        let own = own.into_iter();
        Self::from_trusted(
            built_in
                .map(|(file, text)| (file, text, Trust::Verified))
                .chain(own.map(|(file, text)| (file, text, Trust::Community))),
        )
    }

    /// Reads files, given as name and text. What is malformed is reported and skipped.
    #[must_use]
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        trust: Trust,
    ) -> Self {
        Self::from_trusted(files.into_iter().map(|(file, text)| (file, text, trust)))
    }

    fn from_trusted<'a>(files: impl IntoIterator<Item = (&'a str, &'a str, Trust)>) -> Self {
        let loader = match Loader::new() {
            Ok(loader) => loader,
            Err(error) => return Self::from_entries(Vec::new(), vec![error]),
        };
        let mut entries = Vec::new();
        let mut reports = Vec::new();
        let mut files_of = HashMap::new();
        for (file, text, trust) in files {
            match loader.load(file, text, trust) {
                Ok(entry) => {
                    if let Some(first) = files_of.get(&entry.id) {
                        reports.push(Error::new(ErrorCode::EntryInvalid {
                            file: file.to_owned(),
                            problem: format!("`{}` is in `{first}` already", entry.id),
                        }));
                    } else {
                        files_of.insert(entry.id.clone(), file.to_owned());
                        entries.push(entry);
                    }
                }
                Err(error) => reports.push(error),
            }
        }
        Self::from_entries(entries, reports)
    }

    /// A catalog of entries that were checked already. Of two with the same identifier the first
    /// counts.
    #[must_use]
    pub fn from_entries(entries: Vec<Entry>, reports: Vec<Error>) -> Self {
        let mut by_id = HashMap::with_capacity(entries.len());
        let mut kept = Vec::with_capacity(entries.len());
        for entry in entries {
            if !by_id.contains_key(&entry.id) {
                by_id.insert(entry.id.clone(), kept.len());
                kept.push(entry);
            }
        }
        Self {
            index: Index::new(&kept),
            entries: kept,
            by_id,
            reports,
        }
    }

    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with this identifier, or [`ErrorCode::EntryUnknown`].
    pub fn entry(&self, id: &str) -> Result<&Entry> {
        self.by_id
            .get(id)
            .and_then(|index| self.entries.get(*index))
            .ok_or_else(|| {
                Error::new(ErrorCode::EntryUnknown {
                    entry: id.to_owned(),
                })
            })
    }

    /// Finds entries. `installed` says whether an entry is installed, for that filter.
    #[must_use]
    pub fn search(&self, query: &Query, installed: &dyn Fn(&str) -> bool) -> Found<'_> {
        self.index.search(&self.entries, query, installed)
    }

    /// What was skipped: [`ErrorCode::EntryInvalid`] for each file.
    #[must_use]
    pub fn reports(&self) -> &[Error] {
        &self.reports
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(catalog.entries().len(), 2);
        assert!(
            catalog
                .entries()
                .iter()
                .all(|e| e.trust == Trust::Community)
        );
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

    #[test]
    fn an_own_entry_cannot_pass_for_a_built_in_one() {
        let (name, text) = built_in::files()[0];
        let id = name.trim_end_matches(".yaml");
        let renamed = text.replacen(&format!("id: {id}"), "id: mine", 1);
        let catalog = Catalog::with_own([("fake.yaml", text), ("mine.yaml", renamed.as_str())]);
        assert_eq!(catalog.reports().len(), 1, "{:?}", catalog.reports());
        let trust = |id: &str| catalog.entry(id).map(|entry| entry.trust);
        assert_eq!(trust(id), Ok(Trust::Verified));
        assert_eq!(trust("mine"), Ok(Trust::Community));
    }

    #[test]
    fn an_entry_is_found_by_its_identifier() {
        let catalog = Catalog::built_in();
        assert_eq!(catalog.reports(), []);
        assert_eq!(catalog.entry("time").map(|e| e.id.as_str()), Ok("time"));
        assert_eq!(
            catalog.entry("nothing").map(|_| ()).map_err(|e| e.code),
            Err(ErrorCode::EntryUnknown {
                entry: "nothing".to_owned()
            })
        );
    }
}
