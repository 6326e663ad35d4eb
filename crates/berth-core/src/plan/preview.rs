//! What the consent sheet shows of a step: everything, untruncated, secrets as dots.

mod action;
mod backup;
mod container;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::command::{self, CommandLine};
use super::registered::{config_of, of_client};
use super::{Plan, Purpose, PythonTool, Step, VaultItem, exact_reference};
use crate::secret::DOTS;
use crate::server::{DataPlace, Installation, Launch, RemoteLaunch, SecretTarget, SecretUse};

pub use container::hardening_flags;
use container::{container, services};

/// What one step will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StepPreview {
    /// The step's kind, a key of the message catalogue for its title: `pull_image`.
    pub kind: String,
    /// What it is about, for that title: the image, the package, the input's key.
    pub subject: String,
    /// Commands, files, flags and mounts, exactly.
    pub lines: Vec<PreviewLine>,
}

/// One line of a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "line", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum PreviewLine {
    /// A command, quoted as a shell would need it; Berth runs it without a shell.
    Command { text: String },
    /// The command that undoes it, where it fails.
    Undo { text: String },
    /// A file or folder that is made or changed.
    Writes { path: String },
    /// A file or folder that is deleted.
    Deletes { path: String },
    /// Something of the keychain that is written; the value is shown as dots.
    Keychain { item: String },
    /// A flag of the container, as `docker run` would be given it.
    Flag { text: String },
    /// A folder or volume that is visible inside.
    Mount {
        source: String,
        target: String,
        read_only: bool,
    },
    /// An image that has the name now, and loses it: its size in bytes and when it was made.
    Image {
        reference: String,
        size: u64,
        created: Option<String>,
    },
    /// Where it connects to.
    Network { text: String },
    /// Anything else, as text.
    Text { text: String },
}

/// What one step of a plan will do.
#[must_use]
pub fn preview(plan: &Plan, step: &Step) -> StepPreview {
    let claude = "claude";
    let (kind, subject, lines) = match step {
        Step::CreateFolder { path } => ("create_folder", path.clone(), vec![writes(path)]),
        Step::DataFolder { path } => ("data_folder", path.clone(), vec![writes(path)]),
        Step::PullImage { reference, digest } => {
            let pulled = exact_reference(reference, digest.as_deref());
            let lines = vec![text(format!("docker pull {}", command::quote(&pulled)))];
            ("pull_image", reference.clone(), lines)
        }
        Step::BuildImage { tag, here, .. } => {
            let mut lines: Vec<PreviewLine> = command::build_image(step)
                .map(|line| text(line.quoted()))
                .into_iter()
                .collect();
            lines.extend(here.iter().map(|here| PreviewLine::Image {
                reference: here.reference.clone(),
                size: here.size,
                created: here.created.clone(),
            }));
            ("build_image", tag.clone(), lines)
        }
        Step::RemoveImage { image } => {
            let path = format!("{} ({})", image.reference, short(&image.id));
            let mut lines = vec![PreviewLine::Deletes { path }];
            // The new generation has the name otherwise.
            let back = image
                .before
                .iter()
                .filter(|_| plan.purpose == Purpose::Remove);
            lines.extend(
                back.map(|id| text(format!("docker tag {} {}", short(id), image.reference))),
            );
            ("remove_image", image.reference.clone(), lines)
        }
        Step::UseImage { reference } => ("use_image", reference.clone(), Vec::new()),
        Step::CreateVenv {
            tool,
            program,
            requires,
            venv,
        } => {
            let line = command::create_venv(*tool, program, requires, venv);
            (
                "create_venv",
                requires.clone(),
                vec![run(&line), writes(venv)],
            )
        }
        Step::InstallPython {
            tool,
            program,
            venv,
            requirements,
            ..
        } => {
            let line = command::install_python(*tool, program, venv, requirements);
            let first = requirements.first().map(String::as_str).unwrap_or_default();
            let update = (*tool == PythonTool::Pip).then(|| run(&command::update_pip(venv)));
            let lines = update
                .into_iter()
                .chain([run(&line), writes(venv)])
                .collect();
            match command::in_place(first) {
                Some(folder) => ("install_in_place", folder.to_owned(), lines),
                None => ("install_python", first.to_owned(), lines),
            }
        }
        Step::InstallNode {
            program,
            folder,
            package,
            version,
            ..
        } => {
            let line = command::install_node(program, folder, package, version);
            (
                "install_node",
                format!("{package}@{version}"),
                vec![run(&line), writes(folder)],
            )
        }
        Step::BuildNode { build } => {
            let mut lines: Vec<_> = build.commands().iter().map(run).collect();
            lines.extend([writes(&build.folder), writes(&build.node)]);
            ("build_node", build.source.clone(), lines)
        }
        Step::StoreSecret { input, item } => ("store_secret", input.clone(), vec![keychain(item)]),
        Step::MakeSecret { input, item, .. } => {
            ("make_secret", input.clone(), vec![keychain(item)])
        }
        Step::KeepSecret { input, to, .. } => ("keep_secret", input.clone(), vec![keychain(to)]),
        Step::WriteInstallation { installation, .. } => (
            "write_installation",
            installation.name.clone(),
            starts(installation),
        ),
        Step::Register {
            name,
            place,
            command: launcher,
            replaces,
            file,
        } => {
            let mut lines = match file {
                Some(file) => vec![writes(file), text(command::start(launcher).quoted())],
                None => vec![
                    run(&command::register(claude, name, place, launcher)),
                    writes(&config_of(place.scope, place.project.as_deref())),
                ],
            };
            let config = match file {
                Some(file) => file.clone(),
                None => config_of(place.scope, place.project.as_deref()),
            };
            lines.extend(replaces.iter().map(|found| PreviewLine::Deletes {
                path: format!(
                    "{config}: {} ({}, {})",
                    found.name, found.transport, found.target
                ),
            }));
            (of_client("register", place), name.clone(), lines)
        }
        Step::Unregister {
            name, place, file, ..
        } => {
            let lines = match file {
                Some(file) => vec![writes(file)],
                None => vec![
                    run(&command::unregister(claude, name, place)),
                    writes(&config_of(place.scope, place.project.as_deref())),
                ],
            };
            (of_client("unregister", place), name.clone(), lines)
        }
        Step::NotePlace { name, .. } => ("note_place", name.clone(), Vec::new()),
        Step::Verify {
            name,
            command: launcher,
            credential_check,
            criteria,
            ..
        } => {
            let line = command::start(launcher);
            let mut lines = vec![run(&line), text("initialize, tools/list".to_owned())];
            if let Some(check) = credential_check {
                let arguments = serde_json::Value::from(check.arguments.clone());
                lines.push(text(format!("tools/call {} {arguments}", check.tool)));
            }
            lines.extend(
                criteria
                    .iter()
                    .map(|criterion| text(criterion.look.words())),
            );
            ("verify", name.clone(), lines)
        }
        Step::Act {
            act,
            command: launcher,
            ..
        } => action::preview(act, launcher),
        Step::StartServices {
            name,
            stack,
            secrets,
            ..
        } => ("start_services", name.clone(), services(stack, secrets)),
        Step::RemoveServices { name, network, .. } => {
            let path = |network: &String| format!("network {network}");
            let lines = network
                .iter()
                .map(|network| PreviewLine::Deletes {
                    path: path(network),
                })
                .collect();
            ("remove_services", name.clone(), lines)
        }
        Step::EndSessions { name } => ("end_sessions", name.clone(), Vec::new()),
        Step::ForgetGeneration { name, .. } => ("forget_generation", name.clone(), Vec::new()),
        Step::DeleteInstallation { name } => ("delete_installation", name.clone(), Vec::new()),
        Step::DeleteSecrets { items } => {
            let lines = items
                .iter()
                .map(|item| PreviewLine::Deletes {
                    path: format!("berth {}", item.account()),
                })
                .collect();
            ("delete_secrets", plan.name.clone(), lines)
        }
        Step::DeleteFolder { path } => (
            "delete_folder",
            path.clone(),
            vec![PreviewLine::Deletes { path: path.clone() }],
        ),
        Step::CheckUnused { name, .. } => ("check_unused", name.clone(), Vec::new()),
        Step::WriteBackup { .. }
        | Step::CheckBackup { .. }
        | Step::KeepVolume { .. }
        | Step::RestoreVolume { .. }
        | Step::ForgetVolume { .. } => backup::preview(step),
        Step::DeleteData { data } => {
            let (subject, path) = match data {
                DataPlace::Folder { path } => (path.clone(), path.clone()),
                DataPlace::Volume { name, holds, .. } => (holds.clone(), name.clone()),
            };
            ("delete_data", subject, vec![PreviewLine::Deletes { path }])
        }
    };
    StepPreview {
        kind: kind.to_owned(),
        subject,
        lines,
    }
}

/// What the launcher will start, with everything it will be able to touch.
fn starts(installation: &Installation) -> Vec<PreviewLine> {
    let mut lines = match &installation.launch {
        Launch::Process {
            program, args, env, ..
        } => {
            let line = CommandLine {
                program: program.clone(),
                args: args.clone(),
            };
            let mut lines = vec![run(&line)];
            lines.extend(
                env.iter()
                    .map(|(name, value)| text(format!("{name}={value}"))),
            );
            lines
        }
        Launch::Container(launch) => container(launch),
        Launch::Remote(launch) => remote(launch),
    };
    let own = |secret: &&SecretUse| secret.service.is_none();
    for secret in installation.secrets.iter().filter(own) {
        let between = match secret.target {
            SecretTarget::Variable => "=",
            SecretTarget::Header => ": ",
        };
        lines.push(text(format!("{}{between}{DOTS}", secret.env)));
    }
    lines
}

/// Where every message goes, and with what.
fn remote(launch: &RemoteLaunch) -> Vec<PreviewLine> {
    let mut lines = vec![PreviewLine::Network {
        text: launch.url.clone(),
    }];
    let headers = launch.headers.iter();
    lines.extend(headers.map(|(name, value)| text(format!("{name}: {value}"))));
    lines
}

/// An image's identifier, as short as engines show it.
fn short(id: &str) -> &str {
    let hex = id.strip_prefix("sha256:").unwrap_or(id);
    hex.get(..12).unwrap_or(hex)
}

fn run(line: &CommandLine) -> PreviewLine {
    PreviewLine::Command {
        text: line.quoted(),
    }
}

fn writes(path: &str) -> PreviewLine {
    PreviewLine::Writes {
        path: path.to_owned(),
    }
}

fn flag(text: String) -> PreviewLine {
    PreviewLine::Flag { text }
}

fn text(text: String) -> PreviewLine {
    PreviewLine::Text { text }
}

fn keychain(item: &VaultItem) -> PreviewLine {
    PreviewLine::Keychain {
        item: format!("berth {} = {DOTS}", item.account()),
    }
}
