//! Environment variables, and the secrets in them.

use std::collections::BTreeMap;

use super::Planning;
use crate::catalog::Generate;
use crate::catalog::template::Part;
use crate::error::Result;
use crate::facts::Fact;
use crate::plan::render::{Values, parts};
use crate::plan::{Step, VaultItem};
use crate::server::{SecretTarget, SecretUse};

impl Planning<'_> {
    /// Environment without secrets, and the templates of the variables that hold one.
    pub(super) fn environment(
        &self,
        env: &BTreeMap<String, String>,
        values: &Values<'_>,
    ) -> Result<(BTreeMap<String, String>, BTreeMap<String, String>)> {
        let (mut plain, mut secret) = (BTreeMap::new(), BTreeMap::new());
        for (variable, template) in env {
            if self.secret_of(template)?.is_some() {
                secret.insert(variable.clone(), template.clone());
            } else if let Some(value) = values.single(template)? {
                plain.insert(variable.clone(), value);
            }
        }
        Ok((plain, secret))
    }

    fn secret_of(&self, template: &str) -> Result<Option<String>> {
        Ok(parts(template)?
            .iter()
            .filter_map(Part::key)
            .find_map(|key| {
                let spec = self.entry.input(key)?;
                spec.kind.is_secret().then(|| key.to_owned())
            }))
    }

    /// The secrets that this variant uses and that are given now, kept or made.
    pub(super) fn secrets(
        &self,
        templates: &BTreeMap<String, String>,
        target: SecretTarget,
        service: Option<&str>,
    ) -> Result<Vec<SecretUse>> {
        let mut uses = Vec::new();
        for (name, template) in templates {
            let Some(input) = self.secret_of(template)? else {
                continue;
            };
            let is_there = self.given(&input) || self.kept(&input) || self.made(&input).is_some();
            if is_there && self.asks(&input) {
                uses.push(SecretUse {
                    env: name.clone(),
                    target,
                    template: template.clone(),
                    made: self.made(&input).is_some(),
                    service: service.map(str::to_owned),
                    input,
                });
            }
        }
        Ok(uses)
    }

    /// Whether it is asked for by what was chosen. The values of inputs have been checked, so they
    /// are of those that are.
    fn asks(&self, input: &str) -> bool {
        let spec = self.entry.input(input);
        spec.is_some_and(|spec| spec.is_asked(&self.choices.inputs))
    }

    fn given(&self, input: &str) -> bool {
        self.choices
            .secrets
            .get(input)
            .is_some_and(|value| !value.is_empty())
    }

    fn made(&self, input: &str) -> Option<&Generate> {
        self.entry.input(input)?.kind.generate()
    }

    fn kept(&self, input: &str) -> bool {
        let old = self.around.old.as_ref();
        old.is_some_and(|old| {
            old.entry == self.entry.id && old.secrets.iter().any(|secret| secret.input == input)
        })
    }

    pub(super) fn secret_steps(&self, secrets: &[SecretUse]) -> Result<Vec<Step>> {
        let mut inputs: Vec<&String> = secrets.iter().map(|secret| &secret.input).collect();
        inputs.sort();
        inputs.dedup();
        // A vault that cannot take the value is found out before anything is done.
        if let (Fact::Missing { error }, false) = (&self.facts.vault, inputs.is_empty()) {
            return Err(error.clone());
        }
        let item = |generation: &str, input: &str| VaultItem {
            name: self.name.clone(),
            generation: generation.to_owned(),
            input: input.to_owned(),
        };
        Ok(inputs
            .into_iter()
            .map(|input| {
                let to = item(&self.around.generation, input);
                let input = input.clone();
                match (&self.around.old, self.made(&input)) {
                    _ if self.given(&input) => Step::StoreSecret { input, item: to },
                    (Some(old), _) if self.kept(&input) => Step::KeepSecret {
                        from: item(&old.generation, &input),
                        input,
                        to,
                    },
                    // What it protects is still there.
                    (None, Some(_)) if self.around.kept.contains(&input) => Step::KeepSecret {
                        from: VaultItem::kept(&self.name, &self.entry.id, &input),
                        input,
                        to,
                    },
                    (_, Some(generate)) => Step::MakeSecret {
                        generate: generate.clone(),
                        input,
                        item: to,
                    },
                    (_, None) => Step::StoreSecret { input, item: to },
                }
            })
            .collect())
    }
}
