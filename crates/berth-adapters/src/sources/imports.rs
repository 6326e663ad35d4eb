//! What the source files of a project import.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::dependencies::{Language, Package};
use super::{LIMIT, limited};

/// Most source files that are read, and most folders that are looked into.
const MOST: usize = 20_000;

/// Folders with what tools made.
const MADE: [&str; 7] = [
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "target",
    "venv",
];

/// Packages whose modules have quite another name than they.
const OTHERWISE: [(&str, &str); 12] = [
    ("beautifulsoup4", "bs4"),
    ("grpcio", "grpc"),
    ("opencv_python", "cv2"),
    ("pillow", "pil"),
    ("protobuf", "google_protobuf"),
    ("pyjwt", "jwt"),
    ("pynacl", "nacl"),
    ("pyopenssl", "openssl"),
    ("pyserial", "serial"),
    ("pyyaml", "yaml"),
    ("scikit_learn", "sklearn"),
    ("setuptools", "pkg_resources"),
];

/// Module names, as [`plain`] has them, and names of Node.js packages.
#[derive(Debug, Default)]
pub(super) struct Imports {
    python: BTreeSet<String>,
    node: BTreeSet<String>,
}

/// `from a.b import c` and `import a, b.c as d`, at the beginning of a line.
const PYTHON: &str =
    r"(?m)^\s*(?:from\s+([A-Za-z_][\w.]*)\s+import|import\s+([A-Za-z_][\w., \t]*))";
/// What stands in quotes behind `from`, `import` and `require`, unless it is a path.
const NODE: &str = r#"(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"./][^'"]*)['"]"#;

/// How imports are found.
struct Reader {
    python: Regex,
    node: Regex,
    imports: Imports,
}

/// What the source files below a folder import. What cannot be read imports nothing.
pub(super) fn of(folder: &Path) -> Imports {
    let (Ok(python), Ok(node)) = (Regex::new(PYTHON), Regex::new(NODE)) else {
        return Imports::default();
    };
    let mut reader = Reader {
        python,
        node,
        imports: Imports::default(),
    };
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    let mut left = MOST;
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let Some(rest) = left.checked_sub(1) else {
                return reader.imports;
            };
            left = rest;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // A link's type is a link: none is followed.
            match entry.file_type() {
                Ok(kind)
                    if kind.is_dir()
                        && !name.starts_with('.')
                        && !MADE.contains(&name.as_ref()) =>
                {
                    folders.push(entry.path());
                }
                Ok(kind) if kind.is_file() => reader.read(&entry.path()),
                _ => {}
            }
        }
    }
    reader.imports
}

impl Reader {
    fn read(&mut self, path: &Path) {
        let text = || limited(path, LIMIT).unwrap_or_default();
        match path.extension().and_then(|end| end.to_str()) {
            Some("py") => self.read_python(&text()),
            Some("js" | "cjs" | "mjs" | "jsx" | "ts" | "cts" | "mts" | "tsx") => {
                self.read_node(&text());
            }
            _ => {}
        }
    }

    fn read_python(&mut self, text: &str) {
        for found in self.python.captures_iter(text) {
            let modules = found.get(1).or(found.get(2)).map_or("", |m| m.as_str());
            for module in modules.split(',') {
                let module = module.split_whitespace().next().unwrap_or_default();
                // A namespace's packages have its name in front: `google.protobuf`.
                let mut parts = module.splitn(3, '.');
                let (first, second) = (parts.next().unwrap_or_default(), parts.next());
                self.imports.python.insert(plain(first));
                if let Some(second) = second {
                    self.imports
                        .python
                        .insert(plain(&format!("{first}.{second}")));
                }
            }
        }
    }

    fn read_node(&mut self, text: &str) {
        for found in self.node.captures_iter(text) {
            let mut parts = found[1].splitn(3, '/');
            let first = parts.next().unwrap_or_default();
            let package = match parts.next() {
                Some(second) if first.starts_with('@') => format!("{first}/{second}"),
                _ => first.to_owned(),
            };
            self.imports.node.insert(package);
        }
    }
}

impl Imports {
    /// Whether something of a package's name is among it.
    pub(super) fn has(&self, package: &Package) -> bool {
        match package.language {
            Language::Node => self.node.contains(&package.name),
            Language::Python => {
                let name = plain(&package.name);
                let otherwise = OTHERWISE.iter().find(|(package, _)| *package == name);
                let short = [
                    name.strip_prefix("python_"),
                    name.strip_suffix("_python"),
                    name.strip_prefix("py"),
                ];
                let mut names = short
                    .into_iter()
                    .flatten()
                    .chain(otherwise.map(|(_, module)| *module))
                    .chain([name.as_str()]);
                names.any(|name| self.python.contains(name))
            }
        }
    }
}

/// A name by which packages and modules can be compared.
fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace(['-', '.'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_known_by_what_its_project_imports() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        write(
            "src/demo/main.py",
            "import os, yaml as y\nfrom google.protobuf import message\n\
             def late():\n    import python_dotenv\n# import commented\n\"import quoted\"",
        );
        write(
            "src/index.ts",
            "import { z } from 'zod';\nimport '@a/b/sub';\nimport x from './own';",
        );
        write("src/old.cjs", "const e = require(\"express\");");
        write("node_modules/other/index.js", "require('hidden')");
        write(".venv/lib/x.py", "import hidden");
        let imports = of(folder.path());
        let has = |language, name: &str| {
            imports.has(&Package {
                language,
                name: name.to_owned(),
            })
        };
        for name in ["PyYAML", "protobuf", "python-dotenv", "os"] {
            assert!(has(Language::Python, name), "{name}");
        }
        for name in ["numpy", "commented", "quoted", "hidden"] {
            assert!(!has(Language::Python, name), "{name}");
        }
        for name in ["zod", "@a/b", "express"] {
            assert!(has(Language::Node, name), "{name}");
        }
        for name in ["own", "hidden", "@a"] {
            assert!(!has(Language::Node, name), "{name}");
        }
    }
}
