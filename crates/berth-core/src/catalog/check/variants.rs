use std::collections::BTreeMap;

use super::super::{ContainerSpec, Entry, MountSource, NodeSpec, PythonSpec, Run, Variant};
use super::uses::{Place, Uses};
use super::words::{
    is_container_path, is_exact_version, is_image, is_inside, is_node_package, is_python_package,
    is_source, is_user, is_variable, program, requirement,
};
use super::{not_blank, remote, stack, unique};

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
