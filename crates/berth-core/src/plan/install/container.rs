//! Variants that run in a container.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Planning, Prepared, grants};
use crate::catalog::{Access, ContainerSpec, InputKind, MountSource};
use crate::error::{Error, ErrorCode, Result};
use crate::input::PathGrant;
use crate::plan::Step;
use crate::plan::render::Values;
use crate::server::{
    ContainerLaunch, DataPlace, Hardening, HealthPaths, HttpLaunch, Launch, Mount, Pin,
    service_volume_name, volume_name,
};

/// A container as it is started, and the templates of its variables and headers that hold a secret.
type Launched = (
    ContainerLaunch,
    BTreeMap<String, String>,
    BTreeMap<String, String>,
);

impl Planning<'_> {
    pub(super) fn container(&self, spec: &ContainerSpec) -> Result<Prepared> {
        let mut data = Vec::new();
        let (launch, env, headers) = self.launched(spec, None, &mut data)?;
        Ok(Prepared {
            steps: vec![self.image_step(spec)?],
            pins: vec![pin(spec, &launch.image)],
            launch: Launch::Container(Box::new(launch)),
            folder: None,
            data,
            env,
            headers,
            services: Vec::new(),
        })
    }

    /// A container as it is started, and the templates of its variables that hold a secret. The
    /// volumes of a service have its name.
    pub(super) fn launched(
        &self,
        spec: &ContainerSpec,
        service: Option<&str>,
        data: &mut Vec<DataPlace>,
    ) -> Result<Launched> {
        let mut inside = BTreeMap::new();
        let mut mounts = Vec::new();
        let mut volumes = 0;
        let mut groups = Vec::new();
        for mount in &spec.mounts {
            let has_volume = matches!(mount.source, MountSource::Volume { .. });
            // Also one that is not mounted has its number: the others keep their names.
            volumes += usize::from(has_volume);
            let wanted = mount.when.as_ref();
            if !wanted.is_none_or(|when| when.is_met(&self.choices.inputs)) {
                continue;
            }
            match &mount.source {
                MountSource::EngineSocket {} => {
                    let socket = self.engine_socket()?;
                    groups.push(socket.group);
                    mounts.push(Mount::EngineSocket {
                        source: socket.path.clone(),
                        target: mount.target.clone(),
                    });
                }
                MountSource::Input {
                    input,
                    folder: Some(folder),
                } => mounts.extend(grants(&self.choices.inputs, input).first().map(|grant| {
                    Mount::Bind {
                        source: below(&grant.path, folder),
                        target: mount.target.clone(),
                        access: Access::ReadOnly,
                    }
                })),
                MountSource::Input {
                    input,
                    folder: None,
                } => {
                    let grants = grants(&self.choices.inputs, input);
                    let targets = targets(&mount.target, &grants, self.takes_several(input));
                    // The code that is worked on is never the server's to write.
                    let is_source = spec
                        .build
                        .as_ref()
                        .is_some_and(|build| build.source == *input);
                    mounts.extend(
                        grants
                            .iter()
                            .zip(&targets)
                            .map(|(grant, target)| Mount::Bind {
                                source: grant.path.clone(),
                                target: target.clone(),
                                access: if is_source {
                                    Access::ReadOnly
                                } else {
                                    grant.access
                                },
                            }),
                    );
                    inside.insert(input.clone(), targets);
                }
                MountSource::Volume { holds, holds_keys } => {
                    let (home, own) = (&self.around.home, &self.name);
                    let name = match service {
                        Some(service) => service_volume_name(home, own, service, volumes),
                        None => volume_name(home, own, volumes),
                    };
                    data.push(DataPlace::Volume {
                        name: name.clone(),
                        holds: holds.clone(),
                        holds_keys: *holds_keys,
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
        let (http, headers) = match &spec.http {
            Some(http) => {
                let (plain, secret) = self.environment(&http.headers, &values)?;
                let launch = HttpLaunch {
                    port: http.port,
                    kept: None,
                    path: http.path.clone(),
                    headers: plain,
                    ready: http.ready.clone(),
                    health: HealthPaths {
                        live: http.live.clone(),
                        ready: None,
                        metrics: http.metrics.clone(),
                    },
                };
                (Some(launch), secret)
            }
            None => (None, BTreeMap::new()),
        };
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
            http,
            hardening: Hardening {
                read_only_root: !spec.writable_root,
                pids: spec.pids,
                memory_mib: spec.memory_mib,
                cpus: spec.cpus,
                network: spec.network,
                user,
                scratch: spec.scratch.clone(),
                groups,
                ..Hardening::default()
            },
            stack: None,
        };
        Ok((launch, templates, headers))
    }

    /// Where the image comes from. One of a registry that is here is used as it is; one that is to
    /// be built only if that was asked for, because the source may have changed.
    pub(super) fn image_step(&self, spec: &ContainerSpec) -> Result<Step> {
        let Some(build) = &spec.build else {
            return Ok(match self.around.images.get(&spec.image) {
                Some(reference) => Step::UseImage {
                    reference: reference.clone(),
                },
                None => Step::PullImage {
                    reference: spec.image.clone(),
                    digest: spec.digest.clone(),
                },
            });
        };
        if self.choices.use_image {
            return match &self.around.here {
                Some(here) => Ok(Step::UseImage {
                    reference: here.reference.clone(),
                }),
                None => Err(Error::new(ErrorCode::ImageMissing {
                    reference: spec.image.clone(),
                })),
            };
        }
        let source = grants(&self.choices.inputs, &build.source);
        let source = source.first().ok_or_else(|| {
            Error::new(ErrorCode::InputMissing {
                input: build.source.clone(),
            })
        })?;
        Ok(Step::BuildImage {
            context: source.path.clone(),
            dockerfile: build.dockerfile.clone(),
            target: build.target.clone(),
            args: build.args.clone(),
            tag: spec.image.clone(),
            no_cache: self.choices.no_cache,
            here: self.around.here.clone(),
        })
    }

    fn takes_several(&self, input: &str) -> bool {
        self.entry
            .input(input)
            .is_some_and(|spec| matches!(spec.kind, InputKind::Folder { multiple: true, .. }))
    }
}

/// What is pinned of a container's image.
pub(super) fn pin(spec: &ContainerSpec, image: &str) -> Pin {
    let (what, version) = split_tag(image);
    Pin {
        what,
        version,
        digest: spec.digest.clone(),
    }
}

/// A folder inside another one; `folder` is written with `/`.
pub(in crate::plan) fn below(path: &str, folder: &str) -> String {
    let parts = folder.split('/').filter(|part| !part.is_empty());
    let path = parts.fold(PathBuf::from(path), |path, part| path.join(part));
    path.to_string_lossy().into_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_told_from_a_port() {
        assert_eq!(
            split_tag("mcp/time:1"),
            ("mcp/time".to_owned(), "1".to_owned())
        );
        assert_eq!(
            split_tag("127.0.0.1:5000/a/b"),
            ("127.0.0.1:5000/a/b".to_owned(), "latest".to_owned())
        );
    }
}
