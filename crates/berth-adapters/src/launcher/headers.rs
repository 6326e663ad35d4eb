//! What `berth headers NAME` does: gives the headers of a server's requests to the client that was
//! given its address.

use std::collections::BTreeMap;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::SecretReader;
use berth_core::secret::Secret;

use super::{Record, secrets};

/// The headers, some of them secret, for a client that says which address it is about to send them
/// to. Whoever edits a client's settings, or shares a project's, could otherwise have the token
/// sent anywhere.
///
/// # Errors
/// `HeadersWithheld` where no client was given the address, or another one is asked for; what the
/// vault says.
pub async fn headers(
    record: &Record,
    asked: Option<&str>,
    vault: &dyn SecretReader,
) -> Result<BTreeMap<String, Secret>> {
    let installation = &record.installation;
    let Some((own, plain)) = installation.launch.lasting_address() else {
        return Err(withheld(record));
    };
    let same = |url: &str| url::Url::parse(url).ok() == url::Url::parse(&own).ok();
    let given = installation
        .direct
        .iter()
        .any(|direct| direct.address.helper.is_some());
    if !given || !asked.is_some_and(same) {
        return Err(withheld(record));
    }
    let filled = secrets::fill(installation, vault).await?;
    let plain = plain
        .iter()
        .map(|(name, value)| (name.clone(), Secret::new(value.clone())));
    Ok(plain.chain(filled.headers).collect())
}

fn withheld(record: &Record) -> Error {
    let name = record.installation.name.clone();
    Error::new(ErrorCode::HeadersWithheld { name })
}
