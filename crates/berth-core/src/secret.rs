//! Values that must never be shown.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

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
