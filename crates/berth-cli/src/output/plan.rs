//! A plan, for people: everything that will happen, untruncated.

use berth_api::types::PlanPreview;
use berth_core::client::{Client, Place};
use berth_core::plan::command::quote;
use berth_core::plan::preview::{PreviewLine, StepPreview};
use berth_core::plan::{Plan, Purpose, Warning};

use super::text::{self, indented};
use super::{clean, steps};

/// The whole plan.
pub fn text(plan: &Plan, previews: &[StepPreview]) -> String {
    let what = match plan.purpose {
        Purpose::Install => "Install",
        Purpose::Reconfigure => "Reconfigure",
        Purpose::Remove => "Remove",
        Purpose::Connect => "Connect",
        Purpose::Disconnect => "Disconnect",
        Purpose::Verify => "Verify",
        Purpose::Backup => "Back up",
        Purpose::Restore => "Restore",
        Purpose::Act => "Act on",
    };
    let mut text = format!(
        "{what} {} (entry {}, variant {})\n",
        clean(&plan.name),
        clean(&plan.entry),
        clean(&plan.variant)
    );
    for (index, (step, preview)) in plan.steps.iter().zip(previews).enumerate() {
        text.push_str(&format!("\n{:>2}. {}\n", index + 1, steps::title(step)));
        for line in &preview.lines {
            text.push_str(&format!(
                "      {}\n",
                indented(&self::line(line), "      ")
            ));
        }
    }
    if !plan.warnings.is_empty() {
        text.push_str("\nTo know before you agree:\n");
    }
    for warning in &plan.warnings {
        text.push_str(&format!("  - {}\n", clean(&self::warning(warning))));
    }
    if !plan.trust.is_empty() {
        let name = clean(&plan.name);
        text.push_str(&format!(
            "\nWhat gives that much away is agreed to by typing its name: `--trust {name}`.\n"
        ));
    }
    text
}

/// What is wrong with inputs, and what stands in the way beside them.
pub fn obstacles(preview: &PlanPreview) -> String {
    if preview.inputs.0.is_empty() {
        return String::new();
    }
    let mut text = "These inputs are missing or wrong:\n".to_owned();
    for (input, problem) in &preview.inputs.0 {
        let line = format!("  {input}: {problem}");
        text.push_str(&format!("{}\n", clean(&line)));
    }
    if let Some(error) = &preview.problem {
        text.push_str(&format!("Besides: {}\n", clean(&error.message())));
    }
    text
}

fn line(line: &PreviewLine) -> String {
    match line {
        PreviewLine::Command { text } => format!("$ {text}"),
        PreviewLine::Undo { text } => format!("if it fails: $ {text}"),
        PreviewLine::Writes { path } => format!("writes {path}"),
        PreviewLine::Deletes { path } => format!("deletes {path}"),
        PreviewLine::Keychain { item } => format!("keychain: {item}"),
        PreviewLine::Flag { text } | PreviewLine::Text { text } => text.clone(),
        PreviewLine::Mount {
            source,
            target,
            read_only,
        } => {
            let access = if *read_only {
                "read-only"
            } else {
                "read and write"
            };
            format!("mounts {source} at {target} ({access})")
        }
        PreviewLine::Image {
            reference,
            size,
            created,
        } => format!(
            "{reference} is here already ({}{}); --use-image uses it as it is",
            text::size(*size),
            created
                .as_ref()
                .map(|at| format!(", made {}", text::day(at)))
                .unwrap_or_default(),
        ),
        PreviewLine::Network { text } => format!("network: {text}"),
    }
}

fn warning(warning: &Warning) -> String {
    match warning {
        Warning::LessIsolated => {
            "It runs as a program of yours, with your rights; a container would confine it."
                .to_owned()
        }
        Warning::SecretsInEnvironment => {
            "While it runs, its secrets can be read with `docker inspect` by whoever may use the engine."
                .to_owned()
        }
        Warning::LauncherNotOnPath => {
            "The command `berth` is not on the PATH; the project's file names it. See `berth doctor`."
                .to_owned()
        }
        Warning::ReplacesForeign { place } => format!(
            "A registration that Berth did not make is replaced ({}). It comes back if anything fails.",
            self::place(place)
        ),
        Warning::Shadowed { place } => format!(
            "Another registration of this name ({}) hides this one, or is hidden by it.",
            self::place(place)
        ),
        Warning::SecretInFile { path } => format!(
            "Secrets are taken from {path}, which keeps them. Take them out of it when nothing else needs them there."
        ),
        Warning::InPlace { folder } => format!(
            "It runs from {folder}: changes of the code there count at its next start. The project's own build runs, and may write into that folder; Berth writes and deletes nothing there."
        ),
        Warning::BuiltFromCopy { folder } => format!(
            "The project's own scripts build it, as you, in a copy of {folder}: a change of the code counts after an update. Berth writes nothing into that folder."
        ),
        Warning::OpensPort { guarded: true } => {
            "While a session runs, a port of 127.0.0.1 leads to the server; it asks for a secret that other programs do not know."
                .to_owned()
        }
        Warning::OpensPort { guarded: false } => {
            "While a session runs, a port of 127.0.0.1 leads to the server: every program on this computer can use it, nothing outside can."
                .to_owned()
        }
        Warning::AsksForHeaders { command } => format!(
            "Claude Code connects to the server itself and runs `{command}` for its token; other programs of yours can run that as well."
        ),
        Warning::DataLeaves { host } => format!(
            "It runs on {host}: what its tools are given is sent there, and it answers as it does then, not as it was when it was looked at."
        ),
        Warning::ReplacesData { created_at, holds } => format!(
            "What it has kept since {} is replaced: {}. It comes back if anything fails.",
            text::day(created_at),
            holds.join("; ")
        ),
        Warning::Changes { what } => format!("It changes {what}."),
        Warning::RunsAsYou { program, folder } => format!(
            "`{program}` runs in {folder} as you, with your rights and outside of any container: it does what the files there say."
        ),
        Warning::NeedsPassphrase => {
            "Without its passphrase nobody can open the backup, you included.".to_owned()
        }
        Warning::ControlsComputer { service, root } => {
            let who = match service {
                Some(service) => format!("The service {service}"),
                None => "It".to_owned(),
            };
            let rights = if *root { "as root" } else { "with your rights" };
            format!(
                "{who} gets the socket of the container engine. With that it can start containers that read and change everything on this computer, {rights}: whoever controls this server controls this computer. Its own container does not confine it any more."
            )
        }
        Warning::GivesAway { path, writable } => {
            let changes = if *writable {
                ", and it can change what is there"
            } else {
                ""
            };
            format!(
                "{path} is more than a folder of work: who has it can have your credentials, your account or this system. The server sees everything in it and can pass it on{changes}."
            )
        }
        Warning::Follows { input, note } => format!("{input}: {note}"),
        Warning::Grants { paths } => {
            format!("The server may read or change: {}", paths.join(", "))
        }
    }
}

/// A place in words: "user scope", "project scope of /home/me/work", "Claude Desktop".
pub fn place(place: &Place) -> String {
    if place.client == Client::ClaudeDesktop {
        return place.client.title().to_owned();
    }
    match &place.project {
        Some(project) => format!("{} scope of {project}", place.scope),
        None => format!("{} scope", place.scope),
    }
}

/// The options that name a place, each with a blank before it.
pub fn place_options(place: &Place) -> String {
    match (place.client, &place.project) {
        (Client::ClaudeDesktop, _) => " --client claude-desktop".to_owned(),
        (Client::ClaudeCode, Some(project)) => {
            format!(" --scope {} --project {}", place.scope, quote(project))
        }
        (Client::ClaudeCode, None) => format!(" --scope {}", place.scope),
    }
}
