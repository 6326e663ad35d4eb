//! Registering, with the launcher or with the server's address.

use super::Planning;
use crate::client::{LauncherCommand, Place, Scope};
use crate::error::Result;
use crate::plan::Step;
use crate::plan::direct::address;
use crate::server::{Direct, Installation};

impl Planning<'_> {
    /// The places whose client gets the address itself: the chosen one if that was chosen, and those
    /// that had it and still can.
    pub(super) fn direct(&self, installation: &Installation) -> Result<Vec<Direct>> {
        let mut direct = Vec::new();
        for place in &installation.places {
            let chosen = place == &self.choices.place;
            let had = self
                .around
                .old
                .as_ref()
                .and_then(|old| old.address_at(place));
            let wanted = if chosen {
                self.choices.direct
            } else {
                had.is_some()
            };
            if !wanted {
                continue;
            }
            let command = self.command_at(place);
            match address(installation, place, &command, self.around.platform) {
                Ok(address) => direct.push(Direct {
                    place: place.clone(),
                    address,
                }),
                Err(error) if chosen => return Err(error),
                // It gets the launcher, which is always right.
                Err(_) => {}
            }
        }
        Ok(direct)
    }

    /// The launcher as it is registered at a place: a shared file names it without its folder.
    fn command_at(&self, place: &Place) -> LauncherCommand {
        let chosen = &self.choices.place;
        match (
            place.scope == Scope::Project,
            chosen.scope == Scope::Project,
        ) {
            (shared, same) if shared == same => self.around.command.clone(),
            (true, _) => LauncherCommand {
                program: "berth".to_owned(),
                ..self.around.command.clone()
            },
            _ => self.around.start.clone(),
        }
    }

    pub(super) fn register(&self, installation: &Installation, place: &Place) -> Step {
        let found = &self.around.registrations;
        Step::Register {
            name: self.name.clone(),
            place: place.clone(),
            command: LauncherCommand {
                address: installation.address_at(place).cloned(),
                ..self.command_at(place)
            },
            replaces: found.iter().find(|found| found.place == *place).cloned(),
            file: self.file(place),
        }
    }

    /// Other places that had the address, where it is another one now or can no longer be had.
    pub(super) fn other_registers(&self, installation: &Installation) -> Vec<Step> {
        let Some(old) = &self.around.old else {
            return Vec::new();
        };
        let had = old.direct.iter().filter(|direct| {
            let place = &direct.place;
            *place != self.choices.place
                && installation.places.contains(place)
                && installation.address_at(place) != Some(&direct.address)
        });
        had.map(|direct| self.register(installation, &direct.place))
            .collect()
    }
}
