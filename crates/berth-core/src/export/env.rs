//! The places of an installation's secrets, and a `.env` file with them.

use std::collections::BTreeMap;

use super::{Export, Note};
use crate::catalog::template::{Part, parse};
use crate::error::{Error, Result};
use crate::server::{Installation, SecretUse};

/// The name of the variable that holds an input's secret outside: the server's own where it takes
/// the plain value and no other secret has that name, and otherwise the input's.
pub(super) fn variables(installation: &Installation) -> BTreeMap<&str, String> {
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    // What clients send as a header is no variable.
    let secrets = installation.secrets.iter();
    for secret in secrets.filter(|secret| secret.target.is_variable()) {
        let input = secret.input.as_str();
        let plain = secret.template == format!("{{{{{}}}}}", secret.input);
        // Services of a stack can take different secrets by one name.
        let free = |name: &String| {
            !names
                .iter()
                .any(|(of, taken)| *of != input && taken == name)
        };
        if plain && free(&secret.env) {
            names.insert(input, secret.env.clone());
        } else if !names.contains_key(input) {
            names.insert(input, input.to_ascii_uppercase());
        }
    }
    names
}

/// A secret's variable as compose fills it in: `Bearer ${TOKEN:?…}`.
pub(super) fn filled(secret: &SecretUse, names: &BTreeMap<&str, String>) -> Result<String> {
    let malformed = |what: String| Error::internal(format!("a secret's template {what}"));
    let mut text = String::new();
    for part in parse(&secret.template).map_err(malformed)? {
        match part {
            Part::Text(part) => text.push_str(&part.replace('$', "$$")),
            Part::Value(key) if key == secret.input => {
                let name = &names[secret.input.as_str()];
                // Without it nothing starts, and compose says why.
                text.push_str(&format!("${{{name}:?put it into the file .env}}"));
            }
            other => return Err(malformed(format!("has {other:?}"))),
        }
    }
    Ok(text)
}

/// What a secret's variable looks like: `Bearer <TOKEN>`.
pub(super) fn example(secret: &SecretUse) -> String {
    let place = format!("<{}>", secret.input.to_ascii_uppercase());
    let key = format!("{{{{{}}}}}", secret.input);
    secret.template.replace(&key, &place)
}

/// The `.env` file beside a `compose.yaml`.
pub(super) fn template(export: &Export<'_>) -> Result<(String, Vec<Note>)> {
    let names = variables(export.installation);
    let name = &export.installation.name;
    let mut text = format!(
        "# Secrets of {name}, for compose.yaml. Fill them in, and keep this file to yourself:\n\
         # it must not be committed, and others must not be able to read it (chmod 600).\n"
    );
    for (input, variable) in &names {
        let spec = export.entry.and_then(|entry| entry.input(input));
        let title = spec.map_or(*input, |spec| spec.title.as_str());
        text.push_str(&format!(
            "\n# {}\n{variable}=\n",
            title.replace(['\n', '\r'], " ")
        ));
    }
    let names: Vec<String> = names.into_values().collect();
    let notes = if names.is_empty() {
        Vec::new()
    } else {
        vec![Note::SecretsAsVariables { names }]
    };
    Ok((text, notes))
}
