//! What a card's button shows: installed, busy, available, planned.

use std::collections::BTreeMap;

use berth_core::catalog::Card;
use berth_core::error::Result;
use berth_core::job::Job;
use berth_core::plan::Purpose;
use berth_core::server::Installation;

use super::Berth;
use crate::types::CardState;

/// What there is of each entry on this machine.
#[derive(Default)]
pub(super) struct Shelf {
    installed: BTreeMap<String, Vec<String>>,
    busy: BTreeMap<String, String>,
}

impl Shelf {
    pub(super) fn new(installations: Vec<Installation>, open: Vec<Job>) -> Self {
        let mut shelf = Self::default();
        for installation in installations {
            shelf
                .installed
                .entry(installation.entry)
                .or_default()
                .push(installation.name);
        }
        for job in open {
            // Nothing that a card shows is changed by the others.
            if matches!(
                job.plan.purpose,
                Purpose::Install | Purpose::Reconfigure | Purpose::Remove
            ) {
                shelf.busy.insert(job.plan.entry, job.id);
            }
        }
        shelf
    }

    pub(super) fn is_installed(&self, entry: &str) -> bool {
        self.installed.contains_key(entry)
    }

    pub(super) fn state(&self, card: &Card) -> CardState {
        if let Some(job) = self.busy.get(&*card.id) {
            CardState::Busy { job: job.clone() }
        } else if let Some(names) = self.installed.get(&*card.id) {
            CardState::Installed {
                names: names.clone(),
            }
        } else if card.planned {
            CardState::Planned
        } else {
            CardState::Available
        }
    }
}

impl Berth {
    pub(super) async fn shelf(&self) -> Result<Shelf> {
        self.store(|store| Ok(Shelf::new(store.installations()?, store.open_jobs()?)))
            .await
    }
}
