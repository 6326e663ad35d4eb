//! Links that are built from other inputs' values.

use crate::catalog::template::{Part, parse};

use super::{InputValue, InputValues};

/// The link of an input with the values filled in, each as one part of an address: it can name a
/// place below the link's host or a label of it, and lead nowhere else. `None` as long as a value
/// is missing.
#[must_use]
pub fn filled_link(template: &str, values: &InputValues) -> Option<String> {
    let mut link = String::new();
    for part in parse(template).ok()? {
        match part {
            Part::Text(text) => link.push_str(&text),
            Part::Value(key) => match values.get(&key)? {
                InputValue::Text(text) if !text.trim().is_empty() => encode(text.trim(), &mut link),
                _ => return None,
            },
            Part::Switch { .. } | Part::Known(_) => return None,
        }
    }
    Some(link)
}

/// Percent-encodes all but the unreserved characters (RFC 3986, section 2.3).
fn encode(text: &str, link: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            link.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(value: &str) -> Option<String> {
        let values = InputValues::from([("name".to_owned(), InputValue::Text(value.to_owned()))]);
        filled_link("https://{{name}}.example.com/keys", &values)
    }

    #[test]
    fn a_value_cannot_lead_to_another_host() {
        assert_eq!(
            link("acme").as_deref(),
            Some("https://acme.example.com/keys")
        );
        assert_eq!(
            link("evil.org/?").as_deref(),
            Some("https://evil.org%2F%3F.example.com/keys")
        );
        assert_eq!(
            link("a@b#ä").as_deref(),
            Some("https://a%40b%23%C3%A4.example.com/keys")
        );
    }

    #[test]
    fn there_is_no_link_before_its_values_are_given() {
        assert_eq!(link(" "), None);
        assert_eq!(filled_link("https://{{name}}.x", &InputValues::new()), None);
        assert_eq!(
            filled_link("https://x.org/keys", &InputValues::new()).as_deref(),
            Some("https://x.org/keys")
        );
    }
}
