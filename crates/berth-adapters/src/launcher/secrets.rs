//! The environment variables that come out of the vault.

use std::collections::BTreeMap;

use berth_core::error::Result;
use berth_core::plan::VaultItem;
use berth_core::port::SecretReader;
use berth_core::secret::Secret;
use berth_core::server::{Installation, SecretTarget};

/// A variable, or a header, and its value.
pub(super) type SecretVariable = (String, Secret);

/// What was filled in, by what it is for.
#[derive(Default)]
pub(super) struct Filled {
    /// Variables of the server.
    pub variables: Vec<SecretVariable>,
    /// Headers of the requests to it.
    pub headers: Vec<SecretVariable>,
}

/// Gets each secret of an installation once and puts it into its templates.
pub(super) async fn fill(installation: &Installation, reader: &dyn SecretReader) -> Result<Filled> {
    let mut values: BTreeMap<&str, Secret> = BTreeMap::new();
    let mut filled = Filled::default();
    // Services have theirs already.
    let own = installation.secrets.iter();
    for used in own.filter(|used| used.service.is_none()) {
        let value = match values.get(used.input.as_str()) {
            Some(value) => value.clone(),
            None => {
                let item = VaultItem {
                    name: installation.name.clone(),
                    generation: installation.generation.clone(),
                    input: used.input.clone(),
                };
                let value = reader.get(&item).await?;
                values.insert(&used.input, value.clone());
                value
            }
        };
        let to = match used.target {
            SecretTarget::Variable => &mut filled.variables,
            SecretTarget::Header => &mut filled.headers,
        };
        to.push((used.env.clone(), used.filled(&value)));
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use berth_core::server::SecretUse;

    #[test]
    fn a_secret_takes_its_place_in_the_template_once() {
        let filled = |template: &str, value: &str| {
            let used = SecretUse {
                env: "TOKEN".to_owned(),
                target: SecretTarget::Variable,
                template: template.to_owned(),
                input: "token".to_owned(),
                service: None,
                made: false,
            };
            used.filled(&Secret::new(value)).expose().to_owned()
        };
        assert_eq!(filled("{{token}}", "abc"), "abc");
        assert_eq!(filled("Bearer {{token}}", "abc"), "Bearer abc");
        assert_eq!(filled("{{token}}:{{token}}", "a"), "a:a");
        assert_eq!(filled("{{token}}", "{{token}}$HOME"), "{{token}}$HOME");
    }
}
