//! An entry of Docker's catalog, as a file `server.yaml` of its registry describes a server.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Export, Note, compose, env};
use crate::catalog::{Access, Category, Network};
use crate::error::{Error, Result};
use crate::server::{ContainerLaunch, Mount};

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    image: String,
    #[serde(rename = "type")]
    kind: &'static str,
    meta: Meta<'a>,
    about: About<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source<'a>>,
    #[serde(skip_serializing_if = "Run::is_empty")]
    run: Run<'a>,
    #[serde(skip_serializing_if = "Config::is_empty")]
    config: Config<'a>,
}

#[derive(Serialize)]
struct Meta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
}

#[derive(Serialize)]
struct About<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

#[derive(Serialize)]
struct Source<'a> {
    project: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<&'a str>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    command: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disable_network: bool,
}

impl Run<'_> {
    fn is_empty(&self) -> bool {
        self.command.is_empty()
            && self.volumes.is_empty()
            && self.user.is_none()
            && !self.disable_network
    }
}

#[derive(Serialize)]
struct Config<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<Secret<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    env: Vec<Variable<'a>>,
}

impl Config<'_> {
    fn is_empty(&self) -> bool {
        self.secrets.is_empty() && self.env.is_empty()
    }
}

#[derive(Serialize)]
struct Secret<'a> {
    name: String,
    env: &'a str,
    example: String,
}

#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    value: &'a str,
}

/// `server.yaml`.
pub(super) fn server(export: &Export<'_>, launch: &ContainerLaunch) -> Result<(String, Vec<Note>)> {
    let installation = export.installation;
    let name = installation.name.as_str();
    let entry = export.entry;
    let mut notes = Vec::new();
    let secrets: Vec<Secret<'_>> = installation
        .secrets
        .iter()
        .map(|secret| Secret {
            // Docker's own are `SERVER.SECRET`, and each fills a whole variable.
            name: format!("{name}.{}", secret.env.to_ascii_lowercase()),
            env: &secret.env,
            example: env::example(secret),
        })
        .collect();
    if !secrets.is_empty() {
        let names = secrets.iter().map(|secret| secret.name.clone()).collect();
        notes.push(Note::SecretsInDocker { names });
    }
    let built = compose::build(export)?.map(|(folder, _)| Note::BuiltHere { folder });
    let mut volumes = Vec::new();
    for mount in &launch.mounts {
        volumes.push(match mount {
            Mount::Bind {
                source,
                target,
                access,
            } => {
                let suffix = match access {
                    Access::ReadOnly => ":ro",
                    Access::ReadWrite => "",
                };
                format!("{source}:{target}{suffix}")
            }
            Mount::EngineSocket { source, target } => format!("{source}:{target}"),
            Mount::Volume { target, .. } => format!("{name}-data-{}:{target}", volumes.len() + 1),
        });
    }
    let kept = |mount: &Mount| matches!(mount, Mount::Volume { .. });
    if !launch.mounts.iter().all(kept) {
        notes.push(Note::PersonalPaths);
    }
    notes.extend(built);
    if launch.mounts.iter().any(kept) {
        notes.push(Note::WithoutData);
    }
    let file = File {
        name,
        image: compose::image(export, launch),
        kind: "server",
        meta: Meta {
            category: entry.and_then(|entry| entry.categories.first().copied().map(category)),
            tags: entry.map_or(&[], |entry| &entry.keywords),
        },
        about: About {
            title: entry.map_or(name, |entry| &entry.title),
            description: entry.map(|entry| entry.summary.as_str()),
        },
        source: entry
            .and_then(|entry| entry.source.as_ref())
            .map(|source| Source {
                project: &source.url,
                directory: source.folder.as_deref(),
            }),
        run: Run {
            command: &launch.args,
            volumes,
            user: launch.hardening.user.as_deref(),
            disable_network: launch.hardening.network == Network::None,
        },
        config: Config {
            secrets,
            env: pairs(&launch.env),
        },
    };
    let text = serde_saphyr::to_string(&file)
        .map_err(|error| Error::internal("an export has no YAML form").caused_by(&error))?;
    Ok((text, notes))
}

fn pairs(env: &BTreeMap<String, String>) -> Vec<Variable<'_>> {
    env.iter()
        .map(|(name, value)| Variable { name, value })
        .collect()
}

/// The word that Docker's catalog has for it.
fn category(category: Category) -> &'static str {
    match category {
        Category::Cloud | Category::DeveloperTools => "devops",
        Category::Databases => "database",
        Category::Files | Category::Knowledge => "data",
        Category::Reasoning => "ai",
        Category::Utilities | Category::Work => "productivity",
        Category::Web => "search",
    }
}
