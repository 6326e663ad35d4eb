//! What the files of the package tools say. What is of another type than it should be is not
//! said: whether the project can be built is its own tool's to judge.

use berth_core::port::Project;

/// Reads a project's file by its name; `None` where it is malformed.
pub(super) fn read(file: &str, text: &str) -> Option<Project> {
    match file {
        "pyproject.toml" => toml::from_str(text).ok().map(|table| python(&table)),
        "Cargo.toml" => toml::from_str(text).ok().map(|table| rust(&table)),
        "package.json" => serde_json::from_str(text).ok().map(|value| node(&value)),
        _ => None,
    }
}

fn python(table: &toml::Table) -> Project {
    let standard = |key| said(table, &["project", key]);
    let poetry = |key| said(table, &["tool", "poetry", key]);
    Project {
        name: standard("name").or_else(|| poetry("name")),
        version: standard("version").or_else(|| poetry("version")),
        requires: standard("requires-python")
            .or_else(|| said(table, &["tool", "poetry", "dependencies", "python"])),
        manager: None,
    }
}

fn rust(table: &toml::Table) -> Project {
    Project {
        name: said(table, &["package", "name"]),
        version: said(table, &["package", "version"]),
        requires: said(table, &["package", "rust-version"]),
        manager: None,
    }
}

fn node(value: &serde_json::Value) -> Project {
    let said = |pointer| value.pointer(pointer)?.as_str().map(str::to_owned);
    Project {
        name: said("/name"),
        version: said("/version"),
        manager: said("/packageManager"),
        requires: said("/engines/node"),
    }
}

fn said(table: &toml::Table, path: &[&str]) -> Option<String> {
    let (last, folders) = path.split_last()?;
    let mut table = table;
    for folder in folders {
        table = table.get(*folder)?.as_table()?;
    }
    table.get(*last)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(name: &str, version: Option<&str>, requires: Option<&str>) -> Option<Project> {
        Some(Project {
            manager: None,
            name: Some(name.to_owned()),
            version: version.map(str::to_owned),
            requires: requires.map(str::to_owned),
        })
    }

    #[test]
    fn each_tool_says_it_in_its_own_way() {
        let standard = "[project]\nname = \"a\"\nversion = \"1\"\nrequires-python = \">=3.11\"\n\
                        [tool.poetry]\nname = \"old\"";
        assert_eq!(
            read("pyproject.toml", standard),
            project("a", Some("1"), Some(">=3.11"))
        );
        let poetry = "[tool.poetry]\nname = 'b'\nversion = '2'\n\
                      [tool.poetry.dependencies]\npython = '^3.12'";
        assert_eq!(
            read("pyproject.toml", poetry),
            project("b", Some("2"), Some("^3.12"))
        );
        let cargo = "[package]\nname = \"c\"\nversion.workspace = true\nrust-version = \"1.85\"";
        assert_eq!(read("Cargo.toml", cargo), project("c", None, Some("1.85")));
        let node = r#"{"name": "@d/e", "version": "3.0.0", "engines": {"node": ">=20"}}"#;
        assert_eq!(
            read("package.json", node),
            project("@d/e", Some("3.0.0"), Some(">=20"))
        );
        let asked = read("package.json", r#"{ "packageManager": "pnpm@10.29.3" }"#);
        let manager = asked.and_then(|project| project.manager);
        assert_eq!(manager.as_deref(), Some("pnpm@10.29.3"));
    }

    #[test]
    fn a_name_elsewhere_is_not_the_projects() {
        for text in [
            "name = \"a\"",
            "[other]\nname = \"a\"",
            "[project]\nname = 3",
        ] {
            assert_eq!(
                read("pyproject.toml", text),
                Some(Project::default()),
                "{text}"
            );
        }
        assert_eq!(read("package.json", "[]"), Some(Project::default()));
        assert_eq!(
            read(
                "pyproject.toml",
                "# name = \"a\"\n[project]\ndescription = 'name = \"a\"'"
            ),
            Some(Project::default())
        );
    }
}
