//! The plan of an installation: a pure function of entry, choices, facts and what is around.

use std::collections::BTreeMap;
use std::path::Path;

use super::remove::items;
use super::render::Values;
use super::{Choices, Plan, Purpose, Step, VaultItem, Warning, variants};
use crate::catalog::template::{Known, Part};
use crate::catalog::{
    ContainerSpec, Entry, MountSource, NodeSpec, PythonSpec, Run, RunsIn, Variant,
};
use crate::client::{LauncherCommand, RegistrationSummary};
use crate::error::{Error, ErrorCode, Result};
use crate::facts::{Fact, Facts, Platform};
use crate::input::{InputValue, InputValues, PathGrant};
use crate::plan::command::{venv_programs, venv_python};
use crate::server::{
    ContainerLaunch, DataPlace, Hardening, Installation, Launch, Mount, Pin, SecretUse, check_name,
};

/// What is around: read through the ports beforehand, so that planning itself is pure.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Identifier of the new generation.
    pub generation: String,
    /// Now (RFC 3339, UTC).
    pub now: String,
    /// Berth's home.
    pub home: String,
    /// The operating system.
    pub platform: Platform,
    /// User and group of the person, where there are such numbers.
    pub user_ids: Option<(u32, u32)>,
    /// The command to register.
    pub command: LauncherCommand,
    /// The same command by the launcher's absolute path, to start it ourselves.
    pub start: LauncherCommand,
    /// The installation that has the name now.
    pub old: Option<Installation>,
    /// Registrations of that name, at every place that was looked at.
    pub registrations: Vec<RegistrationSummary>,
    /// The reference by which the variant's image is on this computer already, of the digest that
    /// the entry asks for, if it asks for one.
    pub image: Option<String>,
}

/// Plans an installation or a reconfiguration. The values of `choices.inputs` have been checked
/// (see [`crate::input::check_all`]).
pub fn install(
    entry: &Entry,
    choices: &Choices,
    facts: &Facts,
    around: &Surroundings,
) -> Result<Plan> {
    let name = choices.name.clone().unwrap_or_else(|| entry.id.clone());
    check_name(&name)?;
    if choices.place.scope.needs_project() && choices.place.project.is_none() {
        return Err(Error::new(ErrorCode::ProjectNeeded));
    }
    refuse_conflicts(&name, choices, around)?;
    let variant = chosen_variant(entry, choices, facts)?;
    let job = Planning {
        entry,
        variant,
        choices,
        facts,
        around,
        name,
    };
    job.plan()
}

fn refuse_conflicts(name: &str, choices: &Choices, around: &Surroundings) -> Result<()> {
    if choices.replace {
        return Ok(());
    }
    if around.old.is_some() {
        return Err(Error::new(ErrorCode::NameTaken {
            name: name.to_owned(),
        }));
    }
    match around
        .registrations
        .iter()
        .find(|found| found.place == choices.place)
    {
        Some(found) => Err(Error::new(ErrorCode::AlreadyRegistered {
            name: name.to_owned(),
            scope: found.place.scope,
        })),
        None => Ok(()),
    }
}

fn chosen_variant<'a>(entry: &'a Entry, choices: &Choices, facts: &Facts) -> Result<&'a Variant> {
    let id = match &choices.variant {
        Some(id) => id.clone(),
        // Nothing can be installed: the first variant says why.
        None => variants::default_variant(entry, facts)
            .or_else(|| entry.variants.first().map(|variant| variant.id.clone()))
            .unwrap_or_default(),
    };
    let variant = entry.variant(&id).ok_or_else(|| {
        Error::new(ErrorCode::VariantUnknown {
            entry: entry.id.clone(),
            variant: id.clone(),
        })
    })?;
    match variants::state(variant, facts).missing {
        Some(missing) => Err(missing),
        None => Ok(variant),
    }
}

struct Planning<'a> {
    entry: &'a Entry,
    variant: &'a Variant,
    choices: &'a Choices,
    facts: &'a Facts,
    around: &'a Surroundings,
    name: String,
}

/// What a kind of variant adds to the plan.
struct Prepared {
    steps: Vec<Step>,
    launch: Launch,
    pins: Vec<Pin>,
    folder: Option<String>,
    data: Vec<DataPlace>,
    env: BTreeMap<String, String>,
}

impl Planning<'_> {
    fn plan(&self) -> Result<Plan> {
        let mut prepared = match &self.variant.run {
            Run::Python(spec) => self.python(spec)?,
            Run::Node(spec) => self.node(spec)?,
            Run::Image(spec) => self.container(spec)?,
            _ => return Err(Error::internal("this kind of variant has no plan")),
        };
        let secrets = self.secrets(&prepared.env)?;
        let mut steps = std::mem::take(&mut prepared.steps);
        steps.extend(self.secret_steps(&secrets)?);
        let installation = self.installation(prepared, secrets);
        let warnings = self.warnings(&installation);
        let (name, place) = (self.name.clone(), self.choices.place.clone());
        let command = self.around.command.clone();
        let replaces = self.around.old.as_ref().map(|old| old.generation.clone());
        steps.push(Step::WriteInstallation {
            installation: Box::new(installation),
            replaces,
        });
        let there = self
            .around
            .registrations
            .iter()
            .find(|found| found.place == place);
        steps.push(Step::Register {
            name: name.clone(),
            place: place.clone(),
            command,
            replaces: there.cloned(),
        });
        steps.push(Step::Verify {
            name: name.clone(),
            command: self.around.start.clone(),
            place: Some(place),
            startup_seconds: self.entry.startup_seconds,
            credential_check: self.entry.credential_check.clone(),
        });
        steps.extend(self.clean_up_steps());
        Ok(Plan {
            purpose: if self.around.old.is_some() {
                Purpose::Reconfigure
            } else {
                Purpose::Install
            },
            name,
            entry: self.entry.id.clone(),
            variant: self.variant.id.clone(),
            steps,
            warnings,
        })
    }

    fn python(&self, spec: &PythonSpec) -> Result<Prepared> {
        let Some((tool, program)) = variants::python(self.facts, &spec.requires) else {
            let needed = spec.requires.clone();
            return Err(Error::new(ErrorCode::PythonMissing { needed }));
        };
        let folder = self.folder();
        let venv = join(&folder, "venv");
        let script = join(
            &venv_programs(&venv),
            &self.executable(&spec.script, ".exe"),
        );
        let mut requirements = vec![format!("{}=={}", spec.package, spec.version)];
        requirements.extend(spec.pins.iter().cloned());
        let steps = vec![
            Step::CreateFolder {
                path: folder.clone(),
            },
            Step::CreateVenv {
                tool,
                program: program.path.clone(),
                requires: spec.requires.clone(),
                venv: venv.clone(),
            },
            Step::InstallPython {
                tool,
                program: match tool {
                    super::PythonTool::Uv => program.path.clone(),
                    super::PythonTool::Pip => venv_python(&venv),
                },
                venv,
                requirements,
                script: script.clone(),
            },
        ];
        let pin = Pin {
            what: spec.package.clone(),
            version: spec.version.clone(),
            digest: None,
        };
        self.process(
            steps,
            folder,
            script,
            Vec::new(),
            pin,
            &spec.args,
            &spec.env,
        )
    }

    fn node(&self, spec: &NodeSpec) -> Result<Prepared> {
        let Some(node) = self.facts.node.found() else {
            let needed = spec.requires.clone();
            return Err(Error::new(ErrorCode::NodeMissing { needed }));
        };
        let folder = self.folder();
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
                version: spec.version.clone(),
                bin: bin.clone(),
            },
        ];
        let beside = Path::new(&node.path).parent();
        let path = beside
            .map(|folder| folder.to_string_lossy().into_owned())
            .into_iter()
            .collect();
        let pin = Pin {
            what: spec.package.clone(),
            version: spec.version.clone(),
            digest: None,
        };
        self.process(steps, folder, bin, path, pin, &spec.args, &spec.env)
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
            },
            pins: vec![pin],
            folder: Some(folder),
            data: uses_data
                .then_some(DataPlace::Folder { path: data })
                .into_iter()
                .collect(),
            env: templates,
        })
    }

    fn container(&self, spec: &ContainerSpec) -> Result<Prepared> {
        let (tag, version) = split_tag(&spec.image);
        // An image that is here is used as it is.
        let step = match &self.around.image {
            Some(reference) => Step::UseImage {
                reference: reference.clone(),
            },
            None => Step::PullImage {
                reference: spec.image.clone(),
                digest: spec.digest.clone(),
            },
        };
        let mut inside = BTreeMap::new();
        let mut mounts = Vec::new();
        let mut data = Vec::new();
        for mount in &spec.mounts {
            match &mount.source {
                MountSource::Input { input } => {
                    let grants = grants(&self.choices.inputs, input);
                    let targets = targets(&mount.target, &grants, self.takes_several(input));
                    mounts.extend(
                        grants
                            .iter()
                            .zip(&targets)
                            .map(|(grant, target)| Mount::Bind {
                                source: grant.path.clone(),
                                target: target.clone(),
                                access: grant.access,
                            }),
                    );
                    inside.insert(input.clone(), targets);
                }
                MountSource::Volume { holds } => {
                    let name = format!("berth-{}-{}", self.name, data.len() + 1);
                    data.push(DataPlace::Volume {
                        name: name.clone(),
                        holds: holds.clone(),
                    });
                    mounts.push(Mount::Volume {
                        name,
                        target: mount.target.clone(),
                    });
                }
            }
        }
        // A container's user is a user of this machine only where the engine runs as root on it.
        let rootful = self
            .facts
            .engine
            .found()
            .is_some_and(|engine| engine.rootful_here);
        let ids = self
            .around
            .user_ids
            .filter(|_| rootful)
            .map(|(u, g)| format!("{u}:{g}"));
        let values = Values {
            inputs: &self.choices.inputs,
            paths: &inside,
            data: "",
            user: ids.as_deref(),
            separator: ":",
        };
        let (env, templates) = self.environment(&spec.env, &values)?;
        let user = match &spec.user {
            Some(template) => values.single(template)?,
            None => None,
        };
        let launch = ContainerLaunch {
            image: spec.image.clone(),
            image_id: String::new(),
            entrypoint: spec.entrypoint.clone(),
            args: values.arguments(&spec.args)?,
            env,
            mounts,
            hardening: Hardening {
                read_only_root: !spec.writable_root,
                pids: spec.pids,
                memory_mib: spec.memory_mib,
                cpus: spec.cpus,
                network: spec.network,
                user,
                ..Hardening::default()
            },
        };
        Ok(Prepared {
            steps: vec![step],
            launch: Launch::Container(Box::new(launch)),
            pins: vec![Pin {
                what: tag,
                version,
                digest: spec.digest.clone(),
            }],
            folder: None,
            data,
            env: templates,
        })
    }

    /// Environment without secrets, and the templates of the variables that hold one.
    fn environment(
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
        Ok(super::render::parts(template)?
            .iter()
            .filter_map(Part::key)
            .find_map(|key| {
                let spec = self.entry.input(key)?;
                spec.kind.is_secret().then(|| key.to_owned())
            }))
    }

    /// The secrets that this variant uses and that are given now or kept.
    fn secrets(&self, env: &BTreeMap<String, String>) -> Result<Vec<SecretUse>> {
        let mut uses = Vec::new();
        for (variable, template) in env {
            let Some(input) = self.secret_of(template)? else {
                continue;
            };
            if self.given(&input) || self.kept(&input) {
                uses.push(SecretUse {
                    env: variable.clone(),
                    template: template.clone(),
                    input,
                });
            }
        }
        Ok(uses)
    }

    fn given(&self, input: &str) -> bool {
        self.choices
            .secrets
            .get(input)
            .is_some_and(|value| !value.is_empty())
    }

    fn kept(&self, input: &str) -> bool {
        let old = self.around.old.as_ref();
        old.is_some_and(|old| {
            old.entry == self.entry.id && old.secrets.iter().any(|secret| secret.input == input)
        })
    }

    fn secret_steps(&self, secrets: &[SecretUse]) -> Result<Vec<Step>> {
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
                match &self.around.old {
                    Some(old) if !self.given(input) => Step::KeepSecret {
                        input: input.clone(),
                        from: item(&old.generation, input),
                        to,
                    },
                    _ => Step::StoreSecret {
                        input: input.clone(),
                        item: to,
                    },
                }
            })
            .collect())
    }

    fn installation(&self, prepared: Prepared, secrets: Vec<SecretUse>) -> Installation {
        let inputs = self
            .entry
            .inputs_of(&self.variant.id)
            .filter_map(|spec| {
                let value = self.choices.inputs.get(&spec.key)?;
                Some((spec.key.clone(), value.clone()))
            })
            .collect();
        Installation {
            name: self.name.clone(),
            generation: self.around.generation.clone(),
            entry: self.entry.id.clone(),
            title: self.entry.title.clone(),
            variant: self.variant.id.clone(),
            variant_title: self.variant.title.clone(),
            pins: prepared.pins,
            launch: prepared.launch,
            seal: String::new(),
            secrets,
            inputs,
            places: vec![self.choices.place.clone()],
            folder: prepared.folder,
            data: self.all_data(prepared.data),
            tools: Vec::new(),
            tools_hash: None,
            startup_seconds: self.entry.startup_seconds,
            installed_at: self.around.now.clone(),
            verified_at: None,
            last_error: None,
        }
    }

    /// What the new generation keeps, and what the one before kept: both go when the server is
    /// removed with its data.
    fn all_data(&self, mut data: Vec<DataPlace>) -> Vec<DataPlace> {
        let old = self.around.old.iter().flat_map(|old| &old.data);
        for place in old {
            let known = data.iter().any(|other| match (other, place) {
                (DataPlace::Volume { name, .. }, DataPlace::Volume { name: old, .. }) => {
                    name == old
                }
                (other, place) => other == place,
            });
            if !known {
                data.push(place.clone());
            }
        }
        data
    }

    /// What is left of the generation that is replaced, once the new one was verified.
    fn clean_up_steps(&self) -> Vec<Step> {
        let Some(old) = &self.around.old else {
            return Vec::new();
        };
        let mut steps: Vec<Step> = old
            .places
            .iter()
            .filter(|place| **place != self.choices.place)
            .map(|place| Step::Unregister {
                name: self.name.clone(),
                place: place.clone(),
            })
            .collect();
        let items = items(old);
        if !items.is_empty() {
            steps.push(Step::DeleteSecrets { items });
        }
        if let Some(path) = &old.folder {
            steps.push(Step::DeleteFolder { path: path.clone() });
        }
        steps.push(Step::ForgetGeneration {
            name: self.name.clone(),
            generation: old.generation.clone(),
        });
        steps
    }

    fn warnings(&self, installation: &Installation) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let container = self.variant.runs_in() == RunsIn::Container;
        if !container {
            warnings.push(Warning::LessIsolated);
        } else if !installation.secrets.is_empty() {
            warnings.push(Warning::SecretsInEnvironment);
        }
        let shared = self.choices.place.scope == crate::client::Scope::Project;
        if shared && self.facts.launcher_on_path.found().is_none() {
            warnings.push(Warning::LauncherNotOnPath);
        }
        for found in &self.around.registrations {
            let place = found.place.clone();
            if place != self.choices.place {
                let ours = self
                    .around
                    .old
                    .as_ref()
                    .is_some_and(|o| o.places.contains(&place));
                if !ours {
                    warnings.push(Warning::Shadowed { place });
                }
            } else if !found.is_berths {
                warnings.push(Warning::ReplacesForeign { place });
            }
        }
        let paths: Vec<String> = installation
            .inputs
            .values()
            .filter_map(|value| match value {
                InputValue::Paths(grants) => Some(grants.iter().map(|grant| grant.path.clone())),
                _ => None,
            })
            .flatten()
            .collect();
        if !paths.is_empty() {
            warnings.push(Warning::Grants { paths });
        }
        warnings
    }

    fn takes_several(&self, input: &str) -> bool {
        self.entry.input(input).is_some_and(|spec| {
            matches!(
                spec.kind,
                crate::catalog::InputKind::Folder { multiple: true, .. }
            )
        })
    }

    fn folder(&self) -> String {
        let folder = join(&join(&self.around.home, "installations"), &self.name);
        join(&folder, &self.around.generation)
    }

    fn data_folder(&self) -> String {
        join(&join(&self.around.home, "data"), &self.name)
    }

    fn executable(&self, name: &str, windows: &str) -> String {
        if self.around.platform == Platform::Windows {
            format!("{name}{windows}")
        } else {
            name.to_owned()
        }
    }
}

fn mentions_data<'a>(templates: impl Iterator<Item = &'a String>) -> Result<bool> {
    for template in templates {
        if super::render::parts(template)?.contains(&Part::Known(Known::Data)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn grants(inputs: &InputValues, key: &str) -> Vec<PathGrant> {
    match inputs.get(key) {
        Some(InputValue::Paths(grants)) => grants.clone(),
        _ => Vec::new(),
    }
}

fn own_paths(inputs: &InputValues) -> BTreeMap<String, Vec<String>> {
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

/// Where each folder is seen inside a container: below the target under its own name, made unique.
fn targets(target: &str, grants: &[PathGrant], several: bool) -> Vec<String> {
    if !several {
        return grants.iter().map(|_| target.to_owned()).collect();
    }
    let mut used: Vec<String> = Vec::new();
    for grant in grants {
        let own = grant
            .path
            .rsplit(['/', '\\'])
            .find(|part| !part.is_empty())
            .unwrap_or("folder");
        let base = format!("{}/{own}", target.trim_end_matches('/'));
        let mut unique = base.clone();
        let mut number = 2;
        while used.contains(&unique) {
            unique = format!("{base}-{number}");
            number += 1;
        }
        used.push(unique);
    }
    used
}

/// Repository and tag: a colon after the last slash begins the tag.
fn split_tag(image: &str) -> (String, String) {
    let (name, digest) = image.split_once('@').unwrap_or((image, ""));
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository.to_owned(), tag.to_owned()),
        _ if digest.is_empty() => (name.to_owned(), "latest".to_owned()),
        _ => (name.to_owned(), digest.to_owned()),
    }
}

fn join(folder: &str, name: &str) -> String {
    Path::new(folder).join(name).to_string_lossy().into_owned()
}

#[cfg(test)]
#[path = "install_tests.rs"]
mod tests;
