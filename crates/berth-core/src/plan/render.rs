//! Fills templates with values.

use std::collections::BTreeMap;

use crate::catalog::template::{Known, Part, parse};
use crate::error::{Error, Result};
use crate::input::{InputValue, InputValues};

/// What templates can be filled with.
pub struct Values<'a> {
    /// The inputs' values.
    pub inputs: &'a InputValues,
    /// Paths as the server sees them, by the input's key; for a container they differ from this
    /// computer's.
    pub paths: &'a BTreeMap<String, Vec<String>>,
    /// The installation's data folder.
    pub data: &'a str,
    /// `uid:gid` of the person, where a container should run as them.
    pub user: Option<&'a str>,
    /// What joins several paths in one environment variable.
    pub separator: &'a str,
}

/// Parts of a template; it was checked when the entry was loaded.
pub fn parts(template: &str) -> Result<Vec<Part>> {
    parse(template).map_err(|problem| Error::internal(format!("a template {problem}")))
}

impl Values<'_> {
    /// An argument: none where an input that it names has no value, several where it names an
    /// input with several.
    pub fn argument(&self, template: &str) -> Result<Vec<String>> {
        let parts = parts(template)?;
        let several = parts.iter().find_map(|part| match part {
            Part::Value(key) => self.paths.get(key).map(|paths| (key, paths)),
            _ => None,
        });
        let Some((key, paths)) = several else {
            return Ok(self.text(&parts, None).into_iter().collect());
        };
        Ok(paths
            .iter()
            .filter_map(|path| self.text(&parts, Some((key, path))))
            .collect())
    }

    /// All arguments.
    pub fn arguments(&self, templates: &[String]) -> Result<Vec<String>> {
        let mut all = Vec::new();
        for template in templates {
            all.extend(self.argument(template)?);
        }
        Ok(all)
    }

    /// One text: none where an input that it names has no value.
    pub fn single(&self, template: &str) -> Result<Option<String>> {
        Ok(self.text(&parts(template)?, None))
    }

    fn text(&self, parts: &[Part], one: Option<(&String, &String)>) -> Option<String> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Known(Known::Data) => text.push_str(self.data),
                Part::Known(Known::User) => text.push_str(self.user?),
                Part::Switch { key, text: on } => match self.inputs.get(key) {
                    Some(InputValue::Boolean(false)) | None => return None,
                    Some(value) if value.is_empty() => return None,
                    Some(_) => text.push_str(on),
                },
                Part::Value(key) => match one {
                    Some((several, path)) if several == key => text.push_str(path),
                    _ => text.push_str(&self.value(key)?),
                },
            }
        }
        Some(text)
    }

    fn value(&self, key: &str) -> Option<String> {
        match self.inputs.get(key)? {
            InputValue::Text(text) if text.is_empty() => None,
            InputValue::Text(text) => Some(text.clone()),
            // Whole numbers without a decimal point, as people type them.
            InputValue::Number(number) => Some(number.to_string()),
            InputValue::Boolean(on) => Some(on.to_string()),
            InputValue::Paths(_) => {
                let paths = self.paths.get(key)?;
                (!paths.is_empty()).then(|| paths.join(self.separator))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values<'a>(inputs: &'a InputValues, paths: &'a BTreeMap<String, Vec<String>>) -> Values<'a> {
        Values {
            inputs,
            paths,
            data: "/d",
            user: None,
            separator: ":",
        }
    }

    #[test]
    fn an_argument_without_its_value_is_left_out() {
        let inputs = InputValues::from([
            ("zone".to_owned(), InputValue::Text("UTC".to_owned())),
            ("empty".to_owned(), InputValue::Text(String::new())),
            ("port".to_owned(), InputValue::Number(8080.0)),
            ("on".to_owned(), InputValue::Boolean(true)),
            ("off".to_owned(), InputValue::Boolean(false)),
        ]);
        let paths = BTreeMap::new();
        let values = values(&inputs, &paths);
        let there = |template: &str| values.single(template).expect("valid");
        assert_eq!(there("{{zone?1}}").as_deref(), Some("1"));
        assert_eq!(there("{{empty?1}}"), None);
        assert_eq!(there("{{nothing?1}}"), None);
        let templates = [
            "--zone={{zone}}",
            "--none={{nothing}}",
            "--empty={{empty}}",
            "{{port}}",
            "{{on?--on}}",
            "{{off?--off}}",
            "{{berth.data}}/memory.json",
        ];
        let given = values
            .arguments(&templates.map(str::to_owned))
            .expect("valid");
        assert_eq!(given, ["--zone=UTC", "8080", "--on", "/d/memory.json"]);
        assert_eq!(values.single("{{berth.user}}").expect("valid"), None);
    }

    #[test]
    fn several_paths_become_several_arguments_and_one_variable() {
        let inputs = InputValues::from([("folders".to_owned(), InputValue::Paths(Vec::new()))]);
        let paths = BTreeMap::from([(
            "folders".to_owned(),
            vec!["/a".to_owned(), "/b c".to_owned()],
        )]);
        let values = values(&inputs, &paths);
        assert_eq!(
            values.argument("{{folders}}").expect("valid"),
            ["/a", "/b c"]
        );
        assert_eq!(
            values.single("{{folders}}").expect("valid"),
            Some("/a:/b c".to_owned())
        );
    }
}
