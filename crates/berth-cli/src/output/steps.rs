//! What a step is called.

use berth_core::client::{Client, Place};
use berth_core::plan::Step;
use berth_core::plan::command::in_place;
use berth_core::server::Act;

use super::clean;

/// A step as a heading: "Pull the image mcp/time:1.2".
pub fn title(step: &Step) -> String {
    let title = match step {
        Step::CreateFolder { .. } => "Create the server's folder".to_owned(),
        Step::DataFolder { .. } => "Make sure of the folder for what it keeps".to_owned(),
        Step::PullImage { reference, .. } => format!("Pull the image {reference}"),
        Step::UseImage { reference } => format!("Use the image {reference} of this computer"),
        Step::BuildImage { tag, .. } => format!("Build the image {tag}"),
        Step::CreateVenv { .. } => "Create a Python environment".to_owned(),
        Step::InstallPython { requirements, .. } => {
            let named = |text: &String| match in_place(text) {
                Some(folder) => format!("{folder} in place"),
                None => text.clone(),
            };
            let all: Vec<String> = requirements.iter().map(named).collect();
            format!("Install {}", all.join(", "))
        }
        Step::InstallNode {
            package, version, ..
        } => format!("Install {package} {version}"),
        Step::BuildNode { build } => format!("Build {}", build.source),
        Step::StoreSecret { input, .. } => format!("Store the secret {input}"),
        Step::MakeSecret { input, .. } => format!("Make the secret {input} and store it"),
        Step::KeepSecret { input, .. } => format!("Keep the secret {input}"),
        Step::WriteInstallation { .. } => "Write the installation down".to_owned(),
        Step::Register { place, .. } => {
            format!("Register with {}", client(place))
        }
        Step::Unregister { place, .. } => {
            format!("Take it out of {}", client(place))
        }
        Step::NotePlace { there: true, .. } => "Write down that it is there".to_owned(),
        Step::NotePlace { there: false, .. } => "Write down that it is not there".to_owned(),
        Step::Verify { .. } => "Start it and ask for its tools".to_owned(),
        Step::StartServices { stack, .. } => {
            let names: Vec<&str> = stack.services.iter().map(|s| s.name.as_str()).collect();
            format!(
                "Start the services {} and wait until they are well",
                names.join(", ")
            )
        }
        Step::RemoveServices { .. } => "Delete the containers of its services".to_owned(),
        Step::Act { act, .. } => match &**act {
            Act::Command { .. } => "Run a program beside it, as it runs".to_owned(),
            Act::Tool { tool, .. } => format!("Start it and call its tool {tool}"),
            Act::Program { program } => format!("Run `{}` as you", program.shown()),
        },
        Step::EndSessions { .. } => "End its sessions".to_owned(),
        Step::DeleteInstallation { .. } => "Delete the installation".to_owned(),
        Step::ForgetGeneration { .. } => "Delete what was installed before".to_owned(),
        Step::RemoveImage { image } => {
            format!("Delete the image {} that was built", image.reference)
        }
        Step::DeleteSecrets { .. } => "Delete its secrets".to_owned(),
        Step::DeleteFolder { .. } => "Delete its folder".to_owned(),
        Step::CheckUnused { .. } => "Make sure that nothing uses what it keeps".to_owned(),
        Step::WriteBackup { file, .. } => format!("Write {file}"),
        Step::CheckBackup { file, .. } => format!("Check {file}"),
        Step::KeepVolume { volume } => format!("Keep a copy of {}", volume.volume),
        Step::RestoreVolume { volume, .. } => format!("Replace what {} holds", volume.volume),
        Step::ForgetVolume { volume } => format!("Delete the copy of {}", volume.volume),
        Step::DeleteData { .. } => "Delete what it has kept".to_owned(),
    };
    clean(&title)
}

/// A client, with the scope where it has some.
fn client(place: &Place) -> String {
    let title = place.client.title();
    match place.client {
        Client::ClaudeCode => format!("{title} ({} scope)", place.scope),
        Client::ClaudeDesktop => title.to_owned(),
    }
}
