//! The names of images.

/// What is pulled for an image: with a digest the registry cannot give anything else, whatever the
/// tag says by now, and no tag of this computer is moved.
#[must_use]
pub fn exact_reference(reference: &str, digest: Option<&str>) -> String {
    match digest {
        Some(digest) if !reference.contains('@') => format!("{}@{digest}", untagged(reference)),
        _ => reference.to_owned(),
    }
}

/// A reference without its tag: a colon after the last slash begins one.
fn untagged(reference: &str) -> &str {
    match reference.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => reference,
    }
}
