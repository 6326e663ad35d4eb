//! What `--replace` keeps of the installation that it replaces.

use berth_api::Berth;
use berth_api::types::NameRequest;
use berth_core::catalog::Entry;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::plan::Choices;
use berth_core::server::Installation;

use crate::args::ChoiceArgs;

/// The installation that these choices replace; nothing where the name belongs to another entry's,
/// whose variants and inputs mean something else.
///
/// # Errors
/// What the store says, other than that there is none.
pub async fn replaced(
    berth: &Berth,
    entry: &Entry,
    args: &ChoiceArgs,
) -> Result<Option<Installation>> {
    if !args.replace {
        return Ok(None);
    }
    let name = args.name.clone().unwrap_or_else(|| entry.id.clone());
    match berth.installation_get(NameRequest { name }).await {
        Ok(page) => Ok(Some(page.installation).filter(|old| old.entry == entry.id)),
        Err(Error {
            code: ErrorCode::NotInstalled { .. },
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Everything that was not said stays as it is: the variant, the place and the inputs. An input
/// that was said to be empty is no longer set.
pub fn keep(entry: &Entry, args: &ChoiceArgs, old: &Installation, choices: &mut Choices) {
    if choices.variant.is_none() && entry.variant(&old.variant).is_some() {
        choices.variant = Some(old.variant.clone());
    }
    if let Some(first) = old.places.first().filter(|_| args.place.is_unsaid()) {
        choices.place = first.clone();
    }
    for (key, value) in &old.inputs {
        if entry.input(key).is_some() && !choices.inputs.contains_key(key) {
            choices.inputs.insert(key.clone(), value.clone());
        }
    }
}
