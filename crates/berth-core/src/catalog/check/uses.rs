//! Which inputs a variant uses, and for what.

use std::collections::{BTreeMap, BTreeSet};

use super::super::template::{Known, Part, parse};
use super::super::{ContainerSpec, Entry, InputKind, InputSpec, MountSource, Variant};
use super::words::{is_container_path, is_inside, is_path, is_source, is_variable};
use super::{inputs, not_blank, remote, unique};

/// Variables through which a program could be made to load other code than the pinned one, or
/// that Berth itself sets.
const RESERVED_PREFIXES: [&str; 3] = ["LD_", "DYLD_", "BERTH_"];
const RESERVED_FOR_PROCESSES: [&str; 8] = [
    "HOME",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "SYSTEMROOT",
    "USERPROFILE",
];
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Process,
    Container,
    Elsewhere,
}

/// Follows which inputs a variant uses.
pub(super) struct Uses<'a> {
    inputs: Vec<&'a InputSpec>,
    entry: &'a Entry,
    installable: bool,
    place: Place,
    mounted: BTreeSet<&'a str>,
    /// Those of which something else is used than their value: a source folder that an image is
    /// built from, that is mounted in part, or that is installed in place.
    pub(super) parts: BTreeSet<&'a str>,
    /// Those that have been used so far.
    used: BTreeSet<String>,
}

impl<'a> Uses<'a> {
    pub(super) fn of(entry: &'a Entry, variant: &'a Variant, place: Place) -> Self {
        Self {
            inputs: entry.inputs_of(&variant.id).collect(),
            entry,
            installable: variant.planned.is_none(),
            place,
            mounted: BTreeSet::new(),
            parts: BTreeSet::new(),
            used: BTreeSet::new(),
        }
    }

    /// A source folder that is installed in place.
    pub(super) fn in_place(&mut self, key: &'a str, found: &mut Vec<String>) {
        if let Some(spec) = self.input(key, found)
            && !matches!(spec.kind, InputKind::Source { .. })
        {
            found.push(format!(
                "is installed from `{key}`, which is no source folder"
            ));
        }
        self.parts.insert(key);
    }

    pub(super) fn input(&self, key: &str, found: &mut Vec<String>) -> Option<&'a InputSpec> {
        let input = self.inputs.iter().find(|input| input.key == key).copied();
        if input.is_none() {
            found.push(if self.entry.input(key).is_some() {
                format!("uses the input `{key}`, which is not asked for this variant")
            } else {
                format!("uses the input `{key}`, which is not declared")
            });
        }
        input
    }

    fn mounts(&mut self, spec: &'a ContainerSpec, found: &mut Vec<String>) {
        unique(
            "mounts",
            spec.mounts.iter().map(|mount| mount.target.clone()),
            found,
        );
        let mut sockets = 0;
        for mount in &spec.mounts {
            if !is_container_path(&mount.target) {
                found.push(format!(
                    "the mount target `{}` is not an absolute path inside the container",
                    mount.target
                ));
            }
            if let Some(when) = &mount.when
                && let Some(other) = self.input(&when.input, found)
            {
                inputs::condition(when, other, found);
                self.used.insert(when.input.clone());
            }
            match &mount.source {
                MountSource::EngineSocket {} => {
                    sockets += 1;
                    if sockets > 1 {
                        found.push("mounts the engine's socket twice".to_owned());
                    }
                }
                MountSource::Volume { holds, .. } => not_blank("a volume's `holds`", holds, found),
                MountSource::Input {
                    input,
                    folder: Some(folder),
                } => {
                    let kind = self.input(input, found).map(|spec| &spec.kind);
                    if !kind.is_none_or(is_source) {
                        found.push(format!(
                            "mounts a folder of `{input}`, which is no source folder"
                        ));
                    }
                    if !is_inside(folder) {
                        found.push(format!(
                            "mounts `{folder}`, which is not a path inside `{input}`"
                        ));
                    }
                    self.parts.insert(input);
                }
                MountSource::Input {
                    input,
                    folder: None,
                } => {
                    if let Some(spec) = self.input(input, found)
                        && !is_path(&spec.kind)
                    {
                        found.push(format!("mounts `{input}`, which is no file or folder"));
                    }
                    if !self.mounted.insert(input) {
                        found.push(format!("mounts `{input}` twice"));
                    }
                }
            }
        }
    }

    /// One of the containers that a variant is made of.
    pub(super) fn container(&mut self, spec: &'a ContainerSpec, found: &mut Vec<String>) {
        self.mounted.clear();
        self.parts
            .extend(spec.build.iter().map(|build| build.source.as_str()));
        self.mounts(spec, found);
        let headers = remote::http(spec, found);
        self.strings(&spec.args, &spec.env, headers, found);
    }

    /// Checks arguments, environment and headers.
    pub(super) fn strings(
        &mut self,
        args: &[String],
        env: &BTreeMap<String, String>,
        headers: &BTreeMap<String, String>,
        found: &mut Vec<String>,
    ) {
        let mut used = std::mem::take(&mut self.used);
        used.extend(self.mounted.union(&self.parts).map(|key| (*key).to_owned()));
        // One that decides what else is asked for has its use in that.
        let conditions = self.inputs.iter().filter_map(|input| input.when.as_ref());
        used.extend(conditions.map(|when| when.input.clone()));
        for arg in args {
            let mut problems = Vec::new();
            self.template(arg, false, &mut used, &mut problems);
            found.extend(
                problems
                    .into_iter()
                    .map(|problem| format!("the argument `{arg}` {problem}")),
            );
        }
        for name in env.keys() {
            self.variable(name, found);
        }
        for name in headers.keys() {
            remote::header(name, found);
        }
        let env = env.iter().map(|each| ("variable", each));
        let headers = headers.iter().map(|each| ("header", each));
        for (what, (name, value)) in env.chain(headers) {
            let mut problems = Vec::new();
            self.template(value, true, &mut used, &mut problems);
            found.extend(
                problems
                    .into_iter()
                    .map(|problem| format!("the {what} `{name}` {problem}")),
            );
        }
        self.used = used;
    }

    /// That every input which is asked for is used.
    pub(super) fn all_used(&self, found: &mut Vec<String>) {
        for input in &self.inputs {
            // A planned one may ask for what its kind will use, such as the source folder.
            if self.installable && !self.used.contains(&input.key) {
                found.push(format!("asks for `{}` and does not use it", input.key));
            }
        }
    }

    fn variable(&self, name: &str, found: &mut Vec<String>) {
        let upper = name.to_ascii_uppercase();
        let reserved = RESERVED_PREFIXES
            .iter()
            .any(|prefix| upper.starts_with(prefix))
            || (self.place == Place::Process && RESERVED_FOR_PROCESSES.contains(&upper.as_str()));
        if !is_variable(name) {
            found.push(format!("`{name}` cannot be a variable's name"));
        } else if reserved {
            found.push(format!("the variable `{name}` is reserved"));
        }
    }

    fn template(
        &mut self,
        text: &str,
        in_env: bool,
        used: &mut BTreeSet<String>,
        found: &mut Vec<String>,
    ) {
        let parts = match parse(text) {
            Ok(parts) => parts,
            Err(problem) => {
                found.push(problem);
                return;
            }
        };
        let mut keys = BTreeSet::new();
        let mut secret = None;
        let mut several = BTreeSet::new();
        for part in &parts {
            match part {
                Part::Text(_) => {}
                Part::Known(Known::User) => {
                    found.push("can have {{berth.user}} in `user` only".to_owned());
                }
                Part::Known(Known::Data) => {
                    if self.place == Place::Elsewhere {
                        found.push("has {{berth.data}}, which is of this computer".to_owned());
                    } else if self.place == Place::Container {
                        found.push(
                            "has {{berth.data}}; in a container, mount a volume and name its path"
                                .to_owned(),
                        );
                    }
                    keys.insert("berth.data".to_owned());
                }
                Part::Value(key) | Part::Switch { key, .. } => {
                    keys.insert(key.clone());
                    used.insert(key.clone());
                    let Some(spec) = self.input(key, found) else {
                        continue;
                    };
                    let is_switch = matches!(part, Part::Switch { .. });
                    if is_switch && spec.kind.is_secret() {
                        found.push(format!("switches on `{key}`, which is a secret"));
                    }
                    if spec.kind.is_secret() {
                        secret = Some(key.clone());
                    }
                    if matches!(spec.kind, InputKind::Folder { multiple: true, .. }) {
                        several.insert(key.clone());
                    }
                    let hidden = self.place == Place::Container
                        && is_path(&spec.kind)
                        && !self.mounted.contains(key.as_str());
                    if hidden {
                        found.push(format!("names `{key}`, which is not mounted"));
                    }
                    if self.place == Place::Elsewhere && is_path(&spec.kind) {
                        found.push(format!("names `{key}`, a path of this computer"));
                    }
                }
            }
        }
        if several.len() > 1 {
            found.push("names two inputs with several values".to_owned());
        }
        match secret {
            Some(key) if !in_env => {
                found.push(format!("holds the secret `{key}`; secrets go into `env`"));
            }
            Some(_) if keys.len() > 1 => {
                found.push("mixes a secret with another input".to_owned());
            }
            _ => {}
        }
    }
}
