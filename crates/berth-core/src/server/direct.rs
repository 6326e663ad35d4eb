//! Clients that have a server's address itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Installation;
use crate::client::{DirectAddress, Place, RegistrationSummary};

/// A place whose client has the server's address itself, and not the launcher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Direct {
    /// The place.
    pub place: Place,
    /// What it has.
    pub address: DirectAddress,
}

impl Installation {
    /// The address that the client of a place has itself.
    #[must_use]
    pub fn address_at(&self, place: &Place) -> Option<&DirectAddress> {
        let direct = self.direct.iter().find(|direct| direct.place == *place);
        direct.map(|direct| &direct.address)
    }

    /// Whether a registration is this server's, as far as what is shown of it tells.
    #[must_use]
    pub fn is_in(&self, found: &RegistrationSummary) -> bool {
        let address = self.address_at(&found.place);
        found.name == self.name
            && self.places.contains(&found.place)
            && (found.is_berths || address.is_some_and(|address| address.is_in(found)))
    }
}
