//! What projects say that they need to run.

/// The files that say so.
pub(super) const FILES: [&str; 2] = ["pyproject.toml", "package.json"];

/// A package that is needed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Package {
    /// Whose it is.
    pub language: Language,
    /// Its name in the package registry.
    pub name: String,
}

/// Whose packages they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
}

/// What a file says, in its order; `None` where it is malformed. Extras and what only development
/// needs are not among it.
pub(super) fn declared(file: &str, text: &str) -> Option<Vec<Package>> {
    match file {
        "pyproject.toml" => toml::from_str(text).ok().map(|table| python(&table)),
        "package.json" => serde_json::from_str(text).ok().map(|value| node(&value)),
        _ => None,
    }
}

fn python(table: &toml::Table) -> Vec<Package> {
    let package = |name: &str| Package {
        language: Language::Python,
        name: name.to_owned(),
    };
    let standard = table
        .get("project")
        .and_then(|project| project.get("dependencies")?.as_array());
    if let Some(requirements) = standard {
        let names = requirements
            .iter()
            .filter_map(|requirement| Some(name_of(requirement.as_str()?)));
        return names.map(package).collect();
    }
    let poetry = table
        .get("tool")
        .and_then(|tool| tool.get("poetry")?.get("dependencies")?.as_table());
    let names = poetry.into_iter().flatten().map(|(name, _)| name.as_str());
    names
        .filter(|name| *name != "python")
        .map(package)
        .collect()
}

/// The name in front of a requirement's extras, versions and markers (PEP 508).
fn name_of(requirement: &str) -> &str {
    let requirement = requirement.trim();
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = requirement.find(|c| !part_of_name(c));
    &requirement[..end.unwrap_or(requirement.len())]
}

fn node(value: &serde_json::Value) -> Vec<Package> {
    let dependencies = value.get("dependencies").and_then(|all| all.as_object());
    let names = dependencies.into_iter().flatten().map(|(name, _)| Package {
        language: Language::Node,
        name: name.clone(),
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(file: &str, text: &str) -> Option<Vec<String>> {
        let declared = declared(file, text)?.into_iter();
        Some(declared.map(|package| package.name).collect())
    }

    #[test]
    fn each_tool_writes_them_in_its_own_way() {
        let standard = "[project]\nname = 'a'\ndependencies = ['mcp[cli]>=1.2', 'PyYAML', \
                        'ruamel.yaml ~=0.18; python_version>\"3\"', 'x @ https://x.example/x.whl']\n\
                        optional-dependencies.dev = ['pytest']";
        assert_eq!(
            names("pyproject.toml", standard).unwrap_or_default(),
            ["mcp", "PyYAML", "ruamel.yaml", "x"]
        );
        let poetry = "[tool.poetry.dependencies]\npython = '^3.12'\nrich = { version = '*' }";
        assert_eq!(
            names("pyproject.toml", poetry).unwrap_or_default(),
            ["rich"]
        );
        let package =
            r#"{"dependencies": {"@a/b": "1", "zod": "*"}, "devDependencies": {"c": "1"}}"#;
        assert_eq!(
            names("package.json", package).unwrap_or_default(),
            ["@a/b", "zod"]
        );
    }

    #[test]
    fn what_needs_nothing_says_nothing_and_what_is_malformed_is_told() {
        assert_eq!(
            names("pyproject.toml", "[project]\nname = 'a'"),
            Some(Vec::new())
        );
        assert_eq!(names("package.json", "[]"), Some(Vec::new()));
        assert_eq!(names("pyproject.toml", "[project"), None);
        assert_eq!(names("package.json", "{"), None);
    }
}
