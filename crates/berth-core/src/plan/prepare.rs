//! Reads what a plan needs through the ports, then plans.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::StreamExt;

use super::install::below;
use super::project::{locked, project};
use super::{Choices, HereImage, Plan, Surroundings, VaultItem, default_variant, exact_reference};
use crate::catalog::{Entry, InputSpec, MountSource, Run, Variant};
use crate::client::{Client, Place, RegistrationSummary, Scope};
use crate::error::{Error, ErrorCode, Result};
use crate::facts::{Fact, Facts, Probe, gather};
use crate::input::{InputValue, InputValues, PrivatePlaces, check_all};
use crate::port::{PathKind, Ports};
use crate::server::Installation;

/// Plans an installation or a reconfiguration of `entry`.
///
/// # Errors
/// Everything that stands in the way before anything is done: `NameInvalid`, `NameTaken`,
/// `AlreadyRegistered`, `VariantUnknown`, `VariantPlanned`, `InputMissing`, `InputInvalid`,
/// `ProjectNeeded`, `FolderMissing`, a missing engine, runtime, vault or Claude Code.
pub async fn prepare_install(
    ports: &Ports,
    entry: &Entry,
    choices: &Choices,
    facts: &Facts,
) -> Result<Plan> {
    let facts = complete(ports, facts.clone()).await;
    client(&facts, &choices.place)?;
    let name = choices.name.clone().unwrap_or_else(|| entry.id.clone());
    crate::server::check_name(&name)?;
    let mut choices = choices.clone();
    choices.place = project_of(ports, &choices.place)?;
    let old = ports.store.installation(&name)?;
    let variant = match &choices.variant {
        Some(variant) => variant.clone(),
        None => default_variant(entry, &facts).unwrap_or_default(),
    };
    choices.inputs = checked(ports, entry, &variant, &choices, old.as_ref())?;
    let project = entry
        .variant(&variant)
        .and_then(|variant| project(ports, variant, &choices.inputs));
    let around = Surroundings {
        generation: ports.host.new_id(),
        now: ports.host.now(),
        home: ports.host.home(),
        platform: ports.host.platform(),
        private: PrivatePlaces::of(ports.host.as_ref()),
        user_ids: ports.host.user_ids(),
        command: ports.host.launcher(&name, choices.place.scope)?,
        start: ports.host.launcher_absolute(&name)?,
        desktop_file: ports.clients.desktop_file().ok(),
        registrations: registrations(ports, &name, &choices.place, old.as_ref()).await?,
        images: images(ports, entry, &variant, &facts).await?,
        kept: kept(ports, entry, &variant, &name, &facts).await?,
        here: match entry.variant(&variant) {
            Some(variant) if facts.engine.found().is_some() => {
                check_mounts(ports, variant, &choices.inputs)?;
                here(ports, variant).await?
            }
            _ => None,
        },
        port: match entry.variant(&variant).map(|variant| &variant.run) {
            Some(Run::Stack(stack)) if stack.long_lived => {
                Some(super::kept_port::keep(ports, &name, old.as_ref()).await?)
            }
            _ => None,
        },
        locked: entry
            .variant(&variant)
            .is_some_and(|variant| locked(ports, variant, project.as_ref(), &choices.inputs)),
        project,
        old,
    };
    super::install(entry, &choices, &facts, &around)
}

/// Plans to take an installation away.
pub async fn prepare_remove(ports: &Ports, name: &str, delete_data: bool) -> Result<Plan> {
    let installation = installed(ports, name)?;
    let mut places = Vec::new();
    for place in &installation.places {
        let found = ports.clients.registration(name, place).await?;
        if found.is_some_and(|found| found.is_berths(installation.address_at(place))) {
            places.push((place.clone(), desktop_file(ports, place)?));
        }
    }
    Ok(super::remove(&installation, &places, delete_data))
}

/// Plans to verify an installation. `entry` is the one it came from, where the catalog still has
/// it: its credential check is made again.
pub async fn prepare_verify(ports: &Ports, name: &str, entry: Option<&Entry>) -> Result<Plan> {
    let installation = installed(ports, name)?;
    let command = ports.host.launcher_absolute(name)?;
    let check = entry.and_then(|entry| entry.credential_check.clone());
    Ok(super::verify(&installation, command, check))
}

pub(super) fn installed(ports: &Ports, name: &str) -> Result<Installation> {
    ports.store.installation(name)?.ok_or_else(|| {
        Error::new(ErrorCode::NotInstalled {
            name: name.to_owned(),
        })
    })
}

/// Probes what no probe has answered yet; the command line plans without waiting for a window.
pub(super) async fn complete(ports: &Ports, mut facts: Facts) -> Facts {
    let unknown: Vec<Probe> = Probe::ALL
        .into_iter()
        .filter(|probe| match probe {
            Probe::Engine => facts.engine == Fact::Unknown,
            Probe::Vault => facts.vault == Fact::Unknown,
            Probe::Claude => facts.claude == Fact::Unknown,
            Probe::ClaudeDesktop => facts.claude_desktop == Fact::Unknown,
            Probe::Uv => facts.uv == Fact::Unknown,
            Probe::Python => facts.python == Fact::Unknown,
            Probe::Node => facts.node == Fact::Unknown,
            Probe::LauncherOnPath => facts.launcher_on_path == Fact::Unknown,
            // No plan depends on it.
            Probe::Git => false,
        })
        .collect();
    let mut answers = gather(ports, &unknown, Vec::new());
    while let Some(answer) = answers.next().await {
        facts.apply(answer);
    }
    facts
}

/// Whether the client of a place is here.
pub(super) fn client(facts: &Facts, place: &Place) -> Result<()> {
    let fact = match place.client {
        Client::ClaudeCode => &facts.claude,
        Client::ClaudeDesktop => &facts.claude_desktop,
    };
    match fact {
        Fact::Missing { error } => Err(error.clone()),
        _ => Ok(()),
    }
}

/// The file that Berth writes itself for a place.
pub(super) fn desktop_file(ports: &Ports, place: &Place) -> Result<Option<String>> {
    match place.client {
        Client::ClaudeCode => Ok(None),
        Client::ClaudeDesktop => ports.clients.desktop_file().map(Some),
    }
}

/// A place as clients know it.
///
/// # Errors
/// `ProjectNeeded`, `FolderMissing`.
pub(super) fn project_of(ports: &Ports, place: &Place) -> Result<Place> {
    if place.client == Client::ClaudeDesktop {
        // It knows no scopes.
        return Ok(Place::claude_desktop());
    }
    if !place.scope.needs_project() {
        return Ok(Place::claude_code(place.scope, None));
    }
    let Some(project) = place
        .project
        .as_ref()
        .filter(|project| !project.trim().is_empty())
    else {
        return Err(Error::new(ErrorCode::ProjectNeeded));
    };
    if ports.host.path_kind(project) != PathKind::Folder {
        return Err(Error::new(ErrorCode::FolderMissing {
            path: project.clone(),
        }));
    }
    // Claude Code knows projects by their path without links.
    let project = ports.host.canonical(project)?;
    Ok(Place::claude_code(place.scope, Some(project)))
}

fn checked(
    ports: &Ports,
    entry: &Entry,
    variant: &str,
    choices: &Choices,
    old: Option<&Installation>,
) -> Result<crate::input::InputValues> {
    let kept: Vec<String> = old
        .filter(|old| old.entry == entry.id)
        .map(|old| {
            old.secrets
                .iter()
                .map(|secret| secret.input.clone())
                .collect()
        })
        .unwrap_or_default();
    for key in choices.inputs.keys().chain(choices.secrets.keys()) {
        if entry.input(key).is_none() {
            return Err(Error::new(ErrorCode::InputUnknown { input: key.clone() }));
        }
    }
    let host = ports.host.as_ref();
    check_all(
        entry,
        variant,
        &choices.inputs,
        &choices.secrets,
        &kept,
        host,
        ports.sources.as_ref(),
    )
    .map_err(|problems| {
        // The sheet shows all of them beside their fields; one error names the first.
        match problems.into_iter().next() {
            Some((input, crate::input::InputProblem::Empty)) => {
                Error::new(ErrorCode::InputMissing { input })
            }
            Some((input, problem)) => Error::new(ErrorCode::InputInvalid { input, problem }),
            None => Error::internal("inputs were refused without a reason"),
        }
    })
}

/// Registrations of this name in every scope that this plan can meet.
async fn registrations(
    ports: &Ports,
    name: &str,
    place: &Place,
    old: Option<&Installation>,
) -> Result<Vec<RegistrationSummary>> {
    let mut places = vec![Place::default(), place.clone()];
    if let Some(project) = &place.project {
        let project = Some(project.clone());
        for scope in [Scope::Local, Scope::Project] {
            places.push(Place::claude_code(scope, project.clone()));
        }
    }
    places.extend(old.map(|old| old.places.clone()).unwrap_or_default());
    places.sort();
    places.dedup();
    let mut found = Vec::new();
    for place in &places {
        if let Some(registration) = ports.clients.registration(name, place).await? {
            let address = old.and_then(|old| old.address_at(place));
            found.push(RegistrationSummary {
                is_berths: registration.is_berths(address),
                ..registration.summary()
            });
        }
    }
    Ok(found)
}

/// What has the name that a variant's image is to be built under. Nothing for variants that build
/// none.
///
/// # Errors
/// What the engine says.
pub async fn here(ports: &Ports, variant: &Variant) -> Result<Option<HereImage>> {
    let Some(spec) = variant.container().filter(|spec| spec.build.is_some()) else {
        return Ok(None);
    };
    let here = ports.engine.image(&spec.image).await?;
    Ok(here.map(|image| HereImage {
        reference: spec.image.clone(),
        id: image.id,
        size: image.size,
        created: image.created,
    }))
}

/// That the folders which are mounted out of a source folder are there, and inside it: a link of
/// the project's would otherwise show the server anything.
fn check_mounts(ports: &Ports, variant: &Variant, inputs: &InputValues) -> Result<()> {
    for mount in variant
        .containers()
        .into_iter()
        .flat_map(|spec| &spec.mounts)
    {
        let MountSource::Input {
            input,
            folder: Some(folder),
        } = &mount.source
        else {
            continue;
        };
        let Some(InputValue::Paths(grants)) = inputs.get(input) else {
            continue;
        };
        for grant in grants {
            let path = below(&grant.path, folder);
            let missing = || Error::new(ErrorCode::FolderMissing { path: path.clone() });
            if ports.host.path_kind(&path) != PathKind::Folder {
                return Err(missing());
            }
            let real = ports.host.canonical(&path)?;
            if !Path::new(&real).starts_with(ports.host.canonical(&grant.path)?) {
                return Err(missing().with_cause(format!("it is a link to {real}")));
            }
        }
    }
    Ok(())
}

/// The references by which the variant's images are here already, by what the entry calls them. An
/// image of another digest than the entry's does not count.
async fn images(
    ports: &Ports,
    entry: &Entry,
    variant: &str,
    facts: &Facts,
) -> Result<BTreeMap<String, String>> {
    let mut images = BTreeMap::new();
    let Some(variant) = entry
        .variant(variant)
        .filter(|_| facts.engine.found().is_some())
    else {
        return Ok(images);
    };
    let specs = variant.containers().into_iter();
    for spec in specs.filter(|spec| spec.build.is_none()) {
        let reference = exact_reference(&spec.image, spec.digest.as_deref());
        if ports.engine.image(&reference).await?.is_some() {
            images.insert(spec.image.clone(), reference);
        }
    }
    Ok(images)
}

/// The made secrets that were kept with the data of a server of this name.
async fn kept(
    ports: &Ports,
    entry: &Entry,
    variant: &str,
    name: &str,
    facts: &Facts,
) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    if facts.vault.found().is_none() {
        return Ok(kept);
    }
    let made = |input: &&InputSpec| input.kind.generate().is_some();
    for input in entry.inputs_of(variant).filter(made) {
        let item = VaultItem::kept(name, &entry.id, &input.key);
        if ports.vault.contains(&item).await? {
            kept.push(input.key.clone());
        }
    }
    Ok(kept)
}
