//! The entries that come with Berth, embedded at build time from `catalog/entries`.

include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// Names and texts of the built-in files, by name.
#[must_use]
pub(super) fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Loader, Trust};

    #[test]
    fn every_built_in_entry_is_right() {
        let loader = Loader::new().expect("the schema compiles");
        for (file, text) in files() {
            let entry = loader
                .load(file, text, Trust::Verified)
                .unwrap_or_else(|error| panic!("{error}\n{}", error.causes.join("\n")));
            assert_eq!(*file, format!("{}.yaml", entry.id), "named after its id");
        }
        assert!(!files().is_empty());
    }
}
