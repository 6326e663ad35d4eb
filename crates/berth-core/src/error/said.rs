//! Knows Berth's own errors again in a text: what the launcher wrote, a client shows.

use super::{Error, ErrorCode as E};

/// Stands for the parameter while the sentence around it is looked for.
const BLANK: &str = "\0";

/// The errors that the launcher tells a client of, with their parameter, where they have one that
/// cannot be told from the rest of the sentence otherwise.
const KNOWN: &[fn(String) -> E] = &[
    |_| E::EngineMissing,
    |endpoint| E::EngineStopped { endpoint },
    |endpoint| E::EngineDenied { endpoint },
    |_| E::EngineSocketMissing,
    |reference| E::ImageMissing { reference },
    |reference| E::ImageNotFound { reference },
    |reference| E::ImageDenied { reference },
    |reference| E::RegistryUnreachable { reference },
    |_| E::KeychainMissing,
    |_| E::KeychainLocked,
    |_| E::PassphraseNeeded,
    |_| E::ClaudeMissing,
    |_| E::LauncherNotOnPath,
    |name| E::InstallationChanged { name },
    |name| E::NotInstalled { name },
    |path| E::PathMissing { path },
    |program| E::ProgramMissing { program },
    |name| E::ServicesStopped { name },
    |service| E::ServiceFailed { service },
    |address| E::ServerUnreachable { address },
    |path| E::StoreDamaged { path },
];

impl Error {
    /// The error of Berth's whose sentence is in this line; `None` where there is none that is known.
    #[must_use]
    pub fn said_in(line: &str) -> Option<Self> {
        KNOWN.iter().find_map(|known| {
            let sentence = Self::new(known(BLANK.to_owned())).message();
            let (before, after) = sentence.split_once(BLANK).unwrap_or((&sentence, ""));
            let (_, rest) = line.split_once(before)?;
            let (given, _) = rest.split_once(after)?;
            Some(Self::new(known(given.to_owned())))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_sentence_is_read_back_with_its_parameter() {
        for known in KNOWN {
            let error = Error::new(known("unix:///run/x y".to_owned()));
            let line = format!("[stderr] berth: {} And then.", error.message());
            assert_eq!(Error::said_in(&line), Some(error));
        }
    }

    #[test]
    fn no_two_of_them_are_mistaken_for_each_other() {
        for (index, known) in KNOWN.iter().enumerate() {
            let message = Error::new(known("a".to_owned())).message();
            let same = KNOWN.iter().position(|other| {
                Error::said_in(&message).map(|error| error.code) == Some(other("a".to_owned()))
            });
            assert_eq!(same, Some(index), "{message}");
        }
    }

    #[test]
    fn another_text_is_none_of_them() {
        assert_eq!(Error::said_in("The keychain is"), None);
        assert_eq!(Error::said_in(""), None);
    }
}
