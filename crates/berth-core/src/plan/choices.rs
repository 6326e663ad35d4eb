//! What a person chooses.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::client::Place;
use crate::input::{InputValues, SecretValues};
use crate::server::Installation;

/// What a person chose. Everything but `entry` has a default.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct Choices {
    /// The entry.
    pub entry: String,
    /// The variant; the first one that can be installed here, unless given.
    pub variant: Option<String>,
    /// The installation's name; the entry's identifier unless given.
    pub name: Option<String>,
    /// Where to register it.
    pub place: Place,
    /// Values of the inputs.
    pub inputs: InputValues,
    /// Secrets that are given now. On a reconfiguration the others are kept.
    pub secrets: SecretValues,
    /// Whether an installation or registration of this name is to be replaced.
    pub replace: bool,
    /// Whether an image is built without what the engine remembers of earlier builds.
    pub no_cache: bool,
    /// Whether the image that has the name already is used instead of building one.
    pub use_image: bool,
    /// Whether the client gets the server's address itself, and not the launcher.
    pub direct: bool,
    /// Inputs whose secrets are to be taken from the `.env` file of the source folder, unless they
    /// are given or the file has none that can be used.
    pub from_env: Vec<String>,
}

/// An image that is on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HereImage {
    /// Its name: `kaiten-mcp:dev`.
    pub reference: String,
    /// Its identifier.
    pub id: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was made (RFC 3339), where the engine knows.
    pub created: Option<String>,
}

impl Choices {
    /// The choices that an installation was made with: what installs it again, with the secrets
    /// that it has.
    #[must_use]
    pub fn again(installation: &Installation) -> Self {
        Self {
            entry: installation.entry.clone(),
            variant: Some(installation.variant.clone()),
            name: Some(installation.name.clone()),
            place: installation.places.first().cloned().unwrap_or_default(),
            inputs: installation.inputs.clone(),
            replace: true,
            direct: installation
                .places
                .first()
                .is_some_and(|place| installation.address_at(place).is_some()),
            ..Self::default()
        }
    }
}
