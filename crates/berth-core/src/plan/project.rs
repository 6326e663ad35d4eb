//! What source folders say about the projects in them.

use std::collections::BTreeMap;

use super::install::below;
use super::{NodeManager, command};
use crate::catalog::{Entry, NodeSpec, Run, Variant};
use crate::facts::Platform;
use crate::input::{InputValue, InputValues};
use crate::port::{PathKind, Ports, Project};

/// The Python environments that are in the source folder already, made by the person or the
/// project's own tools: the path of the server's script in each, by the variant that would make
/// one. They are shown; Berth makes its own.
#[must_use]
pub fn environments(
    ports: &Ports,
    entry: &Entry,
    inputs: &InputValues,
) -> BTreeMap<String, String> {
    let found = entry.variants.iter().filter_map(|variant| {
        let Run::Python(spec) = &variant.run else {
            return None;
        };
        let folder = folder_of(inputs, spec.source.as_ref()?)?;
        let programs = command::venv_programs(&below(folder, ".venv"));
        let name = match ports.host.platform() {
            Platform::Windows => format!("{}.exe", spec.script),
            _ => spec.script.clone(),
        };
        let script = below(&programs, &name);
        let is_there = ports.host.path_kind(&script) == PathKind::File;
        is_there.then(|| (variant.id.clone(), script))
    });
    found.collect()
}

/// What a folder that is to be installed says about its project. Whether that can be
/// built is its own tool's to judge, so what cannot be read says nothing.
pub(super) fn project(ports: &Ports, variant: &Variant, inputs: &InputValues) -> Option<Project> {
    let (source, file) = match &variant.run {
        Run::Python(spec) => (&spec.source, "pyproject.toml"),
        Run::Node(spec) => (&spec.source, "package.json"),
        _ => return None,
    };
    let folder = folder_of(inputs, source.as_ref()?)?;
    ports.sources.project(folder, file).ok()?
}

/// Whether a project that is built has the lock file of the program that gets its dependencies.
pub(super) fn locked(
    ports: &Ports,
    variant: &Variant,
    project: Option<&Project>,
    inputs: &InputValues,
) -> bool {
    let Run::Node(NodeSpec {
        source: Some(source),
        ..
    }) = &variant.run
    else {
        return false;
    };
    let manager = NodeManager::of(project.and_then(|project| project.manager.as_deref()));
    folder_of(inputs, source).is_some_and(|folder| {
        ports.host.path_kind(&below(folder, manager.lock_file())) == PathKind::File
    })
}

fn folder_of<'a>(inputs: &'a InputValues, key: &str) -> Option<&'a str> {
    match inputs.get(key) {
        Some(InputValue::Paths(grants)) => grants.first().map(|grant| grant.path.trim()),
        _ => None,
    }
}
