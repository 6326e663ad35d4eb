//! Images as engines name and describe them.

use berth_core::port::ImageInfo;
use bollard::models::ImageInspect;

use super::reference::{Reference, is_digest};

/// What a reference stands for when an engine is asked about it.
pub enum Wanted {
    /// Itself.
    Id(String),
    /// A name that it has.
    Name(Reference),
}

/// `None` for what can be neither.
pub fn wanted(reference: &str) -> Option<Wanted> {
    if is_digest(reference) {
        Some(Wanted::Id(reference.to_owned()))
    } else {
        Reference::parse(reference).map(Wanted::Name)
    }
}

impl Wanted {
    /// As an engine is asked for it.
    pub fn text(&self) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Name(name) => name.exact(),
        }
    }
}

/// What is known of an image that was asked for as `wanted`.
pub fn image_info(wanted: &Wanted, image: ImageInspect) -> ImageInfo {
    let digests = image.repo_digests.unwrap_or_default();
    let digest = match wanted {
        Wanted::Name(name) => name.digest_among(&digests),
        Wanted::Id(_) => digests
            .first()
            .and_then(|known| known.split_once('@'))
            .map(|(_, digest)| digest),
    };
    ImageInfo {
        id: image.id.unwrap_or_default(),
        digest: digest.map(str::to_owned),
        size: image
            .size
            .and_then(|size| size.try_into().ok())
            .unwrap_or(0),
        created: image.created,
        user: image
            .config
            .and_then(|config| config.user)
            .unwrap_or_default(),
        names: image.repo_tags.unwrap_or_default(),
    }
}
