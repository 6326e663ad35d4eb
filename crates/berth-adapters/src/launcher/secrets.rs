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
    for used in &installation.secrets {
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
        to.push((
            used.env.clone(),
            in_template(&used.template, &used.input, &value),
        ));
    }
    Ok(filled)
}

fn in_template(template: &str, input: &str, value: &Secret) -> Secret {
    Secret::new(template.replace(&format!("{{{{{input}}}}}"), value.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_takes_its_place_in_the_template_once() {
        let filled = |template: &str, value: &str| {
            let value = Secret::new(value);
            in_template(template, "token", &value).expose().to_owned()
        };
        assert_eq!(filled("{{token}}", "abc"), "abc");
        assert_eq!(filled("Bearer {{token}}", "abc"), "Bearer abc");
        assert_eq!(filled("{{token}}:{{token}}", "a"), "a:a");
        assert_eq!(filled("{{token}}", "{{token}}$HOME"), "{{token}}$HOME");
    }
}
