//! Values that must never be shown.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

use crate::catalog::Generate;
use crate::port::Host;

/// What a redacted secret looks like wherever a person can see it.
pub const DOTS: &str = "••••••••";

/// A secret value on its way to the vault or to the server that needs it.
///
/// It can be read from JSON (the window and the command line send it in) but never written:
/// there is no `Serialize`, `Debug` and `Display` print dots, and the memory is wiped on drop.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes ownership of a value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(SecretString::from(value.into()))
    }

    /// The value itself. Call it only where the value leaves Berth: in a vault adapter or in the
    /// environment of the server it belongs to.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value without the white space around it, which pasting and pipes leave there.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        Self::new(self.expose().trim())
    }

    /// Length in characters, for validation without exposing the value.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.expose().chars().count()
    }

    /// Whether nothing was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

/// What a made secret consists of: what means the same in an address, a header, a file and a
/// variable.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Makes a secret out of the host's randomness. Every character is as likely as every other: bytes
/// that would favour some are not used.
///
/// # Errors
/// What the host says where it has no randomness.
pub fn make(generate: &Generate, host: &dyn Host) -> crate::error::Result<Secret> {
    let length = usize::try_from(generate.length).unwrap_or(usize::MAX);
    let fair = 256 - 256 % ALPHABET.len();
    let mut value = generate.prefix.clone();
    let mut made = 0;
    while made < length {
        let mut bytes = [0; 64];
        host.random(&mut bytes)?;
        let usable = bytes.iter().map(|byte| usize::from(*byte));
        for byte in usable.filter(|byte| *byte < fair).take(length - made) {
            value.push(char::from(ALPHABET[byte % ALPHABET.len()]));
            made += 1;
        }
    }
    Ok(Secret::new(value))
}

/// What could be made, for checking an entry's own rules: every letter and digit at every place.
pub(crate) fn samples(generate: &Generate) -> impl Iterator<Item = Secret> {
    let length = usize::try_from(generate.length).unwrap_or_default();
    (0..ALPHABET.len()).map(move |first| {
        let mut value = generate.prefix.clone();
        let letters = ALPHABET.iter().cycle().skip(first).take(length);
        value.extend(letters.map(|letter| char::from(*letter)));
        Secret::new(value)
    })
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(DOTS)
    }
}

impl std::fmt::Display for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(DOTS)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl ts_rs::TS for Secret {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;
    fn name(_: &ts_rs::Config) -> String {
        "string".to_owned()
    }
    fn inline(_: &ts_rs::Config) -> String {
        "string".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_prints_its_value() {
        let secret = Secret::new("hunter2-hunter2");
        assert_eq!(
            format!("{secret} {secret:?} {:#?}", Some(&secret))
                .matches("hunter2")
                .count(),
            0
        );
        assert_eq!(secret.expose(), "hunter2-hunter2");
    }

    #[test]
    fn is_read_from_json() {
        let secret: Secret = serde_json::from_str("\"väl\"").expect("a string");
        assert_eq!(secret.chars(), 3);
    }
}
