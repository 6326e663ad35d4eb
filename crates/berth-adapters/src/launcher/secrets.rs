//! The environment variables that come out of the vault.

use std::collections::BTreeMap;

use berth_core::error::Result;
use berth_core::plan::VaultItem;
use berth_core::port::SecretReader;
use berth_core::secret::Secret;
use berth_core::server::Installation;

/// A variable and its value.
pub(super) type SecretVariable = (String, Secret);

/// Gets each secret of an installation once and puts it into its templates.
pub(super) async fn fill(
    installation: &Installation,
    reader: &dyn SecretReader,
) -> Result<Vec<SecretVariable>> {
    let mut values: BTreeMap<&str, Secret> = BTreeMap::new();
    let mut variables = Vec::with_capacity(installation.secrets.len());
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
        variables.push((
            used.env.clone(),
            in_template(&used.template, &used.input, &value),
        ));
    }
    Ok(variables)
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
