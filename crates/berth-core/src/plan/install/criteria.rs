//! What has to be true beside the handshake, with the paths and programs of this installation.

use std::collections::BTreeMap;
use std::path::Path;

use super::process::own_paths;
use super::{Planning, join};
use crate::catalog::CriterionCheck;
use crate::error::{Error, Result};
use crate::facts::Platform;
use crate::plan::render::Values;
use crate::server::{Criterion, Launch, Look, Mount, OwnProgram, Spot};

impl Planning<'_> {
    /// The criteria of the variant.
    pub(super) fn criteria(&self, launch: &Launch) -> Result<Vec<Criterion>> {
        let specs = self.entry.health.iter();
        specs
            .filter(|spec| spec.is_for(&self.variant.id))
            .map(|spec| {
                let look = match &spec.check {
                    CriterionCheck::Writable { path } => Look::Writable {
                        at: self.spot(launch, path)?,
                    },
                    CriterionCheck::Mode {
                        path,
                        at_most,
                        may_be_missing,
                    } => Look::Mode {
                        at: self.spot(launch, path)?,
                        at_most: u32::from_str_radix(at_most, 8)
                            .map_err(|error| Error::internal("a mode").caused_by(&error))?,
                        may_be_missing: *may_be_missing,
                    },
                    CriterionCheck::Log {
                        path,
                        pattern,
                        lines,
                    } => Look::Log {
                        at: path
                            .as_ref()
                            .map(|path| self.spot(launch, path))
                            .transpose()?,
                        pattern: pattern.clone(),
                        lines: *lines,
                    },
                    CriterionCheck::Command {
                        command,
                        without,
                        seconds,
                    } => Look::Command {
                        program: self.program(launch, command, *seconds)?,
                        without: without.clone(),
                    },
                };
                Ok(Criterion {
                    id: spec.id.clone(),
                    title: spec.title.clone(),
                    help: spec.help.clone(),
                    required: spec.required,
                    look,
                })
            })
            .collect()
    }

    /// A path of an entry's, in the volume or the folder that it is in.
    fn spot(&self, launch: &Launch, path: &str) -> Result<Spot> {
        let Launch::Container(launch) = launch else {
            let folder = self.data_folder();
            let path = self.values(&BTreeMap::new(), &folder).single(path)?;
            return match path {
                Some(path) => Ok(Spot::Folder { folder, path }),
                None => Err(Error::internal("a path has no value")),
            };
        };
        let volumes = launch.mounts.iter().filter_map(|mount| match mount {
            Mount::Volume { name, target } if Path::new(path).starts_with(target) => {
                Some((name, target))
            }
            _ => None,
        });
        match volumes.max_by_key(|(_, target)| target.len()) {
            Some((volume, target)) => Ok(Spot::Volume {
                volume: volume.clone(),
                target: target.clone(),
                path: path.to_owned(),
            }),
            None => Err(Error::internal("a path is in no volume")),
        }
    }

    /// A program of the variant's own.
    pub(super) fn program(
        &self,
        launch: &Launch,
        command: &[String],
        seconds: u32,
    ) -> Result<OwnProgram> {
        let (first, rest) = command
            .split_first()
            .ok_or_else(|| Error::internal("a command is empty"))?;
        let (program, paths) = match launch {
            Launch::Process { program, .. } => {
                let folder = Path::new(program).parent().unwrap_or(Path::new(""));
                let ending = Path::new(program).extension().unwrap_or_default();
                let name = match ending.to_str() {
                    // Beside the server's own program, and made as that is.
                    Some(ending) if self.around.platform == Platform::Windows => {
                        format!("{first}.{ending}")
                    }
                    _ => first.clone(),
                };
                let paths = own_paths(&self.choices.inputs);
                (join(&folder.to_string_lossy(), &name), paths)
            }
            _ => (first.clone(), BTreeMap::new()),
        };
        let args = self.values(&paths, &self.data_folder()).arguments(rest)?;
        Ok(OwnProgram {
            program,
            args,
            seconds,
        })
    }

    fn values<'a>(&'a self, paths: &'a BTreeMap<String, Vec<String>>, data: &'a str) -> Values<'a> {
        Values {
            inputs: &self.choices.inputs,
            paths,
            data,
            user: None,
            separator: ":",
        }
    }
}
