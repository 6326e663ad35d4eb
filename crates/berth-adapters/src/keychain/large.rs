//! Values that are longer than an item can hold (Windows: 2,560 bytes) become an encrypted file;
//! the item then holds the file's name and key.
//!
//! A value is replaced by writing a new file, then the item, then deleting the old file. Whatever
//! stops in between, the item names a file that is there; a file that no item names cannot be
//! read by anybody.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use berth_core::error::Result;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::{Bytes, failed};
use crate::private;
use crate::vault::sealed::{self, SealKey};

/// What an item begins with whose value is in a file. A value that begins so itself goes into a
/// file as well, so there is no doubt.
const MARK: &[u8] = b"\x01berth-file:";

/// What stands behind the mark.
#[derive(Serialize, Deserialize)]
struct Reference {
    file: String,
    key: String,
}

impl Drop for Reference {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// The files of long values.
pub struct LargeValues {
    folder: PathBuf,
    inline_limit: Option<usize>,
}

impl LargeValues {
    /// Files are below Berth's home. Without a limit there are none.
    pub fn new(home: &Path, inline_limit: Option<usize>) -> Self {
        Self {
            folder: home.join("vault"),
            inline_limit,
        }
    }

    /// Whether items can name files here.
    pub fn is_used(&self) -> bool {
        self.inline_limit.is_some()
    }

    /// The bytes for the item. A long value is written to its file.
    pub fn prepare(&self, account: &str, value: &[u8]) -> Result<Bytes> {
        match self.inline_limit {
            Some(limit) if value.len() > limit || value.starts_with(MARK) => {
                self.write(account, value)
            }
            _ => Ok(Zeroizing::new(value.to_vec())),
        }
    }

    fn write(&self, account: &str, value: &[u8]) -> Result<Bytes> {
        let key = sealed::new_key()?;
        let mut name = [0; 16];
        sealed::fill_random(&mut name)?;
        let reference = Reference {
            file: name.iter().map(|byte| format!("{byte:02x}")).collect(),
            key: BASE64_STANDARD.encode(key.as_slice()),
        };
        private::create_folder(&self.folder)?;
        private::replace(
            &self.folder.join(&reference.file),
            &sealed::seal(&key, account.as_bytes(), value)?,
        )?;
        let mut item = Zeroizing::new(MARK.to_vec());
        serde_json::to_writer(&mut *item, &reference)
            .map_err(|error| failed("store a long value").caused_by(&error))?;
        Ok(item)
    }

    /// The value that an item stands for.
    pub fn restore(&self, account: &str, item: Bytes) -> Result<Bytes> {
        let Some(reference) = self.reference(&item)? else {
            return Ok(item);
        };
        let unreadable = || failed("read a long value");
        let path = self.path(&reference)?;
        let sealed =
            std::fs::read(&path).map_err(|error| private::file_error("read", &path, &error))?;
        let mut key = SealKey::default();
        let length = BASE64_STANDARD
            .decode_slice(&reference.key, key.as_mut())
            .map_err(|_| unreadable())?;
        if length != sealed::KEY_LENGTH {
            return Err(unreadable());
        }
        sealed::open(&key, account.as_bytes(), &sealed)
            .ok_or_else(|| unreadable().with_cause(format!("{} was changed", path.display())))
    }

    /// Deletes the file of an item that was replaced or deleted, where it had one.
    pub fn discard(&self, item: &[u8]) -> Result<()> {
        match self.reference(item)? {
            Some(reference) => private::remove(&self.path(&reference)?),
            None => Ok(()),
        }
    }

    fn reference(&self, item: &[u8]) -> Result<Option<Reference>> {
        match item.strip_prefix(MARK).filter(|_| self.is_used()) {
            None => Ok(None),
            // The parser's error could quote the key.
            Some(json) => serde_json::from_slice(json)
                .map(Some)
                .map_err(|_| failed("understand an item")),
        }
    }

    fn path(&self, reference: &Reference) -> Result<PathBuf> {
        if reference.file.is_empty() || !reference.file.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(failed("understand an item"));
        }
        Ok(self.folder.join(&reference.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(home: &Path) -> usize {
        std::fs::read_dir(home.join("vault")).map_or(0, Iterator::count)
    }

    #[test]
    fn short_values_stay_in_the_item() {
        let home = tempfile::tempdir().expect("a folder");
        let large = LargeValues::new(home.path(), Some(10));
        let item = large.prepare("a", b"0123456789").expect("prepared");
        assert_eq!(item.as_slice(), b"0123456789");
        assert_eq!(files(home.path()), 0);
    }

    #[test]
    fn long_values_go_to_a_file_that_only_the_item_opens() {
        let home = tempfile::tempdir().expect("a folder");
        let large = LargeValues::new(home.path(), Some(2_560));
        let value = b"secret-line\n".repeat(1_000);
        let item = large.prepare("a/b/c", &value).expect("prepared");
        assert!(item.len() < 200, "the item fits: {}", item.len());
        let path = std::fs::read_dir(home.path().join("vault"))
            .expect("listed")
            .next()
            .expect("a file")
            .expect("listed")
            .path();
        let sealed = std::fs::read(&path).expect("read");
        assert!(!sealed.windows(11).any(|part| part == b"secret-line"));

        let restored = large.restore("a/b/c", item.clone()).expect("restored");
        assert_eq!(*restored, value);
        assert_eq!(
            large
                .restore("a/b/d", item.clone())
                .expect_err("of another item")
                .name(),
            "keychain_failed"
        );
        let mut changed = sealed.clone();
        changed[40] ^= 1;
        std::fs::write(&path, &changed).expect("written");
        assert_eq!(
            large
                .restore("a/b/c", item.clone())
                .expect_err("changed")
                .name(),
            "keychain_failed"
        );
        large.discard(&item).expect("deleted");
        large.discard(&item).expect("missing is fine");
        assert_eq!(files(home.path()), 0);
        assert_eq!(
            large.restore("a/b/c", item).expect_err("gone").name(),
            "file_failed"
        );
    }

    #[test]
    fn a_value_that_looks_like_a_reference_is_a_value() {
        let home = tempfile::tempdir().expect("a folder");
        let large = LargeValues::new(home.path(), Some(2_560));
        let value = [MARK, br#"{"file":"../../x","key":""}"#].concat();
        let item = large.prepare("a", &value).expect("prepared");
        assert_eq!(*large.restore("a", item).expect("restored"), value);
        let forged = Zeroizing::new(value);
        assert_eq!(
            large.restore("a", forged).expect_err("a path").name(),
            "keychain_failed"
        );
    }

    #[test]
    fn without_a_limit_everything_is_a_value() {
        let home = tempfile::tempdir().expect("a folder");
        let large = LargeValues::new(home.path(), None);
        for value in [b"x".repeat(100_000), MARK.to_vec()] {
            let item = large.prepare("a", &value).expect("prepared");
            assert_eq!(*item, value);
            assert_eq!(*large.restore("a", item).expect("restored"), value);
        }
        assert_eq!(files(home.path()), 0);
    }
}
