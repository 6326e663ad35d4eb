use std::collections::{BTreeMap, BTreeSet};

use super::super::template::{Known, Part, parse};
use super::super::{
    ContainerSpec, Entry, InputKind, InputSpec, MountSource, NodeSpec, PythonSpec, Run, Variant,
};
use super::{inputs, not_blank, stack, unique};

mod remote;

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

pub(super) fn check(entry: &Entry, found: &mut Vec<String>) {
    unique(
        "variants",
        entry.variants.iter().map(|variant| variant.id.clone()),
        found,
    );
    for variant in &entry.variants {
        let mut problems = Vec::new();
        one(entry, variant, &mut problems);
        found.extend(
            problems
                .into_iter()
                .map(|problem| format!("variant `{}`: {problem}", variant.id)),
        );
    }
}

fn one(entry: &Entry, variant: &Variant, found: &mut Vec<String>) {
    not_blank("title", &variant.title, found);
    not_blank("best_for", &variant.best_for, found);
    if let Some(note) = &variant.planned {
        not_blank("planned", note, found);
    }
    match &variant.run {
        Run::Python(spec) => python(entry, variant, spec, found),
        Run::Node(spec) => node(entry, variant, spec, found),
        Run::Image(spec) => {
            container(entry, variant, spec, found);
            if spec.build.is_some() {
                found.push("has `build`; that is for the types `build` and `dev`".to_owned());
            }
        }
        Run::Build(spec) | Run::Dev(spec) => built(entry, variant, spec, found),
        Run::Kubernetes {} => planned(variant, found),
        Run::Stack(spec) => stack::check(entry, variant, spec, found),
        Run::Remote(spec) => remote::remote(entry, variant, spec, found),
    }
}

fn planned(variant: &Variant, found: &mut Vec<String>) {
    if variant.planned.is_none() {
        found.push("this kind cannot be installed yet, so it needs `planned`".to_owned());
    }
}

fn python(entry: &Entry, variant: &Variant, spec: &PythonSpec, found: &mut Vec<String>) {
    if !is_python_package(&spec.package) {
        found.push(format!("`{}` is not a package's name", spec.package));
    }
    match (&spec.version, &spec.source) {
        (Some(_), Some(_)) | (None, None) => {
            found.push("needs either a `version` or a `source`".to_owned());
        }
        (Some(version), None) if !is_exact_version(version) => {
            found.push(format!("`{version}` is not an exact version"));
        }
        _ => {}
    }
    for pin in &spec.pins {
        let fits = pin
            .split_once("==")
            .is_some_and(|(name, version)| is_python_package(name) && is_exact_version(version));
        if !fits {
            found.push(format!("the pin `{pin}` is not `name==version`"));
        }
    }
    requirement(&spec.requires, found);
    program("script", &spec.script, found);
    let mut uses = Uses::of(entry, variant, Place::Process);
    if let Some(source) = &spec.source {
        uses.in_place(source, found);
    }
    uses.strings(&spec.args, &spec.env, &BTreeMap::new(), found);
    uses.all_used(found);
}

fn node(entry: &Entry, variant: &Variant, spec: &NodeSpec, found: &mut Vec<String>) {
    if !is_node_package(&spec.package) {
        found.push(format!("`{}` is not a package's name", spec.package));
    }
    match (&spec.version, &spec.source) {
        (Some(_), Some(_)) | (None, None) => {
            found.push("needs either a `version` or a `source`".to_owned());
        }
        (Some(version), None) if semver::Version::parse(version).is_err() => {
            found.push(format!("`{version}` is not an exact version"));
        }
        _ => {}
    }
    requirement(&spec.requires, found);
    let mut uses = Uses::of(entry, variant, Place::Process);
    match &spec.source {
        Some(source) => {
            uses.in_place(source, found);
            if !is_inside(&spec.bin) {
                let bin = &spec.bin;
                found.push(format!(
                    "bin: `{bin}` is not a path inside the source folder"
                ));
            }
        }
        None => {
            program("bin", &spec.bin, found);
            if !spec.build.is_empty() {
                found.push("has `build`, which is for a `source` only".to_owned());
            }
        }
    }
    for script in &spec.build {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_:.".contains(c);
        if script.is_empty() || script.starts_with('-') || !script.chars().all(plain) {
            found.push(format!("build: `{script}` is not a script's name"));
        }
    }
    uses.strings(&spec.args, &spec.env, &BTreeMap::new(), found);
    uses.all_used(found);
}

/// A container whose image is built: beside what every container needs, what it is built from.
fn built(entry: &Entry, variant: &Variant, spec: &ContainerSpec, found: &mut Vec<String>) {
    container(entry, variant, spec, found);
    built_from(entry, variant, spec, found);
}

pub(super) fn built_from(
    entry: &Entry,
    variant: &Variant,
    spec: &ContainerSpec,
    found: &mut Vec<String>,
) {
    let Some(build) = &spec.build else {
        found.push("needs `build`: what its image is built from".to_owned());
        return;
    };
    if spec.digest.is_some() {
        found.push("has a `digest`, which an image that is built here cannot have".to_owned());
    }
    let source = entry
        .inputs_of(&variant.id)
        .find(|input| input.key == build.source);
    if !source.is_some_and(|input| is_source(&input.kind)) {
        found.push(format!(
            "builds from `{}`, which is no source folder that is asked for",
            build.source
        ));
    }
    if !is_inside(&build.dockerfile) {
        found.push(format!(
            "dockerfile: `{}` is not a path inside the source folder",
            build.dockerfile
        ));
    }
    let stage = |target: &String| {
        !target.is_empty()
            && target
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    if build.target.as_ref().is_some_and(|target| !stage(target)) {
        found.push("target: is not a stage's name".to_owned());
    }
    for (name, value) in &build.args {
        if !is_variable(name) {
            found.push(format!("`{name}` cannot be a build argument's name"));
        }
        // Whoever has the image can read them.
        if value.contains("{{") {
            found.push(format!("the build argument `{name}` holds an input; nothing that is asked for goes into an image"));
        }
    }
    let sees_source = spec.mounts.iter().any(
        |mount| matches!(&mount.source, MountSource::Input { input, .. } if *input == build.source),
    );
    if matches!(variant.run, Run::Dev(_)) && !sees_source {
        found.push(format!(
            "is for development and mounts nothing of `{}`",
            build.source
        ));
    }
}

fn container(entry: &Entry, variant: &Variant, spec: &ContainerSpec, found: &mut Vec<String>) {
    confinement(spec, found);
    let mut uses = Uses::of(entry, variant, Place::Container);
    uses.container(spec, found);
    uses.all_used(found);
}

/// What a container is made from and how it is confined.
pub(super) fn confinement(spec: &ContainerSpec, found: &mut Vec<String>) {
    if !is_image(&spec.image) {
        found.push(format!("`{}` is not `repository:tag`", spec.image));
    }
    if let Some(user) = &spec.user
        && !is_user(user)
    {
        found.push(format!(
            "user: `{user}` is not uid, uid:gid or {{{{berth.user}}}}"
        ));
    }
    if !(16..=65_536).contains(&spec.memory_mib) {
        found.push("memory_mib: must be between 16 and 65536".to_owned());
    }
    if !(spec.cpus > 0.0 && spec.cpus <= 64.0) {
        found.push("cpus: must be more than 0 and at most 64".to_owned());
    }
    if !(8..=32_768).contains(&spec.pids) {
        found.push("pids: must be between 8 and 32768".to_owned());
    }
    unique("scratch", spec.scratch.iter().cloned(), found);
    for folder in &spec.scratch {
        if !is_container_path(folder) || folder == "/tmp" {
            found.push(format!(
                "scratch: `{folder}` is not a folder inside the container beside `/tmp`"
            ));
        }
    }
}

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
    parts: BTreeSet<&'a str>,
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
    fn in_place(&mut self, key: &'a str, found: &mut Vec<String>) {
        if let Some(spec) = self.input(key, found)
            && !matches!(spec.kind, InputKind::Source { .. })
        {
            found.push(format!(
                "is installed from `{key}`, which is no source folder"
            ));
        }
        self.parts.insert(key);
    }

    fn input(&self, key: &str, found: &mut Vec<String>) -> Option<&'a InputSpec> {
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
    fn strings(
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

pub(super) fn is_path(kind: &InputKind) -> bool {
    matches!(
        kind,
        InputKind::File { .. } | InputKind::Folder { .. } | InputKind::Source { .. }
    )
}

fn is_source(kind: &InputKind) -> bool {
    matches!(
        kind,
        InputKind::Folder {
            multiple: false,
            ..
        } | InputKind::Source { .. }
    )
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A path below a folder: relative, with `/`, and without a way up.
fn is_inside(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
        && !text.contains(|c: char| c.is_control() || c == '\\' || c == ':')
}

/// A name, optionally with extras: `kitaru[mcp]`.
fn is_python_package(text: &str) -> bool {
    let (name, extras) = match text.split_once('[') {
        None => (text, None),
        Some((name, rest)) => match rest.strip_suffix(']') {
            Some(extras) => (name, Some(extras)),
            None => return false,
        },
    };
    is_word(name) && extras.is_none_or(|extras| extras.split(',').all(is_word))
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// A version that cannot match anything else: no wildcard, no range.
fn is_exact_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._+!-".contains(&b))
}

fn is_node_package(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
    };
    match text.strip_prefix('@') {
        None => part(text),
        Some(scoped) => scoped
            .split_once('/')
            .is_some_and(|(scope, name)| part(scope) && part(name)),
    }
}

fn requirement(text: &str, found: &mut Vec<String>) {
    if semver::VersionReq::parse(text).is_err() {
        found.push(format!(
            "requires: `{text}` is not a range such as `>=3.11`"
        ));
    }
}

/// A file's name without any folder.
fn program(what: &str, text: &str, found: &mut Vec<String>) {
    let fits = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if !fits {
        found.push(format!("{what}: `{text}` is not a program's name"));
    }
}

/// A repository with a tag; the digest stands in its own field.
fn is_image(text: &str) -> bool {
    let Some((repository, tag)) = text.rsplit_once(':') else {
        return false;
    };
    let tag_fits = (1..=128).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let repository_fits = repository.starts_with(|c: char| c.is_ascii_alphanumeric())
        && repository.split('/').all(|part| !part.is_empty())
        && repository
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-/:".contains(&b));
    tag_fits && repository_fits
}

fn is_user(text: &str) -> bool {
    let number = |part: &str| part.parse::<u32>().is_ok();
    text == "{{berth.user}}"
        || match text.split_once(':') {
            None => number(text),
            Some((user, group)) => number(user) && number(group),
        }
}

pub(super) fn is_container_path(text: &str) -> bool {
    text.len() > 1
        && text.starts_with('/')
        && !text.ends_with('/')
        && text[1..]
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
        && !text.contains(|c: char| c.is_control() || c == ':' || c == ',')
        && !["/dev", "/proc", "/sys"]
            .iter()
            .any(|folder| text == *folder || text.starts_with(&format!("{folder}/")))
}
