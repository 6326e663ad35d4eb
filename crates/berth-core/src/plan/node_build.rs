//! Node.js projects that are built from a copy of their folder.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::command::{CommandLine, npm_beside};

/// The file whose being there means that a manager's versions are locked.
const NPM_LOCK: &str = "package-lock.json";
const PNPM_LOCK: &str = "pnpm-lock.yaml";

/// The program that gets a project's dependencies and runs its scripts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "manager", rename_all = "snake_case")]
pub enum NodeManager {
    /// npm, which comes with Node.js.
    Npm,
    /// pnpm, which npm gets.
    Pnpm {
        /// Its exact version.
        version: String,
    },
}

impl NodeManager {
    /// The one that a project asks for in `packageManager` of its `package.json`: a name and an exact
    /// version, which a hash can follow (Corepack). npm for all but pnpm: whatever else it is that
    /// made a lock file, npm gets the dependencies too.
    #[must_use]
    pub fn of(asked: Option<&str>) -> Self {
        let pnpm = asked.and_then(|asked| asked.strip_prefix("pnpm@"));
        let version = pnpm.map(|version| version.split('+').next().unwrap_or(version));
        match version.filter(|version| semver::Version::parse(version).is_ok()) {
            Some(version) => Self::Pnpm {
                version: version.to_owned(),
            },
            None => Self::Npm,
        }
    }

    /// The name of its lock file.
    #[must_use]
    pub fn lock_file(&self) -> &'static str {
        match self {
            Self::Npm => NPM_LOCK,
            Self::Pnpm { .. } => PNPM_LOCK,
        }
    }
}

/// How a copy of a project's folder becomes a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NodeBuild {
    /// Absolute path of node; npm is beside it.
    pub program: String,
    /// Absolute path of the project's folder. Nothing is written there.
    pub source: String,
    /// Absolute path of the copy, without what the project's tools made and without `.env` files.
    pub folder: String,
    /// What gets its dependencies.
    pub manager: NodeManager,
    /// Whether the project has the manager's lock file: exactly what is in it is got.
    pub locked: bool,
    /// Scripts of its `package.json`, in the order in which they run.
    pub scripts: Vec<String>,
    /// Absolute path of the file that must be there afterwards, and is started.
    pub main: String,
    /// Absolute path of a link to node, by which it is started: the launcher starts nothing that is
    /// not in the server's own folder.
    pub node: String,
}

impl NodeBuild {
    /// Gets the dependencies, runs the scripts, and takes away what only those needed. Install
    /// scripts of dependencies do not run.
    #[must_use]
    pub fn commands(&self) -> Vec<CommandLine> {
        let install = match (&self.manager, self.locked) {
            (NodeManager::Npm, true) => {
                vec!["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            }
            (NodeManager::Npm, false) => {
                vec!["install", "--ignore-scripts", "--no-audit", "--no-fund"]
            }
            (NodeManager::Pnpm { .. }, true) => {
                vec!["install", "--frozen-lockfile", "--ignore-scripts"]
            }
            (NodeManager::Pnpm { .. }, false) => {
                vec!["install", "--no-frozen-lockfile", "--ignore-scripts"]
            }
        };
        let prune = match &self.manager {
            NodeManager::Npm => vec!["prune", "--omit=dev", "--ignore-scripts", "--no-audit"],
            NodeManager::Pnpm { .. } => vec!["prune", "--prod", "--ignore-scripts"],
        };
        let scripts = self.scripts.iter().map(|script| vec!["run", script]);
        std::iter::once(install)
            .chain(scripts)
            .chain(std::iter::once(prune))
            .map(|words| self.command(&words))
            .collect()
    }

    fn command(&self, words: &[&str]) -> CommandLine {
        let mut args: Vec<String> = match &self.manager {
            NodeManager::Npm => vec!["--prefix".to_owned(), self.folder.clone()],
            NodeManager::Pnpm { version } => [
                "exec",
                "--yes",
                &format!("--package=pnpm@{version}"),
                "--",
                "pnpm",
                "--dir",
                &self.folder,
            ]
            .map(str::to_owned)
            .to_vec(),
        };
        args.extend(words.iter().map(|&word| word.to_owned()));
        CommandLine {
            program: npm_beside(&self.program),
            args,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(asked: Option<&str>, locked: bool) -> NodeBuild {
        NodeBuild {
            program: "/n/bin/node".to_owned(),
            source: "/src/a b".to_owned(),
            folder: "/b/app".to_owned(),
            manager: NodeManager::of(asked),
            locked,
            scripts: vec!["build".to_owned()],
            main: "/b/app/dist/index.js".to_owned(),
            node: "/b/node".to_owned(),
        }
    }

    fn shown(build: &NodeBuild) -> Vec<String> {
        build.commands().iter().map(CommandLine::quoted).collect()
    }

    #[test]
    fn a_project_s_own_manager_is_used_where_it_is_pnpm() {
        let pnpm = |version: &str| NodeManager::Pnpm {
            version: version.to_owned(),
        };
        for (asked, manager) in [
            (None, NodeManager::Npm),
            (Some("npm@11.0.0"), NodeManager::Npm),
            (Some("yarn@4.1.0"), NodeManager::Npm),
            (Some("pnpm@10.29.3"), pnpm("10.29.3")),
            (Some("pnpm@10.29.3+sha512.0a1b"), pnpm("10.29.3")),
            (Some("pnpm@latest"), NodeManager::Npm),
            (Some("pnpm@10.0.0 --evil"), NodeManager::Npm),
        ] {
            assert_eq!(NodeManager::of(asked), manager, "{asked:?}");
        }
    }

    #[test]
    fn what_is_locked_is_got_as_it_is_locked() {
        let npm = shown(&build(None, true));
        assert_eq!(
            npm,
            [
                "/n/bin/npm --prefix /b/app ci --ignore-scripts --no-audit --no-fund",
                "/n/bin/npm --prefix /b/app run build",
                "/n/bin/npm --prefix /b/app prune --omit=dev --ignore-scripts --no-audit",
            ]
        );
        assert!(shown(&build(None, false))[0].contains(" install --ignore-scripts"));
        let pnpm = shown(&build(Some("pnpm@10.29.3"), true));
        let with = "/n/bin/npm exec --yes --package=pnpm@10.29.3 -- pnpm --dir /b/app";
        assert_eq!(
            pnpm,
            [
                format!("{with} install --frozen-lockfile --ignore-scripts"),
                format!("{with} run build"),
                format!("{with} prune --prod --ignore-scripts"),
            ]
        );
        assert!(shown(&build(Some("pnpm@10.29.3"), false))[0].contains("--no-frozen-lockfile"));
    }
}
