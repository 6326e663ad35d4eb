//! What could make an image smaller, from what it is made of and what its build is given.

use super::{BuiltFrom, CacheTool, ImageAdvice, ImageLayer, ImageReview, Sent};

/// What images seldom need: history, caches, environments and tools of whoever works on a project.
const SELDOM: [&str; 20] = [
    ".git",
    ".github",
    ".idea",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__tests__",
    "coverage",
    "docs",
    "examples",
    "htmlcov",
    "node_modules",
    "test",
    "tests",
    "venv",
];

impl ImageReview {
    /// What could make it smaller: the weightiest first.
    #[must_use]
    pub fn advise(&self) -> Vec<ImageAdvice> {
        let mut all = Vec::new();
        if let Some(wanted) = self.wanted.filter(|wanted| self.size > *wanted) {
            let size = self.size;
            all.push(ImageAdvice::TooLarge { size, wanted });
        }
        let Some(from) = &self.built_from else {
            return all;
        };
        if let Some(sent) = &from.sent {
            self.about_layers(sent, &mut all);
            about_sent(from, sent, &mut all);
        }
        let unused = from.dependencies.iter().filter(|needs| !needs.imported);
        all.extend(unused.map(|needs| ImageAdvice::NotImported {
            name: needs.name.clone(),
        }));
        all
    }

    fn about_layers(&self, sent: &Sent, all: &mut Vec<ImageAdvice>) {
        // What the image began with is somebody else's; where it cannot be told apart, nothing is said.
        if sent.base.is_some() && !self.layers.iter().any(|layer| layer.base) {
            return;
        }
        let own: Vec<&str> = self
            .layers
            .iter()
            .filter(|layer| !layer.base)
            .map(|layer| layer.instruction.as_str())
            .collect();
        let env = |name: &str| {
            let set = |layer: &ImageLayer| {
                let instruction = &layer.instruction;
                instruction.starts_with("ENV ") && instruction.contains(name)
            };
            self.layers.iter().any(set)
        };
        let pip_keeps = !env("PIP_NO_CACHE_DIR");
        for instruction in &own {
            let tool = kept_by(instruction).filter(|tool| *tool != CacheTool::Pip || pip_keeps);
            all.extend(tool.map(|tool| ImageAdvice::CacheKept {
                tool,
                instruction: (*instruction).to_owned(),
            }));
        }
        for runs in own.chunk_by(|one, next| is_run(one) && is_run(next)) {
            if runs.len() > 1 {
                let count = u32::try_from(runs.len()).unwrap_or(u32::MAX);
                all.push(ImageAdvice::RunsApart { count });
            }
        }
    }
}

fn about_sent(from: &BuiltFrom, sent: &Sent, all: &mut Vec<ImageAdvice>) {
    if sent.ignore.is_none() {
        all.push(ImageAdvice::IgnoreMissing {
            path: format!("{}/.dockerignore", from.folder.trim_end_matches('/')),
        });
    }
    let seldom = sent.parts.iter();
    let seldom = seldom.filter(|part| part.size > 0 && SELDOM.contains(&part.name.as_str()));
    all.extend(seldom.map(|part| ImageAdvice::SeldomNeeded {
        name: part.name.clone(),
        size: part.size,
    }));
}

fn is_run(instruction: &str) -> bool {
    instruction.starts_with("RUN ")
}

/// The package manager whose downloads an instruction leaves behind.
fn kept_by(instruction: &str) -> Option<CacheTool> {
    if !is_run(instruction) {
        return None;
    }
    let says = |words: &[&str]| words.iter().any(|word| instruction.contains(word));
    if says(&["apt-get install", "apt install", "apt-get update"]) && !says(&["/var/lib/apt/lists"])
    {
        Some(CacheTool::Apt)
    } else if says(&["pip install", "pip3 install"]) && !says(&["--no-cache-dir", ".cache/pip"]) {
        Some(CacheTool::Pip)
    } else if says(&["npm ci", "npm install", "npm i "]) && !says(&["npm cache clean", ".npm"]) {
        Some(CacheTool::Npm)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Dependency, SentPart, mark_base};

    fn layer(instruction: &str, base: bool) -> ImageLayer {
        ImageLayer {
            instruction: instruction.to_owned(),
            size: 1,
            base,
        }
    }

    fn part(name: &str, size: u64) -> SentPart {
        SentPart {
            name: name.to_owned(),
            files: 1,
            size,
        }
    }

    fn review(layers: &[ImageLayer], sent: Sent) -> ImageReview {
        ImageReview {
            reference: "demo:1".to_owned(),
            id: "sha256:1".to_owned(),
            size: 100,
            wanted: None,
            created: None,
            layers: layers.to_vec(),
            built_from: Some(BuiltFrom {
                folder: "/src/demo".to_owned(),
                dockerfile: "Dockerfile".to_owned(),
                sent: Some(sent),
                dependencies: Vec::new(),
                unread: None,
            }),
            advice: Vec::new(),
        }
    }

    fn ignored(parts: &[SentPart]) -> Sent {
        Sent {
            ignore: Some(".dockerignore".to_owned()),
            parts: parts.to_vec(),
            base: Some("debian:12".to_owned()),
            ..Sent::default()
        }
    }

    #[test]
    fn only_what_begins_with_the_same_layers_has_that_base() {
        let base = [layer("ADD rootfs", false), layer("CMD sh", false)];
        let mut layers = [base.as_slice(), &[layer("RUN make", false)]].concat();
        mark_base(&mut layers, &base);
        let marked: Vec<bool> = layers.iter().map(|layer| layer.base).collect();
        assert_eq!(marked, [true, true, false]);
        let mut other = [layer("ADD other", false), layer("CMD sh", false)];
        mark_base(&mut other, &base);
        assert!(other.iter().all(|layer| !layer.base));
    }

    #[test]
    fn one_that_is_well_made_needs_no_advice() {
        let layers = [
            layer("RUN apt-get install -y python3", true),
            layer("RUN pip install pip", true),
            layer("RUN pip install --no-cache-dir /src", false),
            layer("COPY . .", false),
            layer(
                "RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*",
                false,
            ),
        ];
        let well = review(&layers, ignored(&[part("src", 9), part("tests", 0)]));
        assert_eq!(well.advise(), []);
    }

    #[test]
    fn what_it_leaves_behind_and_what_it_is_given_is_said() {
        let layers = [
            layer("ADD rootfs.tar /", true),
            layer("RUN apt-get install -y git", false),
            layer("RUN pip install demo", false),
            layer("RUN npm ci", false),
        ];
        let sent = Sent {
            ignore: None,
            ..ignored(&[part(".git", 70), part("src", 9), part("tests", 3)])
        };
        let mut bad = review(&layers, sent);
        bad.wanted = Some(99);
        if let Some(from) = &mut bad.built_from {
            from.dependencies = vec![
                Dependency {
                    name: "rich".to_owned(),
                    imported: true,
                },
                Dependency {
                    name: "numpy".to_owned(),
                    imported: false,
                },
            ];
        }
        let kept = |tool, instruction: &str| ImageAdvice::CacheKept {
            tool,
            instruction: instruction.to_owned(),
        };
        let seldom = |name: &str, size| ImageAdvice::SeldomNeeded {
            name: name.to_owned(),
            size,
        };
        assert_eq!(
            bad.advise(),
            [
                ImageAdvice::TooLarge {
                    size: 100,
                    wanted: 99
                },
                kept(CacheTool::Apt, "RUN apt-get install -y git"),
                kept(CacheTool::Pip, "RUN pip install demo"),
                kept(CacheTool::Npm, "RUN npm ci"),
                ImageAdvice::RunsApart { count: 3 },
                ImageAdvice::IgnoreMissing {
                    path: "/src/demo/.dockerignore".to_owned()
                },
                seldom(".git", 70),
                seldom("tests", 3),
                ImageAdvice::NotImported {
                    name: "numpy".to_owned()
                },
            ]
        );
    }

    #[test]
    fn a_cache_that_is_switched_off_is_not_kept() {
        let layers = [
            layer("FROM scratch", true),
            layer("ENV PIP_NO_CACHE_DIR=1", false),
            layer("RUN pip install demo", false),
        ];
        assert_eq!(review(&layers, ignored(&[])).advise(), []);
    }

    #[test]
    fn what_cannot_be_told_from_its_base_is_not_judged() {
        let layers = [
            layer("RUN pip install demo", false),
            layer("RUN true", false),
        ];
        assert_eq!(review(&layers, ignored(&[])).advise(), []);
        let alone = Sent {
            base: None,
            ..ignored(&[])
        };
        assert_eq!(review(&layers, alone).advise().len(), 2);
    }

    #[test]
    fn one_that_was_pulled_is_only_compared_with_what_was_wanted() {
        let mut pulled = review(&[layer("RUN pip install demo", false)], Sent::default());
        pulled.built_from = None;
        assert_eq!(pulled.advise(), []);
        pulled.wanted = Some(100);
        assert_eq!(pulled.advise(), [], "as large as wanted is not too large");
    }
}
