//! Variants that run as processes of this computer.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Planning, Prepared, below, grants, join};
use crate::catalog::template::{Known, Part};
use crate::catalog::{NodeSpec, PythonSpec};
use crate::error::{Error, ErrorCode, Result};
use crate::facts::Platform;
use crate::input::InputValues;
use crate::plan::command::{editable, venv_programs, venv_python};
use crate::plan::render::{Values, parts};
use crate::plan::{NodeBuild, NodeManager, PythonTool, Step, variants};
use crate::server::{DataPlace, Launch, Pin};

impl Planning<'_> {
    pub(super) fn python(&self, spec: &PythonSpec) -> Result<Prepared> {
        let missing = |needed: &str| {
            let needed = needed.to_owned();
            Error::new(ErrorCode::PythonMissing { needed })
        };
        let (tool, program) =
            variants::python(self.facts, &spec.requires).ok_or_else(|| missing(&spec.requires))?;
        let own = self
            .around
            .project
            .as_ref()
            .and_then(|it| it.requires.as_deref());
        let requires = match own {
            Some(own) if tool == PythonTool::Pip && !variants::fits(&program.version, own) => {
                return Err(missing(own));
            }
            Some(own) if is_specifier(own) && own != spec.requires => {
                format!("{},{own}", spec.requires)
            }
            _ => spec.requires.clone(),
        };
        let folder = self.folder();
        let venv = join(&folder, "venv");
        let script = join(
            &venv_programs(&venv),
            &self.executable(&spec.script, ".exe"),
        );
        let mut source = None;
        let (package, version) = match (&spec.source, &spec.version) {
            (Some(input), _) => {
                let folder = self.source(input)?;
                let extras = spec.package.find('[').map_or("", |at| &spec.package[at..]);
                let said = self
                    .around
                    .project
                    .as_ref()
                    .and_then(|it| it.version.clone());
                let version = said.unwrap_or_else(|| "source".to_owned());
                source = Some(folder.clone());
                (editable(&folder, extras), version)
            }
            (None, Some(version)) => (format!("{}=={version}", spec.package), version.clone()),
            (None, None) => return Err(Error::internal("a package has no version")),
        };
        let mut requirements = vec![package];
        requirements.extend(spec.pins.iter().cloned());
        let steps = vec![
            Step::CreateFolder {
                path: folder.clone(),
            },
            Step::CreateVenv {
                tool,
                program: program.path.clone(),
                requires,
                venv: venv.clone(),
            },
            Step::InstallPython {
                tool,
                program: match tool {
                    PythonTool::Uv => program.path.clone(),
                    PythonTool::Pip => venv_python(&venv),
                },
                venv,
                requirements,
                script: script.clone(),
            },
        ];
        let pin = Pin {
            what: spec.package.clone(),
            version,
            digest: None,
        };
        let compiled = join(&folder, "pycache");
        let mut prepared = self.process(
            steps,
            folder,
            script,
            Vec::new(),
            pin,
            &spec.args,
            &spec.env,
        )?;
        if let Launch::Process {
            source: from, env, ..
        } = &mut prepared.launch
            && source.is_some()
        {
            *from = source;
            // Python would write what it compiles beside the person's code.
            env.entry("PYTHONPYCACHEPREFIX".to_owned())
                .or_insert(compiled);
        }
        Ok(prepared)
    }

    /// The source folder that was chosen.
    fn source(&self, input: &str) -> Result<String> {
        let chosen = grants(&self.choices.inputs, input);
        chosen
            .into_iter()
            .next()
            .map(|grant| grant.path)
            .ok_or_else(|| {
                Error::new(ErrorCode::InputMissing {
                    input: input.to_owned(),
                })
            })
    }

    pub(super) fn node(&self, spec: &NodeSpec) -> Result<Prepared> {
        let Some(node) = self.facts.node.found() else {
            let needed = spec.requires.clone();
            return Err(Error::new(ErrorCode::NodeMissing { needed }));
        };
        if let Some(input) = &spec.source {
            return self.node_source(spec, &node.path, self.source(input)?);
        }
        let folder = self.folder();
        let version = spec.version.clone();
        let version = version.ok_or_else(|| Error::internal("a package has no version"))?;
        let bin = join(
            &join(&folder, "node_modules/.bin"),
            &self.executable(&spec.bin, ".cmd"),
        );
        let steps = vec![
            Step::CreateFolder {
                path: folder.clone(),
            },
            Step::InstallNode {
                program: node.path.clone(),
                folder: folder.clone(),
                package: spec.package.clone(),
                version: version.clone(),
                bin: bin.clone(),
            },
        ];
        let pin = Pin {
            what: spec.package.clone(),
            version,
            digest: None,
        };
        let path = beside(&node.path);
        self.process(steps, folder, bin, path, pin, &spec.args, &spec.env)
    }

    /// A project that is built from a copy of its folder.
    fn node_source(&self, spec: &NodeSpec, node: &str, source: String) -> Result<Prepared> {
        let project = self.around.project.clone().unwrap_or_default();
        let fits = |needed: &String| {
            let found = self.facts.node.found();
            found.is_some_and(|node| variants::fits(&node.version, needed))
        };
        // A range that Berth cannot read is the project's own tools' to judge.
        let needed = project.requires.filter(|needed| is_range(needed));
        if let Some(needed) = needed.filter(|needed| !fits(needed)) {
            return Err(Error::new(ErrorCode::NodeMissing { needed }));
        }
        let folder = self.folder();
        let copy = join(&folder, "app");
        let main = below(&copy, &spec.bin);
        let build = NodeBuild {
            program: node.to_owned(),
            source,
            folder: copy,
            manager: NodeManager::of(project.manager.as_deref()),
            locked: self.around.locked,
            scripts: spec.build.clone(),
            main: main.clone(),
            node: join(&folder, &self.executable("node", ".exe")),
        };
        let program = build.node.clone();
        let steps = vec![
            Step::CreateFolder {
                path: folder.clone(),
            },
            Step::BuildNode {
                build: Box::new(build),
            },
        ];
        let pin = Pin {
            what: spec.package.clone(),
            version: project.version.unwrap_or_else(|| "source".to_owned()),
            digest: None,
        };
        let path = beside(node);
        let mut prepared =
            self.process(steps, folder, program, path, pin, &spec.args, &spec.env)?;
        if let Launch::Process { args, .. } = &mut prepared.launch {
            args.insert(0, main);
        }
        Ok(prepared)
    }

    #[allow(clippy::too_many_arguments)]
    fn process(
        &self,
        mut steps: Vec<Step>,
        folder: String,
        program: String,
        path: Vec<String>,
        pin: Pin,
        args: &[String],
        env: &BTreeMap<String, String>,
    ) -> Result<Prepared> {
        let own = own_paths(&self.choices.inputs);
        let data = self.data_folder();
        let separator = if self.around.platform == Platform::Windows {
            ";"
        } else {
            ":"
        };
        let values = Values {
            inputs: &self.choices.inputs,
            paths: &own,
            data: &data,
            user: None,
            separator,
        };
        let uses_data = mentions_data(args.iter().chain(env.values()))?;
        let args = values.arguments(args)?;
        let (plain, templates) = self.environment(env, &values)?;
        if uses_data {
            steps.insert(0, Step::DataFolder { path: data.clone() });
        }
        Ok(Prepared {
            steps,
            launch: Launch::Process {
                program,
                args,
                env: plain,
                folder: folder.clone(),
                path,
                source: None,
            },
            pins: vec![pin],
            folder: Some(folder),
            data: uses_data
                .then_some(DataPlace::Folder { path: data })
                .into_iter()
                .collect(),
            env: templates,
            headers: BTreeMap::new(),
            services: Vec::new(),
        })
    }

    fn executable(&self, name: &str, windows: &str) -> String {
        if self.around.platform == Platform::Windows {
            format!("{name}{windows}")
        } else {
            name.to_owned()
        }
    }
}

/// The folder that a program is in, for the PATH of what it starts.
fn beside(program: &str) -> Vec<String> {
    let folder = Path::new(program).parent();
    let folder = folder.map(|folder| folder.to_string_lossy().into_owned());
    folder.into_iter().collect()
}

/// Whether this is a range that Berth reads as npm does: npm's own have more forms.
fn is_range(requires: &str) -> bool {
    let parts = || requires.split(',');
    semver::VersionReq::parse(requires).is_ok() && parts().all(|part| part.trim().starts_with('>'))
}

/// Whether uv reads this as a range of versions (`>=3.11,<4`); other tools have other forms.
fn is_specifier(requires: &str) -> bool {
    let signs = ['<', '>', '=', '!', '~'];
    requires.split(',').all(|part| {
        let part = part.trim();
        part.starts_with(signs) && part.ends_with(|c: char| c.is_ascii_digit() || c == '*')
    })
}

fn mentions_data<'a>(templates: impl Iterator<Item = &'a String>) -> Result<bool> {
    for template in templates {
        if parts(template)?.contains(&Part::Known(Known::Data)) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn own_paths(inputs: &InputValues) -> BTreeMap<String, Vec<String>> {
    inputs
        .keys()
        .map(|key| {
            let paths = grants(inputs, key)
                .into_iter()
                .map(|grant| grant.path)
                .collect();
            (key.clone(), paths)
        })
        .filter(|(_, paths): &(String, Vec<String>)| !paths.is_empty())
        .collect()
}
