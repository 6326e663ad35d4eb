//! The plan of an installation: a pure function of entry, choices, facts and what is around.

mod actions;
mod container;
mod criteria;
mod direct;
mod process;
mod remote;
mod secrets;
mod stack;
mod trust;
mod warnings;

pub(super) use container::below;

use std::collections::BTreeMap;
use std::path::Path;

use super::remove::vault_items;
use super::{Choices, HereImage, Plan, Purpose, Step, variants};
use crate::catalog::{Entry, Run, Variant};
use crate::client::{Client, LauncherCommand, Place, RegistrationSummary};
use crate::error::{Error, ErrorCode, Result};
use crate::facts::{Facts, Platform};
use crate::input::{InputValue, InputValues, PathGrant, PrivatePlaces};
use crate::port::Project;
use crate::server::{DataPlace, Installation, Launch, Pin, SecretTarget, SecretUse, check_name};
use crate::stack::Stack;

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
    /// What gives away more than a folder of work.
    pub private: PrivatePlaces,
    /// User and group of the person, where there are such numbers.
    pub user_ids: Option<(u32, u32)>,
    /// The command to register.
    pub command: LauncherCommand,
    /// The same command by the launcher's absolute path, to start it ourselves.
    pub start: LauncherCommand,
    /// The installation that has the name now.
    pub old: Option<Installation>,
    /// Absolute path of Claude Desktop's file.
    pub desktop_file: Option<String>,
    /// Registrations of that name, at every place that was looked at.
    pub registrations: Vec<RegistrationSummary>,
    /// The variant's images that are on this computer already, of the digest that the entry asks
    /// for, if it asks for one: the reference of each by what the entry calls it.
    pub images: BTreeMap<String, String>,
    /// Secrets that were kept with the data when a server of this name and entry was removed.
    pub kept: Vec<String>,
    /// What has the name that an image is to be built under.
    pub here: Option<HereImage>,
    /// The port of this computer for a server that runs all the time, where the variant is one.
    pub port: Option<u16>,
    /// What the source folder says about its project, where one is installed from it.
    pub project: Option<Project>,
    /// Whether that project has the lock file of the program that gets its dependencies.
    pub locked: bool,
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
            client: found.place.client,
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
    /// Variables with a secret in them: their templates.
    env: BTreeMap<String, String>,
    /// Headers with a secret in them: their templates.
    headers: BTreeMap<String, String>,
    /// The same of each service.
    services: Vec<(String, BTreeMap<String, String>)>,
}

impl Planning<'_> {
    fn plan(&self) -> Result<Plan> {
        let mut prepared = match &self.variant.run {
            Run::Python(spec) => self.python(spec)?,
            Run::Node(spec) => self.node(spec)?,
            Run::Image(spec) | Run::Build(spec) | Run::Dev(spec) => self.container(spec)?,
            Run::Remote(spec) => self.remote(spec)?,
            Run::Stack(spec) => self.stack(spec)?,
            Run::Kubernetes {} => {
                return Err(Error::internal("this kind of variant has no plan"));
            }
        };
        let mut secrets = self.secrets(&prepared.env, SecretTarget::Variable, None)?;
        secrets.extend(self.secrets(&prepared.headers, SecretTarget::Header, None)?);
        for (service, env) in &prepared.services {
            secrets.extend(self.secrets(env, SecretTarget::Variable, Some(service))?);
        }
        let mut steps = std::mem::take(&mut prepared.steps);
        steps.extend(self.secret_steps(&secrets)?);
        let services = self.service_steps(&prepared.launch, &secrets);
        let mut installation = self.installation(prepared, secrets);
        installation.direct = self.direct(&installation)?;
        installation.criteria = self.criteria(&installation.launch)?;
        installation.actions = self.actions(&installation.launch)?;
        let criteria = installation.criteria.clone();
        let warnings = self.warnings(&installation);
        let trust = self.trust(&installation);
        let (name, place) = (self.name.clone(), self.choices.place.clone());
        let mut registers = vec![self.register(&installation, &place)];
        registers.extend(self.other_registers(&installation));
        let replaces = self.around.old.as_ref().map(|old| old.generation.clone());
        steps.push(Step::WriteInstallation {
            installation: Box::new(installation),
            replaces,
        });
        let stack = services.as_ref().and_then(|step| match step {
            Step::StartServices { stack, .. } => Some(Stack::clone(stack)),
            _ => None,
        });
        steps.extend(services);
        steps.extend(registers);
        steps.push(Step::Verify {
            name: name.clone(),
            command: self.around.start.clone(),
            place: Some(place),
            startup_seconds: self.entry.startup_seconds,
            credential_check: self.entry.credential_check.clone(),
            criteria,
        });
        steps.extend(self.clean_up_steps(stack.as_ref()));
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
            trust,
        })
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
            criteria: Vec::new(),
            actions: Vec::new(),
            inputs,
            stopped: false,
            places: self.places(),
            direct: Vec::new(),
            folder: prepared.folder,
            built: None,
            data: self.all_data(prepared.data),
            tools: Vec::new(),
            tools_hash: None,
            startup_seconds: self.entry.startup_seconds,
            installed_at: self.around.now.clone(),
            verified_at: None,
            last_error: None,
            health: None,
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

    /// Where it is registered afterwards: the chosen place instead of the one that it was installed
    /// for, and those that were connected since.
    fn places(&self) -> Vec<Place> {
        let chosen = &self.choices.place;
        let connected = self
            .around
            .old
            .iter()
            .flat_map(|old| old.places.iter().skip(1));
        std::iter::once(chosen)
            .chain(connected.filter(|place| *place != chosen))
            .cloned()
            .collect()
    }

    /// The file that Berth writes itself for a place.
    fn file(&self, place: &Place) -> Option<String> {
        let written = place.client == Client::ClaudeDesktop;
        self.around.desktop_file.clone().filter(|_| written)
    }

    /// What is left of the generation that is replaced, once the new one was verified.
    fn clean_up_steps(&self, new: Option<&Stack>) -> Vec<Step> {
        let Some(old) = &self.around.old else {
            return Vec::new();
        };
        // Where else it is registered stays: what stands there starts whatever has the name.
        let kept = self.places();
        let mut steps: Vec<Step> = old
            .places
            .iter()
            .filter(|place| !kept.contains(place))
            .map(|place| Step::Unregister {
                name: self.name.clone(),
                place: place.clone(),
                file: self.file(place),
                address: old.address_at(place).cloned(),
            })
            .collect();
        if let Some(stack) = old.launch.stack() {
            let network = &stack.network;
            let is_used = new.is_some_and(|new| new.network == *network);
            steps.push(Step::RemoveServices {
                name: self.name.clone(),
                generation: Some(old.generation.clone()),
                network: (!is_used).then(|| network.clone()),
            });
        }
        let items = vault_items(old);
        if !items.is_empty() {
            steps.push(Step::DeleteSecrets { items });
        }
        if let Some(path) = &old.folder {
            steps.push(Step::DeleteFolder { path: path.clone() });
        }
        if let Some(image) = &old.built {
            let image = image.clone();
            steps.push(Step::RemoveImage { image });
        }
        steps.push(Step::ForgetGeneration {
            name: self.name.clone(),
            generation: old.generation.clone(),
        });
        steps
    }

    fn folder(&self) -> String {
        let folder = join(&join(&self.around.home, "installations"), &self.name);
        join(&folder, &self.around.generation)
    }

    fn data_folder(&self) -> String {
        join(&join(&self.around.home, "data"), &self.name)
    }
}

fn grants(inputs: &InputValues, key: &str) -> Vec<PathGrant> {
    match inputs.get(key) {
        Some(InputValue::Paths(grants)) => grants.clone(),
        _ => Vec::new(),
    }
}

fn join(folder: &str, name: &str) -> String {
    Path::new(folder).join(name).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
